"""What sifting shows: a line a still, progress, and how much was kept."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from motionlapse.cli.console import (
    StdoutClosedError,
    is_terminal,
    logger,
    print_json,
    printing,
    stderr_console,
)
from motionlapse.cli.stopping import Stop
from motionlapse.comparison.last_kept import AGAINST_LAST_KEPT
from motionlapse.errors import ConfigError, MotionlapseError, SinkError, SourceError
from motionlapse.files import make_folder, writing
from motionlapse.measures.settings import RUNNING_MODEL
from motionlapse.pipeline_settings import Settings
from motionlapse.sifting.journal import Journal, Record
from motionlapse.sifting.placing import How, Placer
from motionlapse.sifting.sift import Sift, Summary
from motionlapse.sources.footage import Footage, find_footage
from motionlapse.units import format_share, format_size

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


def sift_all(
    names: Sequence[str],
    out: Path,
    how: How,
    settings: Settings,
    *,
    dry: bool,
    json: bool,
    bars: bool,
) -> int:
    """Sift every series that the names stand for and return the exit code.

    Parameters
    ----------
    names
        As typed.
    out
        Where kept stills go.
    how
        How they get there.
    settings
        By what they are judged.
    dry
        True writes nothing.
    json, bars
        How it is shown.
    """
    code = 0
    series = []
    for item in find_footage(names):
        if isinstance(item, SourceError):
            logger.error("%s", item)
            code = SourceError.exit_code
        elif not item.stills:
            raise ConfigError(
                f"{item.name}: a film; sift takes stills ('motionlapse scan' takes films)"
            )
        else:
            series.append(item)
    if not series:
        return code
    _refuse_own_folder(series, out)
    if not dry:
        make_folder(out)
    by_model = settings.measures.measure == RUNNING_MODEL
    shown = _Shown(json=json, bars=bars and is_terminal(sys.stderr), shares=by_model)
    with ExitStack() as closing:
        journal = closing.enter_context(Journal(None if dry else out, _rules(settings)))
        stop = closing.enter_context(Stop())
        placer = None if dry else Placer(out, how)
        sift = Sift(settings, journal, placer, shown.record, lambda: stop.asked)
        closing.enter_context(shown)
        code = max(code, _run(sift, series, shown))
    summary = sift.summary
    logger.info("%s", _words(summary, out, how, dry=dry))
    if summary.interrupted:
        return stop.exit_code
    return max(code, SourceError.exit_code if summary.unreadable else 0)


def _refuse_own_folder(series: Sequence[Footage], out: Path) -> None:
    """Refuse to put kept stills where stills come from: the next run could not tell them apart."""
    folders = {still.parent for item in series for still in item.stills}
    with writing(out):
        same = out.exists() and any(folder.samefile(out) for folder in folders)
    if same:
        raise ConfigError(f"--out {out}: the stills are in it; name another folder")


def _run(sift: Sift, series: Sequence[Footage], shown: _Shown) -> int:
    code = 0
    for item in series:
        if sift.summary.interrupted:
            break
        if item.warning:
            logger.warning("%s", item.warning)
        shown.begin(item)
        try:
            sift.series(item.stills)
        except StdoutClosedError:
            raise  # quietly
        except SinkError:
            raise  # a full disk is full for the next still too; the next run goes on here
        except MotionlapseError as error:
            logger.error("%s: %s", item.name, error)
            code = max(code, error.exit_code)
    return code


def _rules(settings: Settings) -> dict[str, object]:
    """Return all that a decision depends on."""
    plain = settings.model_dump(mode="json")
    rules: dict[str, object] = dict(plain["measures"])
    for name in ("regions", "ignore", "mask_image"):
        rules[name] = plain["analysis"][name]
    if settings.measures.measure == RUNNING_MODEL:
        rules |= {"model": settings.background.model, "enter": settings.decision.enter}
        rules |= {"model_settings": plain["background"][settings.background.model]}
    return rules


class _Shown:
    """A line a still on stdout, and a bar on stderr."""

    def __init__(self, *, json: bool, bars: bool, shares: bool) -> None:
        self._json = json
        self._shares = shares
        self._progress: Progress | None = _progress() if bars else None
        self._task: TaskID | None = None

    def __enter__(self) -> _Shown:
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def begin(self, item: Footage) -> None:
        if self._progress is not None:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._task = self._progress.add_task(item.name, total=len(item.stills))

    def record(self, record: Record) -> None:
        if record.state == "corrupt":
            logger.error("%s", record.reason)
        if self._json:
            print_json(
                {
                    "still": record.still,
                    "state": record.state,
                    "value": record.value,
                    "threshold": record.threshold,
                    "against": record.against,
                    "reason": record.reason,
                    "file": record.file,
                }
            )
        elif record.state != "corrupt":
            with printing():
                sys.stdout.write(_line(record, shares=self._shares))
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)


def _line(record: Record, *, shares: bool) -> str:
    """Return what there is to say of a still; `shares` if values are shares of the picture."""
    name = Path(record.against).name if record.against else ""
    if record.value is None or record.threshold is None:
        limit = ""
    elif record.reason.endswith(AGAINST_LAST_KEPT):  # it has the threshold
        limit = f" ({name})"
    else:
        threshold = format_share(record.threshold) if shares else f"{record.threshold:.4g}"
        limit = f" (threshold {threshold}{f' against {name}' if name else ''})"
    return f"{record.state:7}  {record.still}  {record.reason}{limit}\n"


def _words(summary: Summary, out: Path, how: How, *, dry: bool) -> str:
    share = summary.kept / summary.stills if summary.stills else 0.0
    done = {"link": "linked", "copy": "copied", "move": "moved"}[how]
    where = "nothing written (--dry-run)" if dry else f"{done} into {out}"
    earlier = f", {summary.before} of them judged before" if summary.before else ""
    stopped = "interrupted: " if summary.interrupted else ""
    corrupt = f"; {summary.corrupt} corrupt" if summary.corrupt else ""
    slow = f"; {summary.slow} dropped for changing only slowly" if summary.slow else ""
    saved = summary.all_bytes - summary.kept_bytes
    return (
        f"{stopped}kept {summary.kept} of {summary.stills} stills ({share:.1%}{earlier}), "
        f"{format_size(summary.kept_bytes)} of {format_size(summary.all_bytes)}: "
        f"{format_size(saved)} saved{corrupt}{slow}; {where}"
    )


def _progress() -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        Remaining(),
        console=stderr_console(),
        transient=True,
    )
