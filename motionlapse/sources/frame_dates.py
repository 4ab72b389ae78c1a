"""Turns the pictures of a live source into frames with numbers, media times and wall times."""

from __future__ import annotations

import threading
from datetime import timedelta

from motionlapse.clock import Clock
from motionlapse.frames import Frame
from motionlapse.sources.connection import PacketTap, Picture, Undecoded
from motionlapse.sources.stream_clock import StreamClock


class FrameDates:
    """Numbers and dates the pictures of a live source, over all of its connections.

    Parameters
    ----------
    clock
        Tells the time.
    closing
        Ends waiting when it is set.
    tap
        Told which media times the timestamps of packets stand for.
    realtime
        If False, media times are those of the timestamps, no matter when pictures come.

    Attributes
    ----------
    pictures
        How many pictures there were, including those that were left out.
    """

    def __init__(
        self, clock: Clock, closing: threading.Event, tap: PacketTap | None, *, realtime: bool
    ) -> None:
        self._clock = clock
        self._closing = closing
        self._tap = tap
        self._realtime = realtime
        self._stream_clock = StreamClock()
        self._begun_s: float | None = None
        self._left_out = self._told = 0
        self.pictures = 0

    def connect(self) -> None:
        """Begin a new connection."""
        self._stream_clock.connect()

    def count(self, left_out: int) -> None:
        """Count pictures that were left out, given the total so far."""
        self.pictures += left_out - self._left_out
        self._left_out = left_out

    def frame(self, picture: Picture | Undecoded, *, paced: bool) -> Frame:
        """Return the next frame; a `paced` picture that came early waits here until it is due."""
        if self._begun_s is None:
            self._begun_s = self._clock.monotonic()
        clock = self._stream_clock
        elapsed_s = came_s = self._clock.monotonic() - self._begun_s
        if picture.arrived_s is not None:
            came_s = picture.arrived_s - self._begun_s
        if not self._realtime:
            elapsed_s = came_s = picture.pts_s or 0.0
        elif paced and picture.pts_s is not None:
            wait_s = clock.wait_s(picture.pts_s, elapsed_s)
            if wait_s:
                self._closing.wait(wait_s)
                elapsed_s = came_s = elapsed_s + wait_s
        time = clock.time(picture.pts_s, came_s, drifts=not paced)
        if self._tap is not None and picture.stamp_s is not None:
            self._tap.align(picture.stamp_s, time)
        index, self.pictures = self.pictures, self.pictures + 1
        left_out, self._told = self._left_out - self._told, self._left_out
        return Frame(
            index=index,
            time=time,
            wall=self._clock.now() + timedelta(seconds=time - elapsed_s - clock.lead_s),
            number=index,
            to_planes=picture.to_planes,
            to_bgr=picture.to_bgr,
            calm=isinstance(picture, Undecoded),
            left_out=left_out,
        )
