"""Many recordings into one archive; a bad one never ends the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from motionlapse.batch.books import Books
from motionlapse.batch.crew import Alone, Crew
from motionlapse.batch.desk import Desk
from motionlapse.batch.own_films import OwnFilms
from motionlapse.batch.result import BatchResult, Listener
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

    Whoever scans a source writes its pictures, clips, masks and metrics; the archive's database is
    written here alone. Other processes import the program that uses this, as `multiprocessing`
    asks: what it does belongs under ``if __name__ == "__main__":``.

    Parameters
    ----------
    settings
        For every source the same.
    listener
        Told of everything.
    clock
        Dates the runs.
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
        self._under_way: dict[Future[Any], Desk] = {}

    def scan(self, found: Sequence[Footage | SourceError]) -> BatchResult:
        """Scan every source; what went wrong is told and in the result.

        Raises
        ------
        SinkError
            If the archive cannot be opened: then nothing could be kept.
        ConfigError
            If there is no cluster at the address that was given.
        """
        books = Books(
            self._settings, self._listener, self._clock, self._should_stop, total=len(found)
        )
        books.result.named = len(found)
        crew = self._hire(found)
        finished = False
        try:
            for number, item in enumerate(found, 1):
                while len(self._under_way) >= crew.room and not self._should_stop():
                    self._settle(crew, books)
                if self._should_stop():
                    books.result.interrupted = True
                    break
                self._begin(item, number, crew, books)
            while self._under_way:
                self._settle(crew, books)
            books.tell_tallies()
            finished = True
        finally:
            crew.close(at_once=not finished)
            for desk in self._under_way.values():
                desk.close()
            books.close()
        return books.result

    def _hire(self, found: Sequence[Footage | SourceError]) -> Crew:
        """Return who scans."""
        settings = self._settings
        sources = sum(isinstance(item, Footage) for item in found)
        if settings.batch.cluster is not None:
            from motionlapse.batch.cluster import Cluster, connect

            client = connect(settings.batch.cluster, self._listener.note, self._should_stop)
            if client is None:
                return Alone()  # who has nothing to do any more
            cluster = Cluster(client, settings.sinks.out)
            if not cluster.workers:
                self._listener.warning("the cluster has no workers; the scan waits for some")
            return cluster
        count = min(settings.batch.count(), sources)
        if count < 2:
            return Alone()
        from motionlapse.batch.lanes import Lanes

        return Lanes(count)

    def _begin(
        self,
        item: Footage | SourceError,
        number: int,
        crew: Crew,
        books: Books,
    ) -> None:
        """Hand a source out; what is wrong with it ends that source alone."""
        if isinstance(item, SourceError):
            books.fail(item)
            self._listener.done(number)
            return
        if item.warning:
            self._listener.warning(item.warning)
        desk = Desk(books, number, item)
        many = books.total > 1
        try:
            wanted = self._is_wanted(desk, crew, books, many=many)
        except SinkError as error:
            self._fail_unscanned(error, books)
            wanted = False
        if not wanted:
            desk.close()
            return
        settings = crew.fit(self._settings, left=books.total - number + 1)
        job = Job(number, item, settings, many=many)
        try:
            self._under_way[crew.submit(job, desk)] = desk
        except BaseException:
            desk.close()
            raise

    def _is_wanted(self, desk: Desk, crew: Crew, books: Books, *, many: bool) -> bool:
        """Tell whether a source is to be scanned; it then has the places that it needs."""
        if self._settings.batch.resume and desk.is_done():
            books.result.skipped += 1
            return False
        films = bool(self._settings.sinks.films(""))
        if crew.elsewhere or (films and many):
            desk.reserve()
        return not films or self._claims_films(desk, books, many=many)

    def _claims_films(self, desk: Desk, books: Books, *, many: bool) -> bool:
        """Tell whether the films that are to be made of a source can be; if not, why is told."""
        sinks = self._settings.sinks
        films = sinks.films(desk.place.folder.name if many else "")
        try:
            left = desk.left_films() if self._settings.batch.resume else []
            desk.films = OwnFilms(films, left, self._listener.note)
        except ConfigError as error:
            books.fail(error)
        return desk.films is not None

    def _fail_unscanned(self, error: SinkError, books: Books) -> None:
        """Tell why a source cannot be scanned; the others may be, where there is an archive."""
        if not books.archive_is_open:
            raise error  # no archive: nothing could be kept of any source
        books.result.unscanned += 1
        books.fail(error)

    def _settle(self, crew: Crew, books: Books) -> None:
        """Wait for sources that are done, and account for them."""
        if self._should_stop():
            crew.stop()
        crew.wait()
        for future in [future for future in self._under_way if future.done()]:
            desk = self._under_way.pop(future)
            try:
                self._finish(crew, future, desk, books)
            finally:
                desk.close()

    def _finish(self, crew: Crew, future: Future[Any], desk: Desk, books: Books) -> None:
        try:
            crew.finish(future, desk)
        except SourceError as error:
            if desk.stored is None and self._should_stop():
                books.result.interrupted = True  # it was not to begin any more
            else:
                books.fail(error)
        except ConfigError as error:
            named = str(error).startswith(desk.name)
            books.fail(error if named else ConfigError(f"{desk.name}: {error}"))
        except SinkError as error:
            if desk.stored is None:
                self._fail_unscanned(error, books)
            else:
                books.fail(error)
        except ImportError:
            raise  # it would fail for every source
        except MotionlapseError as error:
            books.fail(MotionlapseError(f"{desk.name}: {error}"))
        except Exception as error:
            if os.environ.get(TRACEBACK_VARIABLE):
                raise
            books.fail(MotionlapseError(f"{desk.name}: {unexpected(error)}"))
