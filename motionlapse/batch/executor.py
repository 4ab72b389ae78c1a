"""What scans the sources: this process; see `process_pool` and `cluster` for the others."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any, Protocol

from motionlapse.batch.source_recorder import SourceRecorder
from motionlapse.batch.work import Job, scan_source
from motionlapse.pipeline_settings import Settings


class Executor(Protocol):
    """Scans sources; like `concurrent.futures.Executor`, but its owner must call `wait`.

    Attributes
    ----------
    room
        How many sources may be submitted at a time.
    elsewhere
        True if sources are scanned in parallel. They then begin in any order, so each gets its
        folder in the archive when it is submitted.
    """

    room: int
    elsewhere: bool

    def fit(self, settings: Settings, *, left: int) -> Settings:
        """Return the settings as a worker needs them, while `left` sources are still to do."""

    def submit(self, job: Job, recorder: SourceRecorder) -> Future[Any]:
        """Scan a source; everything about it is told to its recorder."""

    def wait(self) -> None:
        """Serve the workers until a source may be done, or a moment has passed."""

    def finish(self, future: Future[Any], recorder: SourceRecorder) -> None:
        """Take the results of a source that is done.

        Raises
        ------
        Exception
            Whatever ended the scan of the source before its end.
        """

    def stop(self) -> None:
        """End what has not begun; the other scans see it in `Channel.should_stop`."""

    def close(self, *, at_once: bool = False) -> None:
        """End all workers; with `at_once`, without waiting for what they are doing."""


class SerialExecutor:
    """Scans one source after another, in this process."""

    room = 1
    elsewhere = False

    def fit(self, settings: Settings, *, left: int) -> Settings:  # noqa: ARG002
        """Return them unchanged."""
        return settings

    def submit(self, job: Job, recorder: SourceRecorder) -> Future[Any]:
        """Scan a source at once."""
        future: Future[Any] = Future()
        try:
            scan_source(job, recorder)
        except Exception as error:  # raised again by `finish`
            future.set_exception(error)
        else:
            future.set_result(None)
        return future

    def wait(self) -> None:
        """Return: nothing is under way."""

    def finish(self, future: Future[Any], recorder: SourceRecorder) -> None:  # noqa: ARG002
        """Raise what ended the scan."""
        future.result()

    def stop(self) -> None:
        """Do nothing: no source waits."""

    def close(self, *, at_once: bool = False) -> None:
        """Do nothing: there are no workers."""
