"""Opening a film: from the file system, or through fsspec from wherever a URL leads."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import av
import av.error
import av.logging
from av.container import InputContainer
from av.video.stream import VideoStream

from motionlapse.errors import SourceError, why


class FilmFile:
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close it; may be called again."""
        self.container.close()
        self._close_file()

    def _close_file(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()

    def video(self, name: str, threads: Literal["auto"] | int) -> VideoStream:
        """Return the first stream of moving pictures, its decoder set up.

        Raises
        ------
        SourceError
            If there is none.
        """
        streams = self.container.streams.video
        streams = tuple(s for s in streams if "attached_pic" not in str(s.disposition))
        if not streams:
            raise SourceError(f"{name}: has no video stream")
        stream = streams[0]
        if stream.codec_context is None:
            raise SourceError(f"{name}: there is no decoder for its codec")
        stream.thread_type = "AUTO"
        # One more than the cores: a frame thread that waits for its reference leaves a core idle.
        auto = (os.cpu_count() or 1) + 1
        stream.codec_context.thread_count = auto if threads == "auto" else threads
        return stream
