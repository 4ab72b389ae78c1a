"""Opening a film: from the file system, or through fsspec from wherever a URL leads."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import av
import av.error
import av.logging
from av.container import InputContainer

from motionlapse.closing import Closing
from motionlapse.errors import SourceError, why


class OpenFilm(Closing):
    """An open film.

    Parameters
    ----------
    place
        A path, or the URL of a file as a text.
    name
        For messages.

    Attributes
    ----------
    container
        What PyAV makes of it.

    Raises
    ------
    SourceError
        If it cannot be opened; every fault in one line.
    """

    def __init__(self, place: Path | str, name: str) -> None:
        av.logging.set_level(None)  # FFmpeg's own lines on stderr are not for people
        self._file: Any = None
        try:
            if isinstance(place, str):
                from motionlapse.sources.remote import open_remote

                self._file = open_remote(place, name)
                self.container: InputContainer = av.open(self._file, metadata_errors="replace")
                return
            if place.stat().st_size == 0:
                raise SourceError(f"{name}: the file is empty")
            # With the protocol, or FFmpeg takes what stands before a colon in a name for one.
            self.container = av.open(f"file:{place}", metadata_errors="replace")
        except av.error.InvalidDataError:
            self._close_file()
            raise SourceError(f"{name}: not a film, or its header is damaged") from None
        except (av.error.FFmpegError, OSError) as error:
            self._close_file()
            raise SourceError(f"{name}: cannot be opened: {why(error)}") from None

    def close(self) -> None:
        """Close it; may be called again."""
        self.container.close()
        self._close_file()

    def _close_file(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
