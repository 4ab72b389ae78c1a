"""Reading a film without decoding it, except for its key frames: packet sizes, times, pictures."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from motionlapse.errors import SourceError, why
from motionlapse.frames import Planes
from motionlapse.sources.bursts import Group, largest_burst
from motionlapse.sources.film_file import cut_off, duration_of_part, video_stream
from motionlapse.sources.open_film import OpenFilm
from motionlapse.sources.planes import planes_of
from motionlapse.sources.seeking import KeyFrame
from motionlapse.sources.settings import SourceSettings
from motionlapse.sources.units import VideoPacket

# If key frames are closer together than this, none is left out. To score some of them later, the
# reduced pictures of the others must be kept, 14 kB each: 12 MB for an hour with a key frame every
# 2 s, 50 MB with one every half second.
_CLOSE_S = 0.5


class KeyFrames:
    """Reads all packets of a film, and decodes its key frames: all, or about every other one.

    Iterate over it once; after that, `groups` and `pictures` may be called.

    Parameters
    ----------
    path
        The film; a text is a URL.
    settings
        How it is decoded; key frames before its start and after its stop are passed over.
    name
        What a person calls it.
    apart_s
        A key frame may be left out if the ones before and after it are no further apart than this.
        (The distance to the next one is taken to be that to the one before.) None are left out if
        the first two are closer together than half a second; see `_CLOSE_S`.

    Attributes
    ----------
    looked_at
        The numbers of the key frames that were not left out, in order.

    Raises
    ------
    SourceError
        From opening; and from iterating, if packets have no timestamps or are in disorder, if there
        is damage or a key frame without a picture, or if the film is cut off.
    """

    def __init__(
        self,
        path: Path | str,
        settings: SourceSettings | None = None,
        *,
        name: str = "",
        apart_s: float = 0.0,
    ) -> None:
        chosen = settings or SourceSettings()
        self._path, self._name, self._settings = path, name or str(path), chosen
        self._file = OpenFilm(path, self._name)
        self._container = self._file.container
        self._stream = key_frame_stream(self._container, self._name, chosen)
        self._apart_s = apart_s
        self.looked_at: list[int] = []
        # Read now: once its container is closed, the stream cannot be asked any more.
        self._time_base = self._stream.time_base or Fraction(1, av.time_base)
        self._duration_s = duration_of_part(self._container, self._stream, chosen)
        self._start_s, self._stop_s = chosen.start, chosen.stop_s
        self._pts, self._sizes = array("q"), array("q")
        self._keys: list[int] = []  # the places of key frames among the packets
        self._left_out: VideoPacket | None = None  # the last key frame, if it was left out
        self._first_pts: int | None = None
        self._last_dts: int | None = None

    def __iter__(self) -> Iterator[Planes]:
        """Yield the pictures of key frames between start and stop, upright; some are left out."""
        early = ""

        def packets() -> Iterator[VideoPacket]:
            nonlocal early
            yield from filter(self._take, self._container.demux(self._stream))
            early = cut_off(self._container, self._stream, self._time(max(self._pts, default=0)))
            if self._left_out is not None:  # the film's last key frame is never left out
                self.looked_at.append(len(self._keys) - 1)
                yield self._left_out

        try:
            yield from _pictures(self._stream, packets(), self.looked_at)
        finally:
            self._file.close()
        if early:
            raise SourceError(f"it {early}")

    @property
    def share(self) -> float:
        """The share of the film that has been read, 0 to 1; 0 if its length is not known."""
        if not self._keys or not self._duration_s:
            return 0.0
        passed_s = self._time(self._pts[self._keys[-1]]) - self._start_s
        return min(1.0, max(0.0, passed_s / self._duration_s))

    @property
    def leaves_out(self) -> bool:
        """Whether some key frames may be left out; final once two have been read."""
        return self._apart_s > 0

    @property
    def count(self) -> int:
        """How many key frames have been read so far, including those that were left out."""
        return len(self._keys)

    def pictures(self, numbers: Sequence[int]) -> Iterator[Planes]:
        """Yield the pictures of some key frames, for which the film is read a second time.

        Parameters
        ----------
        numbers
            The numbers of the key frames, in order; those of `looked_at` may be among them.
        """
        wanted = {self._pts[self._keys[number]] for number in numbers}
        with OpenFilm(self._path, self._name) as film:
            stream = key_frame_stream(film.container, self._name, self._settings)
            packets = (
                packet
                for packet in film.container.demux(stream)
                if packet.is_keyframe and packet.pts in wanted
            )
            yield from _pictures(stream, islice(packets, len(wanted)), numbers)

    def _take(self, packet: VideoPacket) -> bool:
        """Note a packet; return whether it is a key frame that is to be decoded."""
        if not packet.size:
            return False
        if packet.pts is None:
            raise SourceError("its packets have no times")
        if packet.is_corrupt:
            raise SourceError("it is damaged")
        if self._first_pts is None:
            start = self._stream.start_time
            self._first_pts = packet.pts if start is None else start
        self._follow(packet.dts)
        wanted = packet.is_keyframe and self._start_s <= self._time(packet.pts) < self._stop_s
        looked_at = wanted and not self._is_left_out(self._time(packet.pts))
        self._pts.append(packet.pts)  # first: `share` may be read by another thread
        self._sizes.append(packet.size)
        if looked_at:
            self.looked_at.append(len(self._keys))
        if wanted:
            self._keys.append(len(self._pts) - 1)
            self._left_out = None if looked_at else packet
        return looked_at

    def _follow(self, dts: int | None) -> None:
        """Raise SourceError if a decoding timestamp is before the last one.

        There may be none: Matroska stores presentation timestamps only, and FFmpeg cannot derive
        those of decoding for the first packets of a film with B-frames.
        """
        if dts is None:
            return
        if self._last_dts is not None and dts < self._last_dts:
            raise SourceError("its timestamps go back")
        self._last_dts = dts

    def _is_left_out(self, time: float) -> bool:
        """Return whether the next key frame is left out: the one before was not, and is close."""
        if not self._keys or self.looked_at[-1] != len(self._keys) - 1:
            return False
        distance_s = time - self._time(self._pts[self._keys[-1]])
        if len(self._keys) == 1 and distance_s < _CLOSE_S:
            self._apart_s = 0.0
        return 2 * distance_s <= self._apart_s

    def _time(self, pts: int) -> float:
        return float((pts - (self._first_pts or 0)) * self._time_base)

    def groups(self) -> list[Group]:
        """Return the groups of pictures between start and stop; call it after iterating."""
        pts = np.asarray(self._pts, np.int64)
        sizes = np.asarray(self._sizes, np.int64)
        shown = np.sort(pts)
        if len(shown) > 1 and not np.diff(shown).all():
            raise SourceError("some of its frames have the same time")
        interval = int(np.median(np.diff(shown))) if len(shown) > 1 else 0
        bounds = [*self._keys[1:], self._after_last()]
        ends = [*(int(pts[key]) for key in self._keys[1:]), None]
        last = self._pts[bounds[-1]] if bounds[-1] < len(pts) else int(shown[-1]) + interval
        interval_s = float(interval * self._time_base)
        # All at once: one by one with `_time`, a day at 25 frames a second took 2.5 s.
        ticks = pts - (self._first_pts or 0)
        times_s = ticks * self._time_base.numerator / self._time_base.denominator
        return [
            Group(
                KeyFrame(int(pts[key]), int(np.searchsorted(shown, pts[key]))),
                self._time(int(pts[key])),
                self._time(last if end is None else end),
                sizes[key + 1 : bound],
                largest_burst(sizes[key + 1 : bound], times_s[key:bound], interval_s),
            )
            for key, bound, end in zip(self._keys, bounds, ends, strict=True)
        ]

    def _after_last(self) -> int:
        """Return the place of the first packet after the last group: one past stop, if any."""
        for place in range(self._keys[-1] + 1, len(self._pts)):
            if self._time(self._pts[place]) >= self._stop_s:
                return place
        return len(self._pts)


def key_frame_stream(container: InputContainer, name: str, settings: SourceSettings) -> VideoStream:
    """Return the first stream of moving pictures, set up to decode only key frames."""
    stream = video_stream(container, name, settings)
    if settings.decoding_threads == "auto":  # one a core: no thread waits for another's reference
        stream.codec_context.thread_count = os.cpu_count() or 1
    return stream


def _pictures(
    stream: VideoStream, packets: Iterable[VideoPacket], numbers: Sequence[int]
) -> Iterator[Planes]:
    """Yield the pictures of key frames, upright.

    Parameters
    ----------
    stream
        The stream, whose decoder is used.
    packets
        The packets of the key frames.
    numbers
        As many items as there are packets; it may grow along with them.

    Raises
    ------
    SourceError
        If there is damage, or a packet that does not give exactly one picture.
    """
    count = 0
    try:
        for frame in _decoded(stream, packets):
            if frame.is_corrupt:
                raise SourceError("it is damaged")
            count += 1
            if count > len(numbers):
                raise SourceError("some of its key frames give more than one picture")
            yield planes_of(frame)
    except (av.error.FFmpegError, OSError, IndexError) as error:
        raise SourceError(f"it is damaged ({why(error)})") from None
    if count != len(numbers):
        raise SourceError("some of its key frames give no picture")


def _decoded(stream: VideoStream, packets: Iterable[VideoPacket]) -> Iterator[av.VideoFrame]:
    for packet in packets:
        yield from packet.decode()
    yield from stream.codec_context.decode(None)
