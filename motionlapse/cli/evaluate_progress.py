"""What an evaluation shows while it runs: a progress bar, warnings, errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from motionlapse.cli.console import logger, stderr_console
from motionlapse.closing import Closing
from motionlapse.errors import MotionlapseError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

T = TypeVar("T")

_INTERRUPTED = 130


class EvaluationProgress(Closing):
    """A `motionlapse.evaluation.masks.Listener` for people and pipes.

    Parameters
    ----------
    json
        Print objects as they come, and no tables.
    bars
        Show a progress bar on stderr.

    Attributes
    ----------
    exit_code
        What the program should end with.
    """

    def __init__(self, *, json: bool, bars: bool) -> None:
        self.json = json
        self.exit_code = 0
        self._bars = bars
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def begin(self, name: str, frames: int | None, number: int, total: int) -> None:
        """Start the bar of a sequence or clip."""
        logger.debug("%s (%d of %d)", name, number, total)
        if not self._bars:
            return
        if self._progress is None:
            self._progress = _progress()
            self._progress.start()
        if self._task is not None:
            self._progress.remove_task(self._task)
        counted = f"{number}/{total} " if total > 1 else ""
        self._task = self._progress.add_task(f"{counted}{name}", total=frames)

    def frame(self) -> None:
        """Move the bar."""
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)

    def warning(self, text: str) -> None:
        """Log a warning."""
        logger.warning("%s", text)

    def failed(self, error: MotionlapseError) -> None:
        """Log an error; the gravest decides the exit code."""
        logger.error("%s", error)
        self.exit_code = max(self.exit_code, error.exit_code)

    def until_interrupted(self, results: Iterable[T]) -> Iterator[T]:
        """Yield results up to Ctrl-C or SIGTERM: what is done by then is still shown."""
        try:
            yield from results
        except KeyboardInterrupt:
            self._end_early(_INTERRUPTED)
        except SystemExit as leaving:
            self._end_early(int(leaving.code or 0))

    def _end_early(self, code: int) -> None:
        logger.warning("interrupted: only the results so far are shown")
        self.exit_code = code

    def close(self) -> None:
        """Remove the bar; may be called again."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def _progress() -> Progress:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=stderr_console(),
        transient=True,
    )
