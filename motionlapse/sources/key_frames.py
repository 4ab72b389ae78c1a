"""What a film tells without being decoded: its packets, and its key frames alone."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
import numpy.typing as npt

from motionlapse.errors import SourceError, why
from motionlapse.frames import Planes
from motionlapse.sources.film_file import cut_off, video_stream
from motionlapse.sources.open_film import OpenFilm
from motionlapse.sources.planes import planes_of
from motionlapse.sources.seeking import KeyFrame
from motionlapse.sources.settings import SourceSettings

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of pictures: a key frame, and the packets up to the next one.

    Attributes
    ----------
    key
        Where it begins.
    start_s, end_s
        Media time of the key frame, and of the next one or the end of the film.
    sizes
        Bytes of the packets after the key frame's own, in the order of decoding, int64 ``(N,)``.
    largest_s
        Media time of the largest of these; of the key frame, where there are none.
    """

    key: KeyFrame
    start_s: float
    end_s: float
    sizes: Numbers
    largest_s: float


class KeyFrames:
    """Reads all packets of a film, and decodes its key frames. Iterate once, then ask for groups.

    Parameters
    ----------
    path
        The film; a text is the URL of one.
    settings
        How it is decoded; key frames before its start and after its end are passed over.
    name
        How a person calls it.

    Raises
    ------
    SourceError
        From opening, and from iterating where something is not as it should be: packets without
        times or in disorder, damage, key frames that give no picture, a film that is cut off.
    """

    def __init__(
        self, path: Path | str, settings: SourceSettings | None = None, *, name: str = ""
    ) -> None:
        chosen = settings or SourceSettings()
        self._file = OpenFilm(path, name or str(path))
        self._container = self._file.container
        self._stream = video_stream(self._container, name or str(path), chosen)
        # Taken now: a closed container leaves the stream without anything behind it.
        self._time_base = self._stream.time_base or Fraction(1, av.time_base)
        self._start_s, self._stop_s = chosen.start, chosen.stop_s
        self._pts, self._sizes = array("q"), array("q")
        self._keys: list[int] = []  # places of key frames among the packets
        self._first_pts: int | None = None

    def __iter__(self) -> Iterator[Planes]:
        """Yield the picture of each key frame between start and stop, upright."""
        pictures = 0
        try:
            for packet in self._container.demux(self._stream):
                if packet.size and self._take(packet):
                    for frame in packet.decode():
                        pictures += 1
                        yield self._picture(frame)
            for frame in self._stream.codec_context.decode(None):
                pictures += 1
                yield self._picture(frame)
            early = cut_off(self._container, self._stream, self._time(max(self._pts, default=0)))
        except (av.error.FFmpegError, OSError, IndexError) as error:
            raise SourceError(f"it is damaged ({why(error)})") from None
        finally:
            self._file.close()
        if pictures != len(self._keys):
            raise SourceError("some of its key frames give no picture")
        if early:
            raise SourceError(f"it {early}")

    def _take(self, packet: av.Packet[av.VideoStream]) -> bool:
        """Note a packet; tell whether it is a key frame that is asked for."""
        if packet.pts is None or packet.dts is None:
            raise SourceError("its packets have no times")
        if packet.is_corrupt:
            raise SourceError("it is damaged")
        if self._first_pts is None:
            start = self._stream.start_time
            self._first_pts = packet.pts if start is None else start
            self._last_dts = packet.dts
        if packet.dts < self._last_dts:
            raise SourceError("its timestamps go back")
        self._last_dts = packet.dts
        wanted = packet.is_keyframe and self._start_s <= self._time(packet.pts) < self._stop_s
        if wanted:
            self._keys.append(len(self._pts))
        self._pts.append(packet.pts)
        self._sizes.append(packet.size)
        return bool(wanted)

    def _picture(self, frame: av.VideoFrame) -> Planes:
        if frame.is_corrupt:
            raise SourceError("it is damaged")
        return planes_of(frame)

    def _time(self, pts: int) -> float:
        return float((pts - (self._first_pts or 0)) * self._time_base)

    def groups(self) -> list[Group]:
        """Return the groups of pictures between start and stop, once all has been read."""
        pts = np.asarray(self._pts, np.int64)
        sizes = np.asarray(self._sizes, np.int64)
        shown = np.sort(pts)
        if len(shown) > 1 and not np.diff(shown).all():
            raise SourceError("some of its frames have the same time")
        interval = int(np.median(np.diff(shown))) if len(shown) > 1 else 0
        bounds = [*self._keys[1:], self._after_last()]
        ends = [*(int(pts[key]) for key in self._keys[1:]), None]
        last = self._pts[bounds[-1]] if bounds[-1] < len(pts) else int(shown[-1]) + interval
        return [
            Group(
                KeyFrame(int(pts[key]), int(np.searchsorted(shown, pts[key]))),
                self._time(int(pts[key])),
                self._time(last if end is None else end),
                sizes[key + 1 : bound],
                self._time(int(pts[_largest(sizes, key, bound)])),
            )
            for key, bound, end in zip(self._keys, bounds, ends, strict=True)
        ]

    def _after_last(self) -> int:
        """Return the place of the first packet after the last group: what is shown after stop."""
        for place in range(self._keys[-1] + 1, len(self._pts)):
            if self._time(self._pts[place]) >= self._stop_s:
                return place
        return len(self._pts)


def _largest(sizes: Numbers, key: int, bound: int) -> int:
    """Return the place of the largest packet after a key frame's and before `bound`."""
    return key if bound == key + 1 else key + 1 + int(sizes[key + 1 : bound].argmax())
