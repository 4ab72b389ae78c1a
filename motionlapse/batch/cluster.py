"""Many machines: a Dask cluster scans, and the archive is written here.

Dask hands the work of a worker that died to another one. A source whose results are in the archive
is released there at once, and so never scanned twice.
"""

from __future__ import annotations

import logging
import shutil
import time
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

from motionlapse.batch.delivery import Delivery
from motionlapse.batch.remote_scan import STOP, RemoteJob, RemoteResult, scan_remotely
from motionlapse.batch.source_recorder import SourceRecorder
from motionlapse.batch.threads import with_threads
from motionlapse.batch.work import Job
from motionlapse.errors import ConfigError, LibraryError, SourceError, why
from motionlapse.files import make_folder, writing
from motionlapse.pipeline_settings import Settings

# A scheduler that is started at the same time, by a job queue say, may need half a minute.
_CONNECT_S = 30
_ATTEMPT_S = 5  # Ctrl-C is heard between two attempts
_LOOK_S = 0.2
_LAST_WORDS_S = 0.7  # how long workers that were told to stop may take to return what they have
_CHATTER = ("distributed", "distributed.client", "distributed.core", "tornado.application")
# Sources that wait at the cluster, so that workers that come later find some too.
_LEAST_ROOM = 64


def connect(address: str, note: Callable[[str], None], should_stop: Callable[[], bool]) -> Any:
    """Return a client of the scheduler at an address, once that answers; None if stopped before.

    Parameters
    ----------
    address
        ``tcp://host:8786``.
    note
        Told what is waited for, and how long at most.
    should_stop
        Asked between two attempts.

    Raises
    ------
    LibraryError
        If Dask is not installed.
    ConfigError
        If no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise LibraryError("--cluster needs Dask; run pip install 'motionlapse[cluster]'") from None
    for logger in _CHATTER:  # what they log of connections is told here in other words
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    call: Any = Client  # Dask has no types
    nobody = f"--cluster {address}: no scheduler answers"
    last_s = time.monotonic() + _CONNECT_S
    told = False
    while not should_stop():
        try:
            client = call(address, timeout=_ATTEMPT_S, set_as_default=False)
            client.nthreads()  # fails for what is no scheduler, or is shutting down
            return client
        except OSError as error:
            cause = getattr(error.__cause__, "strerror", None)  # such as an unknown name
            because = f": {cause.lower()}" if cause else ""
            if time.monotonic() >= last_s:
                raise ConfigError(f"{nobody} within {_CONNECT_S} s{because}") from None
        except (ValueError, TypeError) as error:
            raise ConfigError(f"{nobody}: {why(error)}") from None
        if not told:
            note(f"{nobody}{because}; waiting for one, {_CONNECT_S} s at most")
            told = True
        time.sleep(_LOOK_S)  # some faults come at once
    return None


class Cluster:
    """A `motionlapse.batch.executor.Executor` of Dask workers.

    Parameters
    ----------
    client
        As `connect` returns it.
    archive
        Where it is here; the cluster must have it at the same place.

    Raises
    ------
    SinkError
        If nothing can be written into the archive.
    """

    elsewhere = True

    def __init__(self, client: Any, archive: Path) -> None:
        self._client = client
        threads = sum(self._client.nthreads().values())
        self.workers = threads
        self.room = max(_LEAST_ROOM, 4 * threads)
        self._executor = self._client.get_executor(pure=False)
        self._staging = archive.absolute() / f".scan-{uuid.uuid4().hex[:12]}"
        make_folder(self._staging)
        self._under_way: dict[Future[Any], Job] = {}
        self._stopped_s: float | None = None

    def fit(self, settings: Settings, *, left: int) -> Settings:  # noqa: ARG002
        """Decode with one thread: a cluster is best given a worker for each core."""
        return _absolute(with_threads(settings, 1))

    def submit(self, job: Job, recorder: SourceRecorder) -> Future[Any]:
        """Send a source to the cluster."""
        place = recorder.place
        away = replace(job, footage=_absolute_footage(job))
        remote = RemoteJob(away, self._staging, place.folder.absolute(), place.last_event)
        future: Future[Any] = self._executor.submit(scan_remotely, remote)
        self._under_way[future] = job
        return future

    def wait(self) -> None:
        """Wait for a source; the workers need no answers."""
        wait(self._under_way, _LOOK_S, return_when="FIRST_COMPLETED")
        late = self._stopped_s is not None and time.monotonic() - self._stopped_s > _LAST_WORDS_S
        for future in list(self._under_way) if late else ():
            future.cancel()

    def finish(self, future: Future[Any], recorder: SourceRecorder) -> None:
        """Bring the results of a source into the archive."""
        job = self._under_way.pop(future)
        try:
            result: RemoteResult = future.result()
        except CancelledError:
            raise SourceError(
                f"{recorder.name}: not scanned: the connection to the cluster was lost"
            ) from None
        except ImportError:
            raise
        except Exception as error:  # Dask's own, such as KilledWorker
            raise SourceError(
                f"{recorder.name}: not scanned: the cluster gave up on it: {why(error)}"
            ) from None
        try:
            Delivery(result, recorder).take()
        finally:
            shutil.rmtree(self._staging / str(job.number), ignore_errors=True)
        if result.error is not None:
            raise result.error

    def stop(self) -> None:
        """Ask all to end."""
        if self._stopped_s is None:
            self._stopped_s = time.monotonic()
            with writing(self._staging):
                (self._staging / STOP).touch()

    def close(self, *, at_once: bool = False) -> None:  # noqa: ARG002
        """Leave the cluster; attempts that still go on find their staging folder gone, and end."""
        self._executor.shutdown(wait=False)
        self._client.close(timeout=1)
        shutil.rmtree(self._staging, ignore_errors=True)


def _absolute(settings: Settings) -> Settings:
    """Return settings whose paths mean the same in every folder."""

    def full(path: Path | None) -> Path | None:
        return None if path is None else path.absolute()

    sinks, analysis = settings.sinks, settings.analysis
    places = {name: full(getattr(sinks, name)) for name in ("out", "masks", "metrics", "join")}
    watched = {"mask_image": full(analysis.mask_image)}
    return settings.model_copy(
        update={
            "sinks": sinks.model_copy(update=places),
            "analysis": analysis.model_copy(update=watched),
        }
    )


def _absolute_footage(job: Job) -> Any:
    footage = job.footage
    if footage.url:
        return footage
    stills = tuple(path.absolute() for path in footage.stills)
    return replace(footage, path=footage.path.absolute(), stills=stills)
