"""Snapshots that a person asks for, whether or not anything moves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from motionlapse.files import make_folder, write_whole
from motionlapse.sinks.exif import PictureFacts, with_exif
from motionlapse.sinks.snapshots import encode_jpeg, moment_of
from motionlapse.types import Analysis, Decision


class SnapshotByHand:
    """Writes the next frame as ``snapshot_….jpg`` when asked to; retention leaves it alone.

    Parameters
    ----------
    folder
        Where snapshots go; made with the first one.
    quality
        Of the JPEG, 1 to 100.
    wanted
        Asked at each frame.
    keep
        Told the path of each snapshot.
    """

    def __init__(
        self,
        folder: Path,
        quality: int,
        wanted: Callable[[], bool],
        keep: Callable[[Path], None],
    ) -> None:
        self._folder = folder
        self._quality = quality
        self._wanted = wanted
        self._keep = keep

    def write(self, analysis: Analysis, decision: Decision) -> None:  # noqa: ARG002
        """Take one frame; see `motionlapse.types.Sink`."""
        if not self._wanted():
            return
        frame = analysis.frame
        make_folder(self._folder)
        path = self._folder / f"snapshot_{moment_of(frame.wall, frame.time)}.jpg"
        facts = PictureFacts(None, frame.time, frame.wall, analysis.score.value)
        write_whole(path, with_exif(encode_jpeg(frame.bgr(), self._quality), facts))
        self._keep(path)

    def finish(self, decision: Decision) -> None:
        """Do nothing: every snapshot has been written."""

    def close(self) -> None:
        """Do nothing: nothing is open between two frames."""
