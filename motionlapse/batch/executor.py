"""Who scans: this process itself; `lanes` and `cluster` have others do it."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any, Protocol

from motionlapse.batch.desk import Desk
from motionlapse.batch.work import Job, scan_source
from motionlapse.pipeline_settings import Settings


class Crew(Protocol):
    """Scans sources, as a `concurrent.futures.Executor` does work.

    Attributes
    ----------
    room
        How many sources may be under way.
    elsewhere
        True if sources are scanned side by side: then each gets its folder in the archive when it
        is handed out, in order, for they begin in any order.
    """

    room: int
    elsewhere: bool

    def fit(self, settings: Settings, *, left: int) -> Settings:
        """Return the settings as a worker needs them; so many sources are left."""

    def submit(self, job: Job, desk: Desk) -> Future[Any]:
        """Hand out a source whose line ends at `desk`."""

    def wait(self) -> None:
        """Serve the lines until a source may be done, or a moment has passed."""

    def finish(self, future: Future[Any], desk: Desk) -> None:
        """Take what a source that is done has left.

        Raises
        ------
        Exception
            Whatever ended the scan of the source before its end.
        """

    def stop(self) -> None:
        """End what has not begun; the rest is asked to end by its line."""

    def close(self, *, at_once: bool = False) -> None:
        """Let everybody go; `at_once` without waiting for what is under way."""


class Alone:
    """Scans one source after another, in this process."""

    room = 1
    elsewhere = False

    def fit(self, settings: Settings, *, left: int) -> Settings:  # noqa: ARG002
        """Leave them as they are."""
        return settings

    def submit(self, job: Job, desk: Desk) -> Future[Any]:
        """Scan a source, now."""
        future: Future[Any] = Future()
        try:
            scan_source(job, desk)
        except Exception as error:  # raised again by `finish`
            future.set_exception(error)
        else:
            future.set_result(None)
        return future

    def wait(self) -> None:
        """Nothing is under way."""

    def finish(self, future: Future[Any], desk: Desk) -> None:  # noqa: ARG002
        """Raise what ended the scan."""
        future.result()

    def stop(self) -> None:
        """Nothing waits."""

    def close(self, *, at_once: bool = False) -> None:
        """Nobody has to leave."""
