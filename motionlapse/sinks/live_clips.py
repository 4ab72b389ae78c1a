"""Clips of live events, written as they happen and beginning before the motion.

They are fragmented MP4, or Matroska where MP4 cannot hold the codec: what has been written can be
played whatever happens next, up to the last second; a plain MP4 has its index at the end, and is
lost without it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from motionlapse.errors import SinkError
from motionlapse.files import make_folder
from motionlapse.frames import Frame
from motionlapse.sinks.clips import Clip
from motionlapse.sinks.packet_ring import PacketRing, RingPacket
from motionlapse.sinks.settings import SinkSettings
from motionlapse.sinks.snapshots import moment_of
from motionlapse.sinks.video import VideoWriter
from motionlapse.sinks.video_copy import PacketCopier, film_suffix
from motionlapse.types import Analysis, Decision, Event

SLACK_S = 2.0  # the loop may be a little behind the stream


class Recorder(Protocol):
    """What writes one clip after another."""

    def see(self, frame: Frame) -> None:
        """Take the newest frame, recording or not."""

    def begin(self, start_s: float, name: Callable[[float, str], Path]) -> tuple[Path, float]:
        """Begin a clip at a media time or before it.

        Parameters
        ----------
        start_s
            The media time that is wanted.
        name
            Given the media time of the first picture and a suffix, returns the path.

        Returns
        -------
        tuple
            The path and the media time of its first picture.
        """

    def write(self, until_s: float) -> None:
        """Write what has come and is not later than a media time."""

    def end(self) -> None:
        """Finish the clip."""


class LiveClipSink:
    """Records each event while it lasts.

    Parameters
    ----------
    recorder
        Copies or encodes.
    folder
        Where clips go; made with the first.
    pre_s, post_s
        How much a clip shows before its event and after it.
    keep
        Told of each clip when it begins.
    """

    def __init__(
        self,
        recorder: Recorder,
        folder: Path,
        *,
        pre_s: float,
        post_s: float,
        keep: Callable[[Clip], None],
    ) -> None:
        self._recorder = recorder
        self._folder = folder
        self._pre_s, self._post_s = pre_s, post_s
        self._keep = keep
        self._recording = False
        self._until_s = 0.0  # the clip's end as far as is known
        self._closed = False

    def write(self, analysis: Analysis, decision: Decision) -> None:
        """Take one frame; see `motionlapse.types.Sink`."""
        frame = analysis.frame
        self._recorder.see(frame)
        if decision.closed:
            self._closed, self._until_s = True, decision.closed.end_s + self._post_s
        if decision.opened:
            self._end()
            self._begin(decision.opened, frame)
        if not self._recording:
            return
        if decision.motion and not self._closed:
            self._until_s = frame.time + self._post_s
        self._continue()
        if self._closed and frame.time >= self._until_s:
            self._end()

    def finish(self, decision: Decision) -> None:  # noqa: ARG002
        """Finish the clip: no more pictures come for now; see `motionlapse.types.Sink`."""
        if self._recording:
            self._continue()
        self._end()

    def close(self) -> None:
        """Finish the clip that is open, if any; may be called again."""
        self._end()

    def _begin(self, event: Event, frame: Frame) -> None:
        make_folder(self._folder)

        def name(time_s: float, suffix: str) -> Path:
            wall = frame.wall and frame.wall + timedelta(seconds=time_s - frame.time)
            return self._folder / f"event-{event.number:04d}_{moment_of(wall, time_s)}{suffix}"

        path, start_s = self._recorder.begin(event.start_s - self._pre_s, name)
        self._recording, self._closed = True, False
        self._keep(Clip(event.number, path, start_s))

    def _continue(self) -> None:
        try:
            self._recorder.write(self._until_s)
        except SinkError:
            self._end()  # what is there stays and can be played
            raise

    def _end(self) -> None:
        if self._recording:
            self._recording = False
            self._recorder.end()


class PacketRecorder:
    """Copies packets out of a ring, from a key frame on, without encoding again.

    Parameters
    ----------
    ring
        Filled by the stream's thread.
    """

    def __init__(self, ring: PacketRing) -> None:
        self._ring = ring
        self._copier: PacketCopier | None = None
        self._connection = 0
        self._last = 0
        self._waiting: deque[RingPacket] = deque()

    def see(self, frame: Frame) -> None:
        """Do nothing: packets come by themselves."""

    def begin(self, start_s: float, name: Callable[[float, str], Path]) -> tuple[Path, float]:
        """Begin a clip with the key frame before a media time; see `Recorder`."""
        with self._ring.using() as stream:
            stamp_s = self._ring.stamp(start_s)
            packets = [] if stamp_s is None else self._ring.from_key(stamp_s)
            if stream is None or not packets:
                raise SinkError("no clip: the stream has not brought a key frame yet")
            first_s = self._ring.time(packets[0].stamp_s)
            path = name(first_s, film_suffix(stream, growing=True))
            self._copier = PacketCopier(path, stream, growing=True)
            self._connection = self._ring.connection
            self._waiting = deque(packets)
            self._last = packets[-1].number
            return path, first_s

    def write(self, until_s: float) -> None:
        """Write the packets up to a media time; see `Recorder`."""
        if self._copier is None:
            return
        with self._ring.using() as stream:
            limit_s = self._ring.stamp(until_s)
            if stream is None or self._ring.connection != self._connection or limit_s is None:
                self._waiting.clear()
                return
            fresh = self._ring.after(self._last)
            if fresh:
                self._last = fresh[-1].number
                self._waiting.extend(fresh)
            # A long quiet end is held back as long as it is not too large.
            if sum(item.packet.size for item in self._waiting) > self._ring.most:
                limit_s = float("inf")
            while self._waiting and self._waiting[0].stamp_s <= limit_s:
                self._copier.write_video(self._waiting.popleft().packet)

    def end(self) -> None:
        """Finish the clip; see `Recorder`."""
        copier, self._copier = self._copier, None
        with self._ring.using():
            self._waiting.clear()
            if copier is not None:
                copier.close()


class FrameRecorder:
    """Encodes pictures, of which it keeps the last seconds.

    Parameters
    ----------
    seconds, size
        How much is kept before a clip: seconds, and bytes at most.
    fps
        The nominal rate, a hint for the encoder; None where there is none.
    """

    def __init__(self, seconds: float, size: int, fps: float | None) -> None:
        self._seconds = seconds
        self._most = size
        self._fps = fps
        self._frames: deque[Frame] = deque()
        self._bytes = 0
        self._writer: VideoWriter | None = None
        self._start_s = 0.0
        self._size = (0, 0)

    def see(self, frame: Frame) -> None:
        """Keep the newest frame for a while."""
        self._frames.append(frame)
        self._bytes += _bytes_of(frame)
        while self._frames and (
            frame.time - self._frames[0].time > self._seconds or self._bytes > self._most
        ):
            if self._writer is not None and self._bytes <= self._most:
                break  # still to be written
            self._bytes -= _bytes_of(self._frames.popleft())

    def begin(self, start_s: float, name: Callable[[float, str], Path]) -> tuple[Path, float]:
        """Begin a clip with the first frame from a media time on; see `Recorder`."""
        self._size = self._frames[-1].planes.size
        while self._frames[0].time < start_s or self._frames[0].planes.size != self._size:
            self._bytes -= _bytes_of(self._frames.popleft())
        self._start_s = self._frames[0].time
        path = name(self._start_s, ".mp4")
        self._writer = VideoWriter(path, self._size, fps=self._fps, growing=True)
        return path, self._start_s

    def write(self, until_s: float) -> None:
        """Encode the frames up to a media time; see `Recorder`."""
        while self._writer is not None and self._frames and self._frames[0].time <= until_s:
            frame = self._frames.popleft()
            self._bytes -= _bytes_of(frame)
            if frame.planes.size == self._size:
                self._writer.write(frame.bgr(), frame.time - self._start_s)

    def end(self) -> None:
        """Finish the clip; see `Recorder`."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()


def make_recorder(
    ring: PacketRing | None, settings: SinkSettings, seconds: float, fps: float | None
) -> Recorder:
    """Return what writes clips: a copier where there are packets, else an encoder.

    Parameters
    ----------
    ring
        Where the packets are, or None.
    settings
        How much memory may be used.
    seconds
        How far back a clip may begin.
    fps
        The nominal rate, or None.
    """
    if ring is not None:
        return PacketRecorder(ring)
    return FrameRecorder(seconds + SLACK_S, settings.pre_roll_size, fps)


def _bytes_of(frame: Frame) -> int:
    """Return what a frame holds in memory: its planes."""
    planes = frame.planes
    chroma = sum(plane.buffer.nbytes for plane in planes.chroma or ())
    return int(planes.luma.buffer.nbytes + chroma)
