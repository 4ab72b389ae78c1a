"""Opening a film, from the file system or through fsspec from a URL."""

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
        A path, or a URL as a text.
    name
        What messages call it.

    Attributes
    ----------
    container
        PyAV's container.

    Raises
    ------
    SourceError
        If it cannot be opened.
    """

    def __init__(self, place: Path | str, name: str) -> None:
        av.logging.set_level(None)  # FFmpeg's lines on stderr do not help users
        self._file: Any = None
        try:
            if isinstance(place, str):
                from motionlapse.sources.remote import open_remote

                self._file = open_remote(place, name)
                self.container: InputContainer = av.open(self._file, metadata_errors="replace")
                return
            if place.stat().st_size == 0:
                raise SourceError(f"{name}: the file is empty")
            # With a protocol: FFmpeg would take what comes before a colon in the path for one.
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
