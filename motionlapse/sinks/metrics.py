"""Every frame's numbers as a CSV file."""

from __future__ import annotations

import contextlib
import csv
from pathlib import Path

from motionlapse.errors import SinkError
from motionlapse.files import drop, is_special, make_folder, part_of, put_new, writing
from motionlapse.locks import hold_new, ready_to_rename
from motionlapse.made import Made, refuse_others
from motionlapse.sinks.left_parts import drop_dead
from motionlapse.sinks.whole_lines import WholeLines
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

_KEPT_BACK_S = 2.0  # for so long rows may wait to be written, and a kill may cost them


class MetricsFile:
    """One row a frame, in the order of `COLUMNS`; empty where a number is unknown.

    It grows beside its place and is renamed there when the run ends, however that is. Where a full
    disk did not take all of it, what there is gets a name that nothing has.

    Parameters
    ----------
    path
        The file. Its folder is made. What a killed scan left of it half written is removed: it can
        be made again. A watch keeps it, see `motionlapse.watch.own_names`.
    live
        As of `place_table`.

    Raises
    ------
    ConfigError
        If it is something else.
    SinkError
        If it cannot be written.
    """

    def __init__(self, path: Path, *, live: bool = False) -> None:
        refuse_others(path, Made.METRICS)
        make_folder(path.parent)
        # A device or a pipe is written as it is. What a pipe's link leads to has no name.
        special = is_special(path)
        self._live = live
        self._flushed_s = float("-inf")
        self._path = path if special else path.resolve()
        self._part = path if special else part_of(self._path)
        if not special:
            drop_dead(self._path.parent, self._path.name)
        with writing(path):
            self._held = path.open("wb") if special else hold_new(self._part)
            self._lines = WholeLines(self._held)
            self._rows = csv.writer(self._lines, lineterminator="\n")
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
            if frame.time - self._flushed_s >= _KEPT_BACK_S:  # of a time-lapse forty are an hour
                self._flushed_s = frame.time
                self._lines.flush()

    def finish(self, decision: Decision) -> None:  # noqa: ARG002
        """Write what waits: no more frames come for now; see `motionlapse.types.Sink`."""
        with writing(self._path):
            self._lines.flush()

    def close(self) -> None:
        """Put the file in its place; may be called again."""
        if self._held.closed:
            return
        with writing(self._path):
            try:
                self._lines.flush()
                if self._part != self._path:
                    ready_to_rename(self._held)
                    place_table(self._part, self._path, live=self._live)
            except OSError:
                if self._part != self._path:
                    self._keep_what_there_is()
                raise
            finally:
                self._held.close()

    def _keep_what_there_is(self) -> None:
        if self._lines.length <= len(",".join(COLUMNS)) + 1:
            drop(self._part)
            return
        with contextlib.suppress(OSError):
            ready_to_rename(self._held)
            put_new(self._part, self._path)


def place_table(part: Path, place: Path, *, live: bool) -> None:
    """Give a table that is finished its name.

    Parameters
    ----------
    part, place
        Where it is, and what it is to be called.
    live
        False replaces what has the name: it can be made again. True never does: what a camera
        showed cannot, and another watch may have been given the same name.

    Raises
    ------
    OSError
        If it cannot be renamed.
    SinkError
        If something else had the name, saying which the table has now.
    """
    if not live:
        part.replace(place)
    elif (name := put_new(part, place)) != place:
        raise SinkError(
            f"{place}: cannot be written: another program has taken the name in the meantime; "
            f"the table is {name.name}"
        )
