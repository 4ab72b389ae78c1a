"""What a scan shows: progress while it runs, events as they end, a summary."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from motionlapse.batch.result import BatchResult
from motionlapse.cli.console import StdoutClosedError, logger, print_json
from motionlapse.cli.event_output import print_events, write_csv
from motionlapse.closing import Closing
from motionlapse.errors import SinkError
from motionlapse.frames import SourceInfo
from motionlapse.sinks.event_records import as_record
from motionlapse.types import KeptEvent
from motionlapse.units import counted

if TYPE_CHECKING:
    from motionlapse.cli.scan_progress import ScanProgress


class ScanOutput(Closing):
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
        self._progress: ScanProgress | None = None
        self._start_s: dict[int, float] = {}
        self._turn = 1  # the source whose events are printed as they come
        self._ended: set[int] = set()  # those after it that are done
        self._printed: dict[int, int] = {}
        self._found: dict[int, list[KeptEvent]] = {}
        self.deaf = False

    # ---- motionlapse.batch.result.Listener ---------------------------------------------------

    def begin(self, info: SourceInfo, number: int, total: int) -> None:
        """Start the bar of a source."""
        logger.debug("%s: %d×%d, %s", info.name, info.width, info.height, info.kind)
        if self._bars:
            self._shown(total).begin(info, number)

    def search(self, name: str, number: int, total: int, what: str, share: float) -> None:
        """Start the bar of a source's prescan, or move it."""
        if self._bars:
            self._shown(total).search(name, number, what, share)

    def _shown(self, total: int) -> ScanProgress:
        from motionlapse.cli.scan_progress import ScanProgress

        if self._progress is None:
            self._progress = ScanProgress(total)
            for done in [*range(1, self._turn), *self._ended]:
                self._progress.end(done)
        return self._progress

    def progress(self, number: int, frames: int, time_s: float) -> None:
        """Move the bar of a source."""
        if self._progress is not None:
            start_s = self._start_s.setdefault(number, time_s)
            self._progress.move(number, frames, time_s - start_s)

    def done(self, number: int) -> None:
        """Count a source."""
        self._start_s.pop(number, None)
        self._ended.add(number)
        if self._progress is not None:
            self._progress.end(number)
        while self._turn in self._ended:
            self._ended.remove(self._turn)
            self._turn += 1
            self._print(self._turn)

    def event(self, kept: KeptEvent, number: int) -> None:
        """Remember an event, and print it once all those of the sources before are."""
        self._found.setdefault(number, []).append(kept)
        if number == self._turn:
            self._print(number)

    def _print(self, number: int) -> None:
        """Print the events of a source that have not been printed."""
        if not self._json:
            return
        found = self._found.get(number, [])
        for kept in found[self._printed.get(number, 0) :]:
            if not self.deaf:
                try:
                    print_json(as_record(kept))
                except StdoutClosedError:
                    self.deaf = True  # the loop ends in order, with everything kept
        self._printed[number] = len(found)

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
        """Print the table and write the CSV, sources in their order; say where things are.

        Raises
        ------
        StdoutClosedError
            If nobody reads stdout.
        SinkError
            If the CSV cannot be written.
        """
        self.close()
        for number in sorted(self._found):
            self._print(number)
        kept = [kept for number in sorted(self._found) for kept in self._found[number]]
        unwritten: SinkError | None = None
        if csv is not None:
            try:
                write_csv(csv, kept)
            except SinkError as error:  # told at the end: it hides nothing else
                unwritten = error
        if self.deaf:
            raise unwritten or StdoutClosedError("standard output was closed")
        if self._table and kept:
            print_events(kept)
        if result.skipped:
            are = "1 source is" if result.skipped == 1 else f"{result.skipped} sources are"
            logger.info("%s already in the archive and not scanned again", are)
        if result.sources or result.interrupted:
            logger.info("%s", _summary(result, kept, archive))
        if result.unscanned and result.named > 1:
            logger.warning("%s", _unscanned(result))
        if unwritten is not None:
            raise unwritten

    def close(self) -> None:
        """Remove the bars; may be called again."""
        if self._progress is not None:
            self._progress.close()
            self._progress = None


def _summary(result: BatchResult, kept: list[KeptEvent], archive: Path) -> str:
    events = counted(result.events, "event")
    sources = "" if result.sources < 2 else f" in {result.sources} sources"
    pictures = sum(len(item.snapshots) for item in kept)
    where = ""
    if pictures:
        folder = result.folders[0] if len(result.folders) == 1 else archive
        where = f"; {counted(pictures, 'snapshot')} in {folder}{os.sep}"
    clips = sum(item.clip is not None for item in kept)
    if clips:
        folder = result.folders[0] if len(result.folders) == 1 else archive
        where += f"; {counted(clips, 'clip')} in {folder}{os.sep}"
    said = f"{events}{sources} ({_frames(result)}){where}"
    return f"interrupted: {said}{_rest(result)}" if result.interrupted else said


def _unscanned(result: BatchResult) -> str:
    were = "was" if result.unscanned == 1 else "were"
    return (
        f"{result.unscanned} of {result.named} sources {were} not scanned, as their results "
        "could not be written; run it again with --resume to scan the rest"
    )


def _rest(result: BatchResult) -> str:
    """Return how far an interrupted scan came, and how to go on."""
    done = f"; {result.whole + result.skipped} of {result.named} sources done"
    return f"{done if result.named > 1 else ''}; run it again with --resume to scan the rest"


def _frames(result: BatchResult) -> str:
    """Return how many frames there were, and what share of them was scanned if not all were."""
    frames = counted(result.of_frames, "frame")
    if result.frames >= result.of_frames:
        return counted(result.frames, "frame")
    return f"{frames}, {result.frames / result.of_frames:.1%} of them scanned"
