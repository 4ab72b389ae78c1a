"""Scanning a source on another machine: the calls to its recorder are returned all together.

Pictures and clips go to a folder of this attempt alone, on a path that both sides share. Nothing
reaches its final place before the main process takes it (see `delivery`), so an attempt that dies
leaves nothing behind that counts, and does not get in the way of the next.
"""

from __future__ import annotations

import os
import time
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionlapse._version import __version__
from motionlapse.batch.channel import RemoteChannel
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
class RemoteJob:
    """One source to scan on another machine; all paths are absolute.

    Attributes
    ----------
    job
        What to do.
    staging
        The folder in which attempts write; a file named `STOP` in it ends them all.
    folder
        The source's folder in the archive.
    last_event
        The number of the source's last event so far.
    version
        Of motionlapse in the main process.
    """

    job: Job
    staging: Path
    folder: Path
    last_event: int
    version: str = __version__


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A call on a channel: the method of the recorder, and its arguments."""

    what: str
    args: tuple[Any, ...]
    named: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RemoteResult:
    """What a remote scan returns.

    Attributes
    ----------
    attempt
        The folder of pictures and clips.
    notes
        In order.
    error
        What broke it off, if anything did.
    """

    attempt: Path
    calls: list[RecordedCall]
    error: Exception | None = None


def scan_remotely(remote: RemoteJob) -> RemoteResult:
    """Scan a source; errors are returned, not raised."""
    attempt = remote.staging / str(remote.job.number) / uuid.uuid4().hex[:12]
    channel = _RecordingChannel(remote)
    error: Exception | None = None
    try:
        _check(remote)
        if attempt.parent.exists():
            _drop_films(remote)
        attempt.mkdir(parents=True)
        scan_source(replace(remote.job, kept_in=attempt), channel)
    except (MotionlapseError, ImportError) as known:
        error = known
    except OSError as fault:
        error = SourceError(f"{remote.staging}: cannot be written on the cluster: {why(fault)}")
    except Exception as surprise:
        if os.environ.get(TRACEBACK_VARIABLE):
            raise
        error = MotionlapseError(unexpected(surprise))
    return RemoteResult(attempt, channel.calls, error)


def _check(remote: RemoteJob) -> None:
    if remote.version != __version__:
        raise ConfigError(
            f"the cluster has motionlapse {__version__}, but this is {remote.version}: install "
            "the same version"
        )
    if not remote.staging.is_dir():
        raise ConfigError(
            f"{remote.staging.parent}: the cluster cannot see this archive; --out must be on a "
            "path that all its machines share"
        )
    if (remote.staging / STOP).exists():
        raise SourceError("the scan was stopped before it began")


def _drop_films(remote: RemoteJob) -> None:
    """Remove the films of an attempt that died before its results were taken, whole or not.

    Unlike pictures and clips they are not written in the attempt's folder.
    """
    job = remote.job
    for film in job.settings.sinks.films(remote.folder.name if job.many else "").values():
        place = film.resolve()
        drop_dead(place.parent, place.name)
        drop(film)


class _RecordingChannel(RemoteChannel):
    """Records the calls, and answers them from what the job says."""

    def __init__(self, remote: RemoteJob) -> None:
        super().__init__()
        self._remote = remote
        self._number = remote.last_event
        self._looked_s = 0.0
        self._stop = False
        self.calls: list[RecordedCall] = []

    def should_stop(self) -> bool:
        return self._stop

    def search(self, what: str, share: float) -> None:  # noqa: ARG002
        self._look()

    def _progress(self, frames: int, time_s: float) -> None:  # noqa: ARG002
        self._look()

    def _look(self) -> None:
        """See now and then whether the scan should end."""
        now_s = time.monotonic()
        if now_s - self._looked_s >= _LOOK_S:
            self._looked_s = now_s
            staging = self._remote.staging
            self._stop = (staging / STOP).exists() or not staging.is_dir()

    def begin(self, info: SourceInfo) -> StoredRun:
        """Record it; the run's keys in the database are not known here."""
        from motionlapse.sinks.archive_store import StoredRun

        self._ask("begin", info)
        return StoredRun(0, 0, self._remote.folder, self._remote.last_event)

    def next_event(self, run: StoredRun) -> int:
        """Count on from the last number; `Delivery` checks it against the archive."""
        self._number += 1
        self._ask("next_event", run, self._number)
        return self._number

    def _ask(self, what: str, *args: Any, **named: Any) -> None:
        self.calls.append(RecordedCall(what, args, named))
