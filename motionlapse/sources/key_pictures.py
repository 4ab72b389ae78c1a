"""Decodes single key frames of a film that stays open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import av.error

from motionlapse.closing import Closing
from motionlapse.frames import Frame, Shrink
from motionlapse.sources.bursts import Group
from motionlapse.sources.film_file import video_stream
from motionlapse.sources.film_frames import film_frame
from motionlapse.sources.open_film import OpenFilm
from motionlapse.sources.planes import planes_of
from motionlapse.sources.seeking import KeyFrame, leads_to
from motionlapse.sources.settings import SourceSettings
from motionlapse.sources.thinned import Thinned, Whole


class KeyPictures(Closing):
    """Decodes key frames whose places are known, and nothing in between.

    Parameters
    ----------
    path
        The film; a text is a URL.
    settings
        How it is decoded.
    name
        What a person calls it.
    shrink
        Makes small copies, which are kept instead of the pictures: these wait until they are
        learned from, and three of 1080p take 10 MB. None to keep the pictures.

    Raises
    ------
    SourceError
        If it cannot be opened.
    """

    def __init__(
        self, path: Path | str, settings: SourceSettings, *, name: str, shrink: Shrink | None
    ) -> None:
        self._file = OpenFilm(path, name)
        self._container = self._file.container
        self._stream = video_stream(self._container, name, settings)
        self._shrink = shrink

    def frames(self, groups: Sequence[Group]) -> Iterator[Frame]:
        """Yield the key frames of groups of pictures, except those that cannot be decoded.

        Parameters
        ----------
        groups
            In order; at least one.
        """
        wanted = {group.key.pts: group for group in groups}
        try:
            for frame in self._decoded(list(wanted)):
                if frame.pts in wanted and not frame.is_corrupt:
                    group, kept = wanted[frame.pts], self._kept(frame)
                    yield film_frame(
                        group.key.index,
                        group.start_s,
                        None,
                        kept,
                        kept,
                        lambda _at, _instead: None,
                    )
        except (av.error.FFmpegError, OSError, IndexError):
            return  # whoever decodes the rest of the film will report it

    def _kept(self, picture: av.VideoFrame) -> Whole:
        small = None if self._shrink is None else self._shrink(planes_of(picture))
        return picture if small is None else Thinned(picture, small, lambda: (None, 0))

    def _decoded(self, wanted: Sequence[int]) -> Iterator[av.VideoFrame]:
        """Decode the key frames with these timestamps, in order."""
        self._container.seek(wanted[0], stream=self._stream)
        for packet in self._container.demux(self._stream):
            if packet.pts in wanted and packet.is_keyframe:
                yield from packet.decode()
            if packet.pts is None or packet.pts >= wanted[-1]:
                break
        yield from self._stream.codec_context.decode(None)

    def leads_to(self, key: KeyFrame) -> bool:
        """Return whether seeking to a key frame's timestamp leads to exactly that key frame."""
        return leads_to(self._container, self._stream.index, key.pts)

    def close(self) -> None:
        """Close the film; may be called again."""
        self._file.close()
