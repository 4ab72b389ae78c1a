"""Scanning a source far from the archive: what is found is noted, and brought home as a whole.

Pictures and clips go to a folder of this attempt alone, on a path that both sides share. Nothing is
in its final place before the starter has taken it, so that an attempt that dies leaves nothing
behind that counts, and the next one does not trip over it.
"""

from __future__ import annotations

import os
import time
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionlapse._version import __version__
from motionlapse.batch.line import FarLine
from motionlapse.batch.work import Job, scan_source
from motionlapse.errors import (
    TRACEBACK_VARIABLE,
    ConfigError,
    MotionlapseError,
    SourceError,
    unexpected,
    why,
)
from motionlapse.files import drop
from motionlapse.sinks.left_parts import drop_dead

if TYPE_CHECKING:
    from motionlapse.frames import SourceInfo
    from motionlapse.sinks.archive_store import StoredRun

STOP = "stop"
_LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class Errand:
    """One source to scan elsewhere; all paths are absolute.

    Attributes
    ----------
    job
        What to do.
    yard
        Where attempts write; a file `STOP` in it ends them all.
    folder
        The source's folder in the archive.
    last_event
        The last number that the source has given out.
    version
        Of motionlapse, where it was started.
    """

    job: Job
    yard: Path
    folder: Path
    last_event: int
    version: str = __version__


@dataclass(frozen=True, slots=True)
class Note:
    """Something said on a line: the method of the desk, and what it is called with."""

    what: str
    args: tuple[Any, ...]
    named: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Brought:
    """What a scan elsewhere has left.

    Attributes
    ----------
    attempt
        The folder of pictures and clips.
    notes
        In order.
    error
        What ended it before its end.
    """

    attempt: Path
    notes: list[Note]
    error: Exception | None = None


def scan_apart(errand: Errand) -> Brought:
    """Scan a source; nothing is raised."""
    attempt = errand.yard / str(errand.job.number) / uuid.uuid4().hex[:12]
    line = _Notes(errand)
    error: Exception | None = None
    try:
        _check(errand)
        if attempt.parent.exists():
            _drop_films(errand)
        attempt.mkdir(parents=True)
        scan_source(replace(errand.job, kept_in=attempt), line)
    except (MotionlapseError, ImportError) as known:
        error = known
    except OSError as fault:
        error = SourceError(f"{errand.yard}: cannot be written on the cluster: {why(fault)}")
    except Exception as surprise:
        if os.environ.get(TRACEBACK_VARIABLE):
            raise
        error = MotionlapseError(unexpected(surprise))
    return Brought(attempt, line.notes, error)


def _check(errand: Errand) -> None:
    if errand.version != __version__:
        raise ConfigError(
            f"the cluster has motionlapse {__version__}, this is {errand.version}: install the same"
        )
    if not errand.yard.is_dir():
        raise ConfigError(
            f"{errand.yard.parent}: the archive is not there on the cluster; --out must be on a "
            "path that all its machines share"
        )
    if (errand.yard / STOP).exists():
        raise SourceError("the scan was stopped before")


def _drop_films(errand: Errand) -> None:
    """Remove the films of an attempt that died before its results came home, whole or not.

    Those alone have no folder of their attempt, and there were none before the first.
    """
    job = errand.job
    for film in job.settings.sinks.films(errand.folder.name if job.many else "").values():
        place = film.resolve()
        drop_dead(place.parent, place.name)
        drop(film)


class _Notes(FarLine):
    """Answers from what it was given, and notes what is said."""

    def __init__(self, errand: Errand) -> None:
        super().__init__()
        self._errand = errand
        self._number = errand.last_event
        self._looked_s = 0.0
        self._stop = False
        self.notes: list[Note] = []

    def should_stop(self) -> bool:
        return self._stop

    def search(self, what: str, share: float) -> None:  # noqa: ARG002
        self._look()

    def _progress(self, frames: int, time_s: float) -> None:  # noqa: ARG002
        self._look()

    def _look(self) -> None:
        """See now and then whether the scan shall end."""
        now_s = time.monotonic()
        if now_s - self._looked_s >= _LOOK_S:
            self._looked_s = now_s
            yard = self._errand.yard
            self._stop = (yard / STOP).exists() or not yard.is_dir()

    def begin(self, info: SourceInfo) -> StoredRun:
        """Note it; the run's keys in the database are not known here."""
        from motionlapse.sinks.archive_store import StoredRun

        self._ask("begin", info)
        return StoredRun(0, 0, self._errand.folder, self._errand.last_event)

    def next_event(self, run: StoredRun) -> int:
        """Count on from the last number; the starter makes sure of it."""
        self._number += 1
        self._ask("next_event", run, self._number)
        return self._number

    def _ask(self, what: str, *args: Any, **named: Any) -> None:
        self.notes.append(Note(what, args, named))
