"""Recorded video through PyAV: the decoder's own planes and exact presentation times."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import av.error
import av.logging
from av.container import InputContainer
from av.video.stream import VideoStream

from motionlapse.errors import SourceError, why
from motionlapse.frames import Fault, Frame, SourceInfo
from motionlapse.sources.ahead import Ahead
from motionlapse.sources.damage import Damage, PendingPackets
from motionlapse.sources.planes import bgr_of, planes_of, small_bgr_of, upright_size
from motionlapse.sources.seeking import count_packets_before, find_key_frame
from motionlapse.sources.settings import SourceSettings
from motionlapse.sources.timestamps import MediaClock
from motionlapse.units import format_duration, parse_wall

# Containers round their durations, and the last frame lasts a while too.
_CUT_OFF_S = 1.0
_DEFAULT_FPS = 25.0


class Recording:
    """A film. Decoding starts with the object, in a thread, a few frames ahead.

    Frames with damage, and those after it up to the next key frame, are left out and reported.

    Parameters
    ----------
    path
        The file.
    settings
        Which part of it, and when it was taken.
    name, label
        As in `SourceInfo`; by default the path and its stem.

    Raises
    ------
    SourceError
        If it cannot be opened, is no film, or no picture of it can be decoded; and from iterating,
        if the disk fails in the middle.
    """

    def __init__(
        self, path: Path, settings: SourceSettings | None = None, *, name: str = "", label: str = ""
    ) -> None:
        self._name = name or str(path)
        self._path = path
        self._settings = settings or SourceSettings()
        self.faults: list[Fault] = []
        self._container = _open(path, self._name)
        try:
            self._stream = _video_stream(self._container, self._name, self._settings)
            self._clock = MediaClock(
                self._stream.time_base or Fraction(1, av.time_base),
                self._stream.start_time,
                1.0 / self._nominal_fps(),
            )
            self._base_index = 0
            if self._settings.start > 0:
                self._seek(path)
            self._decoded = self._decode()
            first = next(self._decoded, None)
            if first is None:
                raise SourceError(f"{self._name}: {self._nothing_decoded()}")
        except av.error.FFmpegError as error:
            self._container.close()
            raise SourceError(f"{self._name}: cannot be read: {why(error)}") from None
        except SourceError:
            self._container.close()
            raise
        self.info = self._describe(first[1], label or path.stem)
        self._ahead = Ahead(self._frames(first))

    # ---- reading -----------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Frame]:
        yield from self._ahead
        if repairs := self._clock.repairs():
            self.faults.append(Fault(f"{self._name}: {repairs}", lost=False))

    def opening(self) -> Iterator[Frame]:
        """Read the frames once more, with a decoder of its own; see `Source.opening`."""
        try:
            with Recording(self._path, self._settings, name=self._name) as again:
                yield from again
        except SourceError:
            return

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
        """Stop decoding and close the file; may be called again."""
        self._ahead.close()
        self._container.close()

    def _frames(self, first: tuple[int, av.VideoFrame, float]) -> Iterator[Frame]:
        """Yield the frames from --start to --end."""
        yield self._frame(*first)
        size = upright_size(first[1])
        for index, frame, time in self._decoded:
            if upright_size(frame) != size:
                old, size = size, upright_size(frame)
                self._fault(
                    f"picture size changes from {old[0]}×{old[1]} to {size[0]}×{size[1]} at "
                    f"{format_duration(time)}; the background is learned anew",
                    lost=False,
                )
            yield self._frame(index, frame, time)

    def _frame(self, index: int, frame: av.VideoFrame, time: float) -> Frame:
        start = self.info.start_wall
        return Frame(
            index=index,
            time=time,
            wall=start + timedelta(seconds=time) if start else None,
            number=index,
            to_planes=cache(partial(planes_of, frame)),
            to_bgr=lambda: bgr_of(frame),
            to_small_bgr=lambda width, height: small_bgr_of(frame, width, height),
        )

    def _decode(self) -> Iterator[tuple[int, av.VideoFrame, float]]:
        """Yield (index, frame, media time) of the good frames from --start to --end."""
        damage = Damage(1 / self._nominal_fps(), self._container.format.name == "mpegts")
        pending = PendingPackets()
        index, time = self._base_index - 1, 0.0
        for frame in self._pictures(damage, pending):
            passed = pending.passed_by(frame.pts)
            time = self._clock.time(frame.pts)
            if time >= self._settings.stop_s:
                if damage.open:
                    self._fault(damage.end(), lost=True)
                return
            index += 1 + damage.take(frame, time, passed)
            if damage.stretch:
                self._fault(damage.stretch, lost=True)
            if not damage.open and time >= self._settings.start:
                yield index, frame, time
        cut_off = self._cut_off(time)
        if cut_off:
            self._fault(cut_off, lost=True)
        elif damage.open:
            self._fault(damage.end(), lost=True)

    def _pictures(self, damage: Damage, pending: PendingPackets) -> Iterator[av.VideoFrame]:
        """Yield all that the decoder gives, in order of display."""
        for packet in self._packets():
            pending.add(packet.pts)
            try:
                yield from packet.decode()
            except av.error.FFmpegError:
                damage.begin()

    def _packets(self) -> Iterator[av.Packet[VideoStream]]:
        """Yield packets until the end of the file or the first fault of the container."""
        try:
            yield from self._container.demux(self._stream)
        except (av.error.FFmpegError, OSError, IndexError) as error:
            # IndexError: damage that makes a stream appear in the middle of a file.
            self._fault(f"reading stops: {why(error)}", lost=True)

    # ---- beginning and end -------------------------------------------------------------------

    def _nominal_fps(self) -> float:
        rate = self._stream.guessed_rate or self._stream.average_rate
        return float(rate) if rate else _DEFAULT_FPS

    def _seek(self, path: Path) -> None:
        """Go to the key frame before --start, and count the frames before the one that shows."""
        duration_s = self._duration()
        start_s = self._settings.start
        if duration_s is not None and start_s >= duration_s:
            raise SourceError(
                f"{self._name}: --start {format_duration(start_s)} is after its end at "
                f"{format_duration(duration_s)}"
            )
        wanted = int(self._clock.seek(start_s))
        with _open(path, self._name) as probe:
            place = find_key_frame(probe, self._stream.index, wanted)
        if place is None:
            return  # this kind of file cannot seek: it is decoded from its beginning
        self._container.seek(place.target, stream=self._stream)
        with _open(path, self._name) as counter:
            self._base_index = count_packets_before(counter, self._stream.index, place.key)

    def _duration(self) -> float | None:
        """Return the length of the film in seconds, None where nobody knows."""
        if self._stream.duration and self._stream.time_base:
            return float(self._stream.duration * self._stream.time_base)
        if not self._container.duration:
            return None
        if "matroska" not in self._container.format.name:
            return self._container.duration / av.time_base
        # Matroska states the time at which the longest of its streams ends.
        if len(self._container.streams) > 1:
            return None
        return (self._container.duration - (self._container.start_time or 0)) / av.time_base

    def _cut_off(self, time: float) -> str:
        """Return a line if the film ends long before it should, else ``""``."""
        duration_s = self._duration()
        slack_s = max(_CUT_OFF_S, 5 / self._nominal_fps())
        if duration_s is None or time + slack_s >= duration_s:
            return ""
        return f"is cut off: it ends at {format_duration(time)} of {format_duration(duration_s)}"

    def _nothing_decoded(self) -> str:
        if self._settings.start > 0 and not self.faults:
            return f"there is no picture from {format_duration(self._settings.start)} on"
        reasons = "; ".join(fault.text.removeprefix(f"{self._name}: ") for fault in self.faults)
        return f"no picture can be decoded{f' ({reasons})' if reasons else ''}"

    def _describe(self, first: av.VideoFrame, label: str) -> SourceInfo:
        width, height = upright_size(first)
        total_s = self._duration()
        if total_s is not None:
            total_s = max(0.0, min(total_s, self._settings.stop_s) - self._settings.start)
        return SourceInfo(
            name=self._name,
            label=label,
            kind="recording",
            width=width,
            height=height,
            fps=self._nominal_fps(),
            duration_s=total_s,
            start_wall=self._settings.wall_start or _creation_time(self._container),
        )

    def _fault(self, text: str, *, lost: bool) -> None:
        self.faults.append(Fault(f"{self._name}: {text}", lost))


def _open(path: Path, name: str) -> InputContainer:
    """Open a file, with every fault in one line."""
    av.logging.set_level(None)  # FFmpeg's own lines on stderr are not for people
    try:
        if path.stat().st_size == 0:
            raise SourceError(f"{name}: the file is empty")
        # With the protocol, or FFmpeg takes what stands before a colon in a name for one.
        return av.open(f"file:{path}", metadata_errors="replace")
    except av.error.InvalidDataError:
        raise SourceError(f"{name}: not a film, or its header is damaged") from None
    except (av.error.FFmpegError, OSError) as error:
        raise SourceError(f"{name}: cannot be opened: {why(error)}") from None


def _video_stream(container: InputContainer, name: str, settings: SourceSettings) -> VideoStream:
    """Return the first stream of moving pictures, its decoder set up."""
    streams = [s for s in container.streams.video if "attached_pic" not in str(s.disposition)]
    if not streams:
        raise SourceError(f"{name}: has no video stream")
    stream = streams[0]
    if stream.codec_context is None:
        raise SourceError(f"{name}: there is no decoder for its codec")
    stream.thread_type = "AUTO"
    # One more than the cores: a frame thread that waits for its reference leaves a core idle.
    stream.codec_context.thread_count = (os.cpu_count() or 1) + 1
    # Deblocking is a fifth of decoding H.264 and HEVC. Pictures that no other refers to go without:
    # that spares 6 to 10 % where there are such, and masks agree to 0.996. Without any it spares
    # 15 to 18 %, errors add up until the next key frame, and masks agree to 0.6 to 0.98.
    skipped = "all" if settings.fast else "noref"
    stream.codec_context.options = {"skip_loop_filter": skipped}
    return stream


def _creation_time(container: InputContainer) -> datetime | None:
    """Return when the container says it was made, aware; None for the makers' zero dates."""
    try:
        moment = parse_wall(container.metadata["creation_time"].replace("Z", "+00:00"))
    except (KeyError, ValueError):
        return None
    return moment if moment.year > 1971 else None
