"""Clips of live events, written as they happen and beginning before the motion.

They are fragmented MP4, or Matroska where MP4 cannot hold the codec: what has been written can be
played whatever happens next, up to the last second; a plain MP4 has its index at the end, and is
lost without it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from motionlapse.errors import SinkError
from motionlapse.files import make_folder
from motionlapse.frames import Frame
from motionlapse.sinks.clips import Clip
from motionlapse.sinks.frame_recorder import FrameRecorder
from motionlapse.sinks.packet_recorder import PacketRecorder
from motionlapse.sinks.packet_ring import PacketRing
from motionlapse.sinks.settings import SinkSettings
from motionlapse.sinks.snapshots import moment_of
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
            try:
                self._end()
            finally:
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
