"""What a scan shows: progress while it runs, events as they end, a summary."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from motionlapse.batch.result import BatchResult
from motionlapse.cli.console import StdoutClosedError, logger, print_json, rich_console
from motionlapse.cli.event_output import print_events, write_csv
from motionlapse.frames import SourceInfo
from motionlapse.sinks.event_records import as_record
from motionlapse.types import Analysis, Decision, KeptEvent

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class ScanOutput:
    """A `motionlapse.batch.result.Listener` for people and pipes.

    Parameters
    ----------
    json
        Print each event as JSON when it ends.
    table
        Print a table at the end, where `json` is False.
    bars
        Show a progress bar on stderr.

    Attributes
    ----------
    deaf
        True once nobody reads stdout any more.
    """

    def __init__(self, *, json: bool, table: bool, bars: bool) -> None:
        self._json = json
        self._table = table and not json
        self._bars = bars
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._frames = 0
        self._start_s: float | None = None
        self._kept: list[KeptEvent] = []
        self.deaf = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end_progress()

    # ---- motionlapse.batch.result.Listener ----------------------------------------------------------

    def begin(self, info: SourceInfo, number: int, total: int) -> None:
        """Start the bar of a source."""
        self._start_s, self._frames = None, 0
        logger.debug("%s: %d×%d, %s", info.name, info.width, info.height, info.kind)
        if not self._bars:
            return
        if self._progress is None:
            self._progress = _progress()
            self._progress.start()
        counted = f"{number}/{total} " if total > 1 else ""
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(
            f"{counted}{info.name}", total=info.duration_s, frames=0
        )

    def frame(self, analysis: Analysis, decision: Decision) -> None:  # noqa: ARG002
        """Move the bar."""
        if self._progress is None or self._task is None:
            return
        if self._start_s is None:
            self._start_s = analysis.frame.time
        self._frames += 1
        self._progress.update(
            self._task, completed=analysis.frame.time - self._start_s, frames=self._frames
        )

    def event(self, kept: KeptEvent) -> None:
        """Print or remember an event."""
        self._kept.append(kept)
        if not self._json or self.deaf:
            return
        try:
            print_json(as_record(kept))
        except StdoutClosedError:
            self.deaf = True  # the loop ends in order, with everything kept

    def note(self, text: str) -> None:
        """Log what is as it should be."""
        logger.info("%s", text)

    def warning(self, text: str) -> None:
        """Log a warning."""
        logger.warning("%s", text)

    def error(self, text: str) -> None:
        """Log an error."""
        logger.error("%s", text)

    # ---- the end -----------------------------------------------------------------------------

    def finish(self, result: BatchResult, archive: Path, csv: Path | None) -> None:
        """Print the table, write the CSV and say where things are.

        Raises
        ------
        StdoutClosedError
            If nobody reads stdout.
        SinkError
            If the CSV cannot be written.
        """
        self._end_progress()
        if csv is not None:
            write_csv(csv, self._kept)
        if self.deaf:
            raise StdoutClosedError("standard output was closed")
        if self._table and self._kept:
            print_events(self._kept)
        if result.sources:
            logger.info("%s", _summary(result, self._kept, archive))

    def _end_progress(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def _progress() -> Progress:
    from rich.progress import (
        BarColumn,
        Progress,
        ProgressColumn,
        Task,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class FramesPerSecond(ProgressColumn):
        """Frames a second of the time that has passed."""

        def render(self, task: Task) -> Text:
            frames, elapsed_s = task.fields["frames"], task.elapsed or 0.0
            return Text(f"{frames / elapsed_s:.0f} frames/s" if elapsed_s > 0 else "")

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        FramesPerSecond(),
        TimeRemainingColumn(),
        console=rich_console(stderr=True),
        transient=True,
    )


def _summary(result: BatchResult, kept: list[KeptEvent], archive: Path) -> str:
    events = "1 event" if result.events == 1 else f"{result.events} events"
    sources = "" if result.sources == 1 else f" in {result.sources} sources"
    pictures = sum(len(item.snapshots) for item in kept)
    where = ""
    if pictures:
        folder = result.folders[0] if len(result.folders) == 1 else archive
        where = f"; {pictures} snapshot{'s' * (pictures != 1)} in {folder}{os.sep}"
    clips = sum(item.clip is not None for item in kept)
    if clips:
        folder = result.folders[0] if len(result.folders) == 1 else archive
        where += f"; {clips} clip{'s' * (clips != 1)} in {folder}{os.sep}"
    stopped = "interrupted: " if result.interrupted else ""
    return f"{stopped}{events}{sources} ({result.frames} frames){where}"
