"""What a film tells without being decoded: its packets, and its key frames alone."""

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

# Of closer ones none is left out. To look at some later, means of the others are kept, 14 kB each:
# 12 MB for an hour of key frames every 2 s, 50 MB at half a second, and more without end.
_CLOSE_S = 0.5


class KeyFrames:
    """Reads all packets of a film, and decodes its key frames. Iterate once, then ask for the rest.

    Parameters
    ----------
    path
        The film; a text is the URL of one.
    settings
        How it is decoded; key frames before its start and after its end are passed over.
    name
        How a person calls it.
    apart_s
        A key frame between two others is left out where these are no farther apart, as far as the
        distance of the one before tells. None is where the first two are closer than half a second:
        what is kept to look at others later would be too much.

    Attributes
    ----------
    looked_at
        The numbers of those that were not left out, in order.

    Raises
    ------
    SourceError
        From opening, and from iterating where something is not as it should be: packets without
        times or in disorder, damage, key frames that give no picture, a film that is cut off.
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
        # Taken now: a closed container leaves the stream without anything behind it.
        self._time_base = self._stream.time_base or Fraction(1, av.time_base)
        self._duration_s = duration_of_part(self._container, self._stream, chosen)
        self._start_s, self._stop_s = chosen.start, chosen.stop_s
        self._pts, self._sizes = array("q"), array("q")
        self._keys: list[int] = []  # places of key frames among the packets
        self._left_out: VideoPacket | None = None  # the key frame before the next, if it was
        self._first_pts: int | None = None
        self._last_dts: int | None = None

    def __iter__(self) -> Iterator[Planes]:
        """Yield the pictures of key frames between start and stop, upright; some are left out."""
        early = ""

        def packets() -> Iterator[VideoPacket]:
            nonlocal early
            yield from filter(self._take, self._container.demux(self._stream))
            early = cut_off(self._container, self._stream, self._time(max(self._pts, default=0)))
            if self._left_out is not None:  # the last is between no two others
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
        """Which share of the film has been read, 0 to 1; 0 where nobody knows how long it is."""
        if not self._keys or not self._duration_s:
            return 0.0
        passed_s = self._time(self._pts[self._keys[-1]]) - self._start_s
        return min(1.0, max(0.0, passed_s / self._duration_s))

    @property
    def leaves_out(self) -> bool:
        """Whether some key frames may be left out; sure once two have been read."""
        return self._apart_s > 0

    @property
    def count(self) -> int:
        """How many key frames have been read so far, those that were left out too."""
        return len(self._keys)

    def pictures(self, numbers: Sequence[int]) -> Iterator[Planes]:
        """Yield the pictures of some key frames, once all has been read; the film is read anew.

        Parameters
        ----------
        numbers
            In order; those of `looked_at` may be among them.
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
        """Note a packet; tell whether it is a key frame that is looked at."""
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
        self._pts.append(packet.pts)  # first: `share` may be asked in another thread
        self._sizes.append(packet.size)
        if looked_at:
            self.looked_at.append(len(self._keys))
        if wanted:
            self._keys.append(len(self._pts) - 1)
            self._left_out = None if looked_at else packet
        return looked_at

    def _follow(self, dts: int | None) -> None:
        """Refuse what is decoded before what came before it.

        Matroska stores only when frames are shown: FFmpeg counts back to when they are decoded,
        and cannot for the first ones where frames are shown in another order.
        """
        if dts is None:
            return
        if self._last_dts is not None and dts < self._last_dts:
            raise SourceError("its timestamps go back")
        self._last_dts = dts

    def _is_left_out(self, time: float) -> bool:
        """Tell whether the next key frame may be: the one before is not, and it is close."""
        if not self._keys or self.looked_at[-1] != len(self._keys) - 1:
            return False
        distance_s = time - self._time(self._pts[self._keys[-1]])
        if len(self._keys) == 1 and distance_s < _CLOSE_S:
            self._apart_s = 0.0
        return 2 * distance_s <= self._apart_s

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
        interval_s = float(interval * self._time_base)
        # At once: one by one, as `_time` does, it took 2.5 s for a day at 25 frames a second.
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
        """Return the place of the first packet after the last group: what is shown after stop."""
        for place in range(self._keys[-1] + 1, len(self._pts)):
            if self._time(self._pts[place]) >= self._stop_s:
                return place
        return len(self._pts)


def key_frame_stream(container: InputContainer, name: str, settings: SourceSettings) -> VideoStream:
    """Return the first stream of moving pictures, set up to decode key frames alone."""
    stream = video_stream(container, name, settings)
    if settings.decoding_threads == "auto":  # none waits for another
        stream.codec_context.thread_count = os.cpu_count() or 1
    return stream


def _pictures(
    stream: VideoStream, packets: Iterable[VideoPacket], numbers: Sequence[int]
) -> Iterator[Planes]:
    """Yield the pictures of key frames, upright.

    Parameters
    ----------
    stream
        Decodes them.
    packets
        Theirs.
    numbers
        As many as there are packets; it may grow with them.

    Raises
    ------
    SourceError
        At damage, and unless each gives one picture.
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
