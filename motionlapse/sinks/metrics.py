"""Every frame's numbers as a CSV file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from motionlapse.files import drop, is_special, make_folder, part_of, writing
from motionlapse.locks import hold_new, ready_to_rename
from motionlapse.made import Made, refuse_others
from motionlapse.sinks.left_parts import drop_dead
from motionlapse.types import Analysis, Decision

COLUMNS = (
    "index",
    "time_s",
    "wall",
    "fraction",
    "flow",
    "score",
    "state",
    "learning_rate",
    "light_gain",
    "reason",
)


class MetricsFile:
    """One row a frame, in the order of `COLUMNS`; empty where a number is unknown.

    It grows beside its place and is renamed there when the run ends, however that is.

    Parameters
    ----------
    path
        The file. Its folder is made. What a killed program left of it half written is removed.

    Raises
    ------
    ConfigError
        If it is something else.
    SinkError
        If it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        refuse_others(path, Made.METRICS)
        make_folder(path.parent)
        # A device or a pipe is written as it is. What a pipe's link leads to has no name.
        special = is_special(path)
        self._path = path if special else path.resolve()
        self._part = path if special else part_of(self._path)
        if not special:
            drop_dead(self._path.parent, self._path.name)
        with writing(path):
            self._held = path.open("wb") if special else hold_new(self._part)
            self._file = io.TextIOWrapper(self._held, encoding="utf-8", newline="")
            self._rows = csv.writer(self._file, lineterminator="\n")
            self._rows.writerow(COLUMNS)

    def write(self, analysis: Analysis, decision: Decision) -> None:
        """Take one frame; see `motionlapse.types.Sink`."""
        frame, score = analysis.frame, analysis.score
        row = (
            frame.index,
            f"{frame.time:.6f}",
            frame.wall.isoformat(timespec="milliseconds") if frame.wall else "",
            f"{score.fraction:.6f}",
            "" if score.flow is None else f"{score.flow:.5f}",
            f"{score.value:.4f}",
            decision.state.value,
            f"{analysis.learning_rate:.5f}",
            "" if analysis.light_gain is None else f"{analysis.light_gain:.4f}",
            decision.reason,
        )
        with writing(self._path):
            self._rows.writerow(row)

    def finish(self, decision: Decision) -> None:
        """Nothing is left to write."""

    def close(self) -> None:
        """Put the file in its place; may be called again."""
        if self._file.closed:
            return
        with writing(self._path):
            try:
                self._file.flush()
                if self._part != self._path:
                    ready_to_rename(self._held)
                    self._part.replace(self._path)
            except OSError:
                if self._part != self._path:
                    drop(self._part)
                raise
            finally:
                self._file.close()
