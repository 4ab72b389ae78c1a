"""The bars of a scan: one for each source under way, and one for all of them."""

from __future__ import annotations

from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from motionlapse.cli.console import stderr_console
from motionlapse.frames import SourceInfo

# Columns for the share, the frames a second, the time left and the gaps: they are never squeezed.
_NUMBERS = 33
_LEAST_NAME, _LEAST_BAR, _MOST_BAR = 16, 10, 40


class _FramesPerSecond(ProgressColumn):
    """Frames a second of the time that has passed."""

    def render(self, task: Task) -> Text:
        frames, elapsed_s = task.fields["frames"], task.elapsed or 0.0
        return Text(f"{frames / elapsed_s:.0f} frames/s" if frames and elapsed_s > 0 else "")


class ScanProgress:
    """Bars on stderr, as long as it is open.

    Parameters
    ----------
    total
        How many sources there are; the bar of all is shown where there are several.
    """

    def __init__(self, total: int) -> None:
        console = stderr_console()
        room = console.width - _NUMBERS
        bar = min(_MOST_BAR, max(_LEAST_BAR, room * 2 // 5))
        self._name_width = max(_LEAST_NAME, room - bar)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=bar),
            TaskProgressColumn(),
            _FramesPerSecond(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._total = total
        self._all: TaskID | None = None
        self._done = self._frames = 0
        self._length_s: dict[int, float | None] = {}
        self._shares: dict[int, float] = {}  # of the sources under way
        self._tasks: dict[int, TaskID] = {}
        self._searched: dict[int, str] = {}
        self._seen: dict[int, int] = {}
        if total > 1:
            self._all = self._progress.add_task("", total=total, frames=0)
            self._count()
        self._progress.start()

    def search(self, name: str, number: int, what: str, share: float) -> None:
        """Add the bar of what a prescan looks at in a source, or move it; each has its own."""
        words = f"{self._cut(name, len(what) + 2)}: {what}"
        if number in self._tasks and self._searched.get(number) != what:
            self._progress.remove_task(self._tasks.pop(number))
        if number not in self._tasks:
            self._searched[number] = what
            self._tasks[number] = self._progress.add_task(words, total=1.0, frames=0)
        self._progress.update(self._tasks[number], completed=share)

    def begin(self, info: SourceInfo, number: int) -> None:
        """Add the bar of a source, instead of that of its prescan."""
        if number in self._tasks:
            self._progress.remove_task(self._tasks[number])
        self._tasks[number] = self._progress.add_task(
            self._cut(info.name), total=info.duration_s, frames=0
        )
        self._length_s[number] = info.duration_s
        self._seen[number] = 0

    def move(self, number: int, frames: int, passed_s: float) -> None:
        """Move the bar of a source to `frames` and to seconds since its first frame."""
        if number not in self._tasks:
            return
        self._frames += frames - self._seen[number]
        self._seen[number] = frames
        self._progress.update(self._tasks[number], completed=passed_s, frames=frames)
        if self._all is not None:
            length_s = self._length_s[number]
            self._shares[number] = min(1.0, passed_s / length_s) if length_s else 0.0
            self._count()

    def end(self, number: int) -> None:
        """Take the bar of a source away and count it."""
        if number in self._tasks:
            self._progress.remove_task(self._tasks.pop(number))
        self._shares.pop(number, None)
        self._done += 1
        self._count()

    def _count(self) -> None:
        if self._all is not None:
            words = f"{self._done}/{self._total} sources"
            done = self._done + sum(self._shares.values())
            self._progress.update(self._all, description=words, completed=done, frames=self._frames)

    def _cut(self, name: str, taken: int = 0) -> str:
        """Return a name without its beginning where there is no room for it."""
        room = max(_LEAST_NAME, self._name_width - taken)
        return name if len(name) <= room else "…" + name[1 - room :]

    def close(self) -> None:
        """Take all bars away; may be called again."""
        self._progress.stop()
