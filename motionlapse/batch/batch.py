"""Many recordings into one archive; a bad one never ends the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from motionlapse.batch.batch_state import BatchState
from motionlapse.batch.executor import Executor, SerialExecutor
from motionlapse.batch.own_films import OwnFilms
from motionlapse.batch.result import BatchResult, Listener
from motionlapse.batch.source_recorder import SourceRecorder
from motionlapse.batch.work import Job
from motionlapse.clock import Clock
from motionlapse.errors import (
    TRACEBACK_VARIABLE,
    ConfigError,
    MotionlapseError,
    SinkError,
    SourceError,
    unexpected,
)
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.footage import Footage


class Batch:
    """Scans footage into one archive, several sources at a time where there are cores for it.

    The process that scans a source writes its pictures, clips, masks and metrics; only the main
    process writes the archive's database. Worker processes import the calling program, as always
    with `multiprocessing`, so it must start its work under ``if __name__ == "__main__":``.

    Parameters
    ----------
    settings
        The same for every source.
    listener
        Told how the batch goes.
    clock
        Gives the time at which each run begins.
    should_stop
        Asked before each frame and each source.
    """

    def __init__(
        self,
        settings: Settings,
        listener: Listener,
        clock: Clock,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._settings = settings
        self._listener = listener
        self._clock = clock
        self._should_stop = should_stop
        self._under_way: dict[Future[Any], SourceRecorder] = {}

    def scan(self, found: Sequence[Footage | SourceError]) -> BatchResult:
        """Scan every source; what goes wrong is told to the listener, and is in the result.

        Raises
        ------
        SinkError
            If the archive cannot be opened: then nothing could be kept.
        ConfigError
            If no cluster answers at the address that was given.
        """
        batch = BatchState(
            self._settings, self._listener, self._clock, self._should_stop, total=len(found)
        )
        batch.result.named = len(found)
        executor = self._choose_executor(found)
        finished = False
        try:
            for number, item in enumerate(found, 1):
                while len(self._under_way) >= executor.room and not self._should_stop():
                    self._settle(executor, batch)
                if self._should_stop():
                    batch.result.interrupted = True
                    break
                self._begin(item, number, executor, batch)
            while self._under_way:
                self._settle(executor, batch)
            batch.tell_tallies()
            finished = True
        finally:
            executor.close(at_once=not finished)
            for recorder in self._under_way.values():
                recorder.close()
            batch.close()
        return batch.result

    def _choose_executor(self, found: Sequence[Footage | SourceError]) -> Executor:
        """Return what scans: this process, several, or a cluster."""
        settings = self._settings
        sources = sum(isinstance(item, Footage) for item in found)
        if settings.batch.cluster is not None:
            from motionlapse.batch.cluster import Cluster, connect

            client = connect(settings.batch.cluster, self._listener.note, self._should_stop)
            if client is None:
                return SerialExecutor()  # it was stopped: there is nothing left to scan
            cluster = Cluster(client, settings.sinks.out)
            if not cluster.workers:
                self._listener.warning("the cluster has no workers yet; the scan waits for some")
            return cluster
        count = min(settings.batch.count(), sources)
        if count < 2:
            return SerialExecutor()
        from motionlapse.batch.process_pool import ProcessPool

        return ProcessPool(count)

    def _begin(
        self,
        item: Footage | SourceError,
        number: int,
        executor: Executor,
        batch: BatchState,
    ) -> None:
        """Submit a source; what is wrong with it ends that source alone."""
        if isinstance(item, SourceError):
            batch.fail(item)
            self._listener.done(number)
            return
        if item.warning:
            self._listener.warning(item.warning)
        recorder = SourceRecorder(batch, number, item)
        many = batch.total > 1
        try:
            wanted = self._prepare(recorder, executor, batch, many=many)
        except SinkError as error:
            self._fail_unscanned(error, batch)
            wanted = False
        if not wanted:
            recorder.close()
            return
        settings = executor.fit(self._settings, left=batch.total - number + 1)
        job = Job(number, item, settings, many=many)
        try:
            self._under_way[executor.submit(job, recorder)] = recorder
        except BaseException:
            recorder.close()
            raise

    def _prepare(
        self, recorder: SourceRecorder, executor: Executor, batch: BatchState, *, many: bool
    ) -> bool:
        """Reserve what the scan of a source needs; False if it is not to be scanned."""
        if self._settings.batch.resume and recorder.is_done():
            batch.result.skipped += 1
            return False
        films = bool(self._settings.sinks.films(""))
        if executor.elsewhere or (films and many):
            recorder.reserve()
        return not films or self._claim_films(recorder, batch, many=many)

    def _claim_films(self, recorder: SourceRecorder, batch: BatchState, *, many: bool) -> bool:
        """Reserve the names of a source's films; False, with the reason told, if that fails."""
        sinks = self._settings.sinks
        films = sinks.films(recorder.place.folder.name if many else "")
        try:
            left = recorder.left_films() if self._settings.batch.resume else []
            recorder.films = OwnFilms(films, left, self._listener.note)
        except ConfigError as error:
            batch.fail(error)
        return recorder.films is not None

    def _fail_unscanned(self, error: SinkError, batch: BatchState) -> None:
        """Tell why a source cannot be scanned; raise where there is no archive for the others."""
        if not batch.archive_is_open:
            raise error
        batch.result.unscanned += 1
        batch.fail(error)

    def _settle(self, executor: Executor, batch: BatchState) -> None:
        """Wait for sources that are done, and take their results."""
        if self._should_stop():
            executor.stop()
        executor.wait()
        for future in [future for future in self._under_way if future.done()]:
            recorder = self._under_way.pop(future)
            try:
                self._finish(executor, future, recorder, batch)
            finally:
                recorder.close()

    def _finish(
        self, executor: Executor, future: Future[Any], recorder: SourceRecorder, batch: BatchState
    ) -> None:
        try:
            executor.finish(future, recorder)
        except SourceError as error:
            if recorder.stored is None and self._should_stop():
                batch.result.interrupted = True  # stopped before it began
            else:
                batch.fail(error)
        except ConfigError as error:
            named = str(error).startswith(recorder.name)
            batch.fail(error if named else ConfigError(f"{recorder.name}: {error}"))
        except SinkError as error:
            if recorder.stored is None:
                self._fail_unscanned(error, batch)
            else:
                batch.fail(error)
        except ImportError:
            raise  # it would fail for every source
        except MotionlapseError as error:
            batch.fail(MotionlapseError(f"{recorder.name}: {error}"))
        except Exception as error:
            if os.environ.get(TRACEBACK_VARIABLE):
                raise
            batch.fail(MotionlapseError(f"{recorder.name}: {unexpected(error)}"))
