"""A progress bar for work that is counted."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from motionlapse.cli.console import is_terminal, stderr_console


@contextlib.contextmanager
def counting_bar(words: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that is told (done, total); it shows a bar if stderr is a terminal."""
    if quiet or not is_terminal(sys.stderr):
        yield lambda _done, _total: None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn(words, markup=False), BarColumn(), MofNCompleteColumn())
    console = stderr_console()
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
