"""Clips of a live source: its pictures, encoded."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path

from motionlapse.frames import Frame
from motionlapse.sinks.video import VideoWriter


class FrameRecorder:
    """Encodes pictures, of which it keeps the last seconds.

    It is a `motionlapse.sinks.live_clips.Recorder`.

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
        self._bytes += frame.planes.nbytes
        if self._writer is not None:
            return  # still to be written
        # The newest stays however large it is: a clip may begin with it.
        while len(self._frames) > 1 and (
            frame.time - self._frames[0].time > self._seconds or self._bytes > self._most
        ):
            self._drop_oldest()

    def begin(self, start_s: float, name: Callable[[float, str], Path]) -> tuple[Path, float]:
        """Begin a clip with the first frame from a media time on; see `Recorder`."""
        self._size = self._frames[-1].planes.size
        while self._frames[0].time < start_s or self._frames[0].planes.size != self._size:
            self._drop_oldest()
        self._start_s = self._frames[0].time
        path = name(self._start_s, ".mp4")
        self._writer = VideoWriter(path, self._size, fps=self._fps, growing=True)
        return path, self._start_s

    def write(self, until_s: float) -> None:
        """Encode the frames up to a media time; see `Recorder`.

        A long quiet end is held back as long as it is not too large.
        """
        while (
            self._writer is not None
            and self._frames
            and (self._frames[0].time <= until_s or self._bytes > self._most)
        ):
            frame = self._drop_oldest()
            if frame.planes.size == self._size:
                self._writer.write(frame.bgr(), frame.time - self._start_s)

    def end(self) -> None:
        """Finish the clip; see `Recorder`."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def _drop_oldest(self) -> Frame:
        frame = self._frames.popleft()
        self._bytes -= frame.planes.nbytes
        return frame
