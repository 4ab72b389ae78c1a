"""The run: judges every still of a series, and puts those that changed into a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from motionlapse.comparison.last_kept import CHANGED_SLOWLY
from motionlapse.errors import SinkError
from motionlapse.pipeline_settings import Settings
from motionlapse.sifting.journal import Journal, Record, key_of
from motionlapse.sifting.judges import REMEMBERED, Judge, make_judge
from motionlapse.sifting.placing import Placer
from motionlapse.sifting.stills import Still, in_time, read_stills

# After this many stills the model has forgotten what it saw before.
_SEEN = 80


@dataclass(slots=True)
class Summary:
    """How a run went.

    Attributes
    ----------
    stills, kept, corrupt
        How many there were, were kept and were unusable, including those of earlier runs.
    slow
        How many were dropped although they are far from the last kept one, because everything
        changed slowly.
    before
        How many had been judged by an earlier run.
    kept_bytes, all_bytes
        Sizes of the kept files and of all files.
    unreadable
        True if a still could not be read or was corrupt.
    interrupted
        True if it was stopped.
    """

    stills: int = 0
    kept: int = 0
    corrupt: int = 0
    slow: int = 0
    before: int = 0
    kept_bytes: int = 0
    all_bytes: int = 0
    unreadable: bool = False
    interrupted: bool = False

    def count(self, record: Record) -> None:
        """Count one still."""
        self.stills += 1
        self.all_bytes += record.size
        if record.state == "kept":
            self.kept += 1
            self.kept_bytes += record.size
        elif record.state == "corrupt":
            self.corrupt += 1
            self.unreadable = True
        elif record.reason.endswith(CHANGED_SLOWLY):
            self.slow += 1


class Sift:
    """Sifts series of stills.

    Parameters
    ----------
    settings
        ``measures`` and, for the running model, ``background``, ``analysis`` and ``decision``.
    journal
        Earlier decisions, and where new ones are written.
    placer
        Where kept stills go; None leaves them where they are (a dry run).
    on_record
        Called with the record of each still.
    should_stop
        Asked before each still.
    """

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        placer: Placer | None,
        on_record: Callable[[Record], None],
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._settings = settings
        self._journal = journal
        self._placer = placer
        self._on_record = on_record
        self._should_stop = should_stop
        self.summary = Summary()

    def series(self, stills: Sequence[Path]) -> None:
        """Sift one series.

        Parameters
        ----------
        stills
            In natural order. If EXIF or names tell when the stills were taken, they are sorted by
            that.

        Raises
        ------
        ConfigError
            If pictures differ in size, or a region does not fit.
        SinkError
            If a still that is kept cannot be placed.
        """
        folder = stills[0].absolute().parent
        judged = [r for key, r in self._journal.records.items() if Path(key).parent == folder]
        for record in judged:
            self.summary.count(record)
        self.summary.before += len(judged)
        new = [path for path in stills if key_of(str(path)) not in self._journal.records]
        if not new:
            return
        paths = in_time(new)
        earlier = [(_whereabouts(record), record) for record in judged]
        earlier = [(path, record) for path, record in earlier if path.exists()]
        judge = make_judge(self._settings, [*[path for path, _ in earlier], *paths])
        self._judge(judge, dict(_needed(earlier, model=judge.planes)), paths)

    def _judge(self, judge: Judge, earlier: Mapping[Path, Record], paths: Sequence[Path]) -> None:
        """Bring a judge to where the earlier run left it, then judge the new stills.

        Both in one pass, since the first new still shows whether the last old one is corrupt.
        """
        against: str | None = None
        corrupt = self._settings.measures.corrupt
        for still in read_stills([*earlier, *paths], planes=judge.planes, corrupt=corrupt):
            if self._should_stop():
                self.summary.interrupted = True
                return
            before = earlier.get(still.path)
            if before is None:
                record = self._decide(judge, still, against)
                self._note(record)
                self.summary.count(record)
                self._on_record(record)
            elif still.picture is None:
                continue
            else:
                record = before
                judge.replay(still.picture, kept=record.state == "kept")
            if record.state == "kept":
                against = record.still

    def _note(self, record: Record) -> None:
        """Record a decision; if that fails, undo it, so that the next run makes it again."""
        try:
            self._journal.add(record)
        except SinkError:
            if record.file is not None and self._placer is not None:
                self._placer.take_back()
            raise

    def _decide(self, judge: Judge, still: Still, against: str | None) -> Record:
        path = still.path
        size = _size(path)
        if still.picture is None:
            return Record(str(path), "corrupt", None, None, None, still.fault, None, size)
        verdict = judge.judge(still.picture)
        file = None
        if verdict.keep and self._placer is not None:
            file = str(self._placer.place(path))
        state = "kept" if verdict.keep else "dropped"
        value = verdict.value if verdict.value is None or isfinite(verdict.value) else None
        return Record(
            str(path), state, value, verdict.threshold, against, verdict.reason, file, size
        )


def _needed(
    earlier: Sequence[tuple[Path, Record]], *, model: bool
) -> Sequence[tuple[Path, Record]]:
    """Return what a judge has to see again of the earlier run: from the last kept but one on.

    The last kept one may turn out to be corrupt. The model needs stills before that to learn from.
    """
    whole = [(path, record) for path, record in earlier if record.state != "corrupt"]
    kept = [number for number, (_, record) in enumerate(whole) if record.state == "kept"]
    if not kept:
        return ()
    begin = kept[max(0, len(kept) - 2)]
    if model:
        begin = max(0, min(begin, len(whole) - REMEMBERED) - _SEEN)
    return whole[begin:]


def _whereabouts(record: Record) -> Path:
    """Return where a still is now: at its new place if it was moved."""
    path = Path(key_of(record.still))
    return Path(record.file) if record.file is not None and not path.exists() else path


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
