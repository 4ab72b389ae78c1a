"""Many machines: a Dask cluster scans, and the archive is written here.

Dask gives work that a dead worker had to another one. A source whose results were brought home is
forgotten there at once, and so never scanned twice.
"""

from __future__ import annotations

import logging
import shutil
import time
import uuid
from concurrent.futures import CancelledError, Future, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

from motionlapse.batch.apart import STOP, Brought, Errand, Note, scan_apart
from motionlapse.batch.desk import Desk
from motionlapse.batch.threads import with_threads
from motionlapse.batch.work import Job
from motionlapse.errors import ConfigError, LibraryError, SinkError, SourceError, why
from motionlapse.pipeline_settings import Settings
from motionlapse.sinks.archive_store import StoredRun
from motionlapse.sinks.files import make_folder, shown, writing
from motionlapse.types import Event, KeptEvent

_CONNECT_S = 5
_LOOK_S = 0.2
_LAST_WORDS_S = 0.7  # how long those that were told to stop may take to bring what they have
_CHATTER = ("distributed", "distributed.client", "distributed.core", "tornado.application")
# Sources that wait at the cluster, so that workers that come later find some too.
_LEAST_ROOM = 64


class Cluster:
    """A `motionlapse.batch.crew.Crew` of Dask workers.

    Parameters
    ----------
    address
        Of the scheduler: ``tcp://host:8786``.
    archive
        Where it is here; the cluster must have it at the same place.

    Raises
    ------
    LibraryError
        If Dask is not installed.
    ConfigError
        If no scheduler answers.
    SinkError
        If nothing can be written into the archive.
    """

    elsewhere = True

    def __init__(self, address: str, archive: Path) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise LibraryError(
                "--cluster needs Dask; run pip install 'motionlapse[cluster]'"
            ) from None
        for logger in _CHATTER:  # what they log of connections is told here in other words
            logging.getLogger(logger).setLevel(logging.CRITICAL)
        try:
            connect: Any = Client  # Dask has no types
            self._client = connect(address, timeout=_CONNECT_S, set_as_default=False)
            threads = sum(self._client.nthreads().values())
        except (OSError, ValueError, TypeError) as error:
            raise ConfigError(f"--cluster {address}: no scheduler answers: {why(error)}") from None
        self.workers = threads
        self.room = max(_LEAST_ROOM, 4 * threads)
        self._executor = self._client.get_executor(pure=False)
        self._yard = archive.absolute() / f".scan-{uuid.uuid4().hex[:12]}"
        make_folder(self._yard)
        self._under_way: dict[Future[Any], Job] = {}
        self._stopped_s: float | None = None

    def fit(self, settings: Settings, *, left: int) -> Settings:  # noqa: ARG002
        """Decode with one thread: a cluster is best given a worker for each core."""
        return _absolute(with_threads(settings, 1))

    def submit(self, job: Job, desk: Desk) -> Future[Any]:
        """Send a source to the cluster."""
        place = desk.place
        away = replace(job, footage=_absolute_footage(job))
        errand = Errand(away, self._yard, place.folder.absolute(), place.last_event)
        future: Future[Any] = self._executor.submit(scan_apart, errand)
        self._under_way[future] = job
        return future

    def wait(self) -> None:
        """Wait for a source; the workers need no answers."""
        wait(self._under_way, _LOOK_S, return_when="FIRST_COMPLETED")
        late = self._stopped_s is not None and time.monotonic() - self._stopped_s > _LAST_WORDS_S
        for future in list(self._under_way) if late else ():
            future.cancel()

    def finish(self, future: Future[Any], desk: Desk) -> None:
        """Take home what a source has left."""
        job = self._under_way.pop(future)
        try:
            brought: Brought = future.result()
        except CancelledError:
            raise SourceError(f"{desk.name}: not scanned: the cluster has gone") from None
        except ImportError:
            raise
        except Exception as error:  # Dask's own, such as KilledWorker
            raise SourceError(
                f"{desk.name}: not scanned: the cluster gave it up: {why(error)}"
            ) from None
        try:
            _Delivery(brought, desk).take()
        finally:
            shutil.rmtree(self._yard / str(job.number), ignore_errors=True)
        if brought.error is not None:
            raise brought.error

    def stop(self) -> None:
        """Ask all to end."""
        if self._stopped_s is None:
            self._stopped_s = time.monotonic()
            with writing(self._yard):
                (self._yard / STOP).touch()

    def close(self, *, at_once: bool = False) -> None:  # noqa: ARG002
        """Leave the cluster; attempts that still go on find their yard gone, and end."""
        self._executor.shutdown(wait=False)
        self._client.close(timeout=1)
        shutil.rmtree(self._yard, ignore_errors=True)


class _Delivery:
    """Says at the desk what was noted elsewhere, files put in their places."""

    def __init__(self, brought: Brought, desk: Desk) -> None:
        self._brought = brought
        self._desk = desk
        self._run: StoredRun | None = None

    def take(self) -> None:
        for note in self._brought.notes:
            own = getattr(self, f"_{note.what}", None)
            if own is not None:
                own(*note.args, **note.named)
            else:
                self._say(note)

    def _say(self, note: Note) -> None:
        args = note.args
        if args and isinstance(args[0], StoredRun):
            args = (self._run, *args[1:])
        getattr(self._desk, note.what)(*args, **note.named)

    def _begin(self, info: Any) -> None:
        self._run = self._desk.begin(info)

    def _next_event(self, _run: StoredRun, number: int) -> None:
        if self._run is not None and self._desk.next_event(self._run) != number:
            why_not = "somebody else scanned it into this archive meanwhile; scan it again"
            self._desk.abandon(why_not)
            raise SinkError(f"{self._desk.name}: {why_not}")

    def _add_event(self, _run: StoredRun, event: Event, **rest: Any) -> None:
        placed = [(self._place(path), *facts) for path, *facts in rest.pop("snapshots")]
        clip = rest.pop("clip")
        clip = None if clip is None else self._place(clip)
        self._desk.add_event(self._here(), event, snapshots=placed, clip=clip, **rest)

    def _keep(self, kept: KeptEvent) -> None:
        self._desk.keep(
            replace(
                kept,
                snapshots=tuple(str(self._final(Path(path))) for path in kept.snapshots),
                clip=None if kept.clip is None else str(self._final(Path(kept.clip))),
            )
        )

    def _note(self, text: str) -> None:
        self._desk.note(text.replace(str(self._brought.attempt), shown(self._here().folder)))

    def _here(self) -> StoredRun:
        if self._run is None:
            raise SinkError(f"{self._desk.name}: results came before their run")
        return self._run

    def _final(self, path: Path) -> Path:
        return self._here().folder / path.name

    def _place(self, path: Path) -> Path:
        """Put a file where it belongs; nothing that is there is replaced."""
        final = self._final(path)
        make_folder(final.parent)
        with writing(final):
            if final.exists():
                raise SinkError(f"{final}: cannot be written: it is there already")
            path.replace(final)
        return final


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
