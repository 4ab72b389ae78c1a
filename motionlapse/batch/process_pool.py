"""Many processes of this machine, each scanning one source at a time.

Every process has an executor of its own: when one dies, its source alone is lost, where a common
pool would end all the others with it and could not say whose fault it was.

They are spawned, not forked: this process has threads (a progress display, a database), and a lock
that one of them holds would stay locked in the copy for ever. A server to fork from would save half
a second for each process and batch, and have the same trouble with the threads of what it imports.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from typing import Any

from motionlapse.batch.channel import RemoteChannel
from motionlapse.batch.source_recorder import SourceRecorder
from motionlapse.batch.threads import share_cores
from motionlapse.batch.work import Job, scan_source
from motionlapse.errors import SourceError
from motionlapse.pipeline_settings import Settings

_PROGRESS_S = 0.1
_LOOK_S = 0.2
_FOR_THE_MAIN_PROCESS = (signal.SIGINT, signal.SIGTERM)


class ProcessPool:
    """A `motionlapse.batch.executor.Executor` of processes.

    Parameters
    ----------
    count
        How many.
    """

    elsewhere = True

    def __init__(self, count: int) -> None:
        self.room = count
        self._context = multiprocessing.get_context("spawn")
        self._bell, self._ringer = self._context.Pipe(duplex=False)
        self._idle: list[_Worker] = []
        self._told = False
        self._busy: dict[Future[Any], _Worker] = {}

    def fit(self, settings: Settings, *, left: int) -> Settings:
        """Divide the cores among the workers."""
        return share_cores(settings, workers=self.room, left=left)

    def submit(self, job: Job, recorder: SourceRecorder) -> Future[Any]:
        """Give a source to an idle process, or to a new one where none is idle."""
        # What the first process logs while it starts, all would.
        worker = self._idle_worker() or _Worker(self._context, tells=not self._told)
        self._told = True
        try:
            future = worker.submit(job, recorder)
        except BrokenProcessPool:  # it died while idle
            worker.close()
            worker = _Worker(self._context)
            future = worker.submit(job, recorder)
        self._busy[future] = worker
        future.add_done_callback(lambda _: self._ringer.send_bytes(b"."))
        return future

    def _idle_worker(self) -> _Worker | None:
        while self._idle:
            worker = self._idle.pop()
            if worker.lives():
                return worker
            worker.close()  # it was killed while idle
        return None

    def wait(self) -> None:
        """Answer what the processes ask."""
        workers = {worker.pipe: worker for worker in self._busy.values() if worker.speaks}
        for ready in connection.wait([self._bell, *workers], _LOOK_S):
            if ready is self._bell:
                self._bell.recv_bytes()
            elif isinstance(ready, Connection):
                workers[ready].serve()

    def finish(self, future: Future[Any], recorder: SourceRecorder) -> None:
        """Raise what ended the scan; a process that died with it is replaced."""
        worker = self._busy.pop(future)
        try:
            future.result()
        except BrokenProcessPool:
            worker.close()
            why = "the process that scanned it died, perhaps for lack of memory"
            recorder.abandon(why)
            raise SourceError(f"{recorder.name}: {why}") from None
        except BaseException:
            self._idle.append(worker)
            raise
        self._idle.append(worker)

    def stop(self) -> None:
        """Kill the processes whose runs have not begun: they have nothing to lose."""
        for worker in self._busy.values():
            if worker.recorder is not None and worker.recorder.stored is None:
                worker.kill()

    def close(self, *, at_once: bool = False) -> None:
        """End all processes."""
        workers = [*self._idle, *self._busy.values()]
        for worker in workers:
            if at_once or worker in self._idle:  # nothing to lose; ending in order takes 0.3 s
                worker.kill()
        for worker in workers:
            worker.close()
        self._idle, self._busy = [], {}
        self._bell.close()
        self._ringer.close()


class _Worker:
    """One process, and the pipe to it."""

    def __init__(self, context: SpawnContext, *, tells: bool = False) -> None:
        self.pipe, self._theirs = context.Pipe()
        self._executor = ProcessPoolExecutor(
            1, mp_context=context, initializer=_enter, initargs=(self._theirs, tells)
        )
        self.recorder: SourceRecorder | None = None
        self.speaks = True
        self._pid: int | None = None
        self._condemned = False

    def submit(self, job: Job, recorder: SourceRecorder) -> Future[Any]:
        self.recorder = recorder
        # A new process inherits which signals are blocked: Ctrl-C reaches every process of a
        # terminal, and may come before the new one has had time to ignore it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _FOR_THE_MAIN_PROCESS)
        try:
            future = self._executor.submit(_work, job)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._theirs.close()  # the process has its own copy by now: the pipe closes when it ends
        return future

    def serve(self) -> None:
        """Answer one question."""
        try:
            said = self.pipe.recv()
        except (EOFError, OSError):  # the process is no more
            self.speaks = False
            return
        if isinstance(said, int):
            self._pid = said
            if self._condemned:
                self.kill()
            return
        if self._condemned:
            return  # it asked before it was killed: nothing of it may begin any more
        what, args, named = said
        answer: Any
        try:
            answer = getattr(self.recorder, what)(*args, **named)
        except Exception as error:  # raised again in the worker
            answer = error
        with contextlib.suppress(OSError):  # it has died meanwhile
            self.pipe.send(answer)

    def lives(self) -> bool:
        """Tell whether the process has not ended."""
        if self._pid not in (process.pid for process in multiprocessing.active_children()):
            return False
        # The executor's thread may have reaped it first: then the list still has it.
        try:
            os.kill(self._pid or 0, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """Kill the process; where its id is not known yet, as soon as it is."""
        self._condemned = True
        if self._pid is not None and self.speaks:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def close(self) -> None:
        self.pipe.close()  # else a worker that asks something now would wait for ever
        self._executor.shutdown(cancel_futures=True)


# ---- in the process ----------------------------------------------------------------------------


class _PipeChannel(RemoteChannel):
    """Calls the recorder through a pipe, and waits for the answer."""

    def __init__(self, pipe: Connection) -> None:
        super().__init__()
        self._pipe = pipe
        self._told_s = 0.0
        self._stop = False

    def should_stop(self) -> bool:
        return self._stop

    def _progress(self, frames: int, time_s: float) -> None:
        if self._is_time():
            self._stop = bool(self._ask("progress", frames, time_s))

    def search(self, what: str, share: float) -> None:
        if self._is_time():
            self._ask("search", what, share)
            self._stop = bool(self._ask("should_stop"))

    def _is_time(self) -> bool:
        """Tell whether the last progress report was long enough ago."""
        now_s = time.monotonic()
        if now_s - self._told_s < _PROGRESS_S:
            return False
        self._told_s = now_s
        return True

    def _ask(self, what: str, *args: Any, **named: Any) -> Any:
        self._pipe.send((what, args, named))
        answer = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


_channel: list[_PipeChannel] = []  # of this process, at most one


class _LogForwarder(logging.Handler):
    """Forwards log lines to the main process, which knows where they belong."""

    def emit(self, record: logging.LogRecord) -> None:
        # The pipe is the main thread's: another would take the answers to its questions.
        if threading.current_thread() is threading.main_thread():
            _channel[0].note(record.getMessage())


def _enter(pipe: Connection, tells: bool) -> None:
    """Set up a worker: it leaves signals to the main process, and ends when that does."""
    for number in _FOR_THE_MAIN_PROCESS:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(OSError):  # nobody listens any more
        pipe.send(os.getpid())
    _channel.append(_PipeChannel(pipe))
    if tells:
        logger = logging.getLogger("motionlapse")
        logger.addHandler(_LogForwarder())
        logger.setLevel(logging.INFO)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _work(job: Job) -> None:
    scan_source(job, _channel[0])
