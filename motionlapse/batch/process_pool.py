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

from motionlapse.batch.desk import Desk
from motionlapse.batch.line import FarLine
from motionlapse.batch.threads import held
from motionlapse.batch.work import Job, scan_source
from motionlapse.errors import SourceError
from motionlapse.pipeline_settings import Settings

_PROGRESS_S = 0.1
_LOOK_S = 0.2
_FOR_THE_STARTER = (signal.SIGINT, signal.SIGTERM)


class Lanes:
    """A `motionlapse.batch.crew.Crew` of processes.

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
        self._idle: list[_Lane] = []
        self._told = False
        self._busy: dict[Future[Any], _Lane] = {}

    def fit(self, settings: Settings, *, left: int) -> Settings:
        """Share the cores."""
        return held(settings, workers=self.room, left=left)

    def submit(self, job: Job, desk: Desk) -> Future[Any]:
        """Give a source to a process that has none, a new one where there is none such."""
        # What the first process has to say of its beginning, all would say.
        lane = self._idle_one() or _Lane(self._context, tells=not self._told)
        self._told = True
        try:
            future = lane.submit(job, desk)
        except BrokenProcessPool:  # it died just now, with nothing to do
            lane.close()
            lane = _Lane(self._context)
            future = lane.submit(job, desk)
        self._busy[future] = lane
        future.add_done_callback(lambda _: self._ringer.send_bytes(b"."))
        return future

    def _idle_one(self) -> _Lane | None:
        while self._idle:
            lane = self._idle.pop()
            if lane.lives():
                return lane
            lane.close()  # it was killed while it had nothing to do
        return None

    def wait(self) -> None:
        """Answer the processes."""
        lanes = {lane.pipe: lane for lane in self._busy.values() if lane.speaks}
        for ready in connection.wait([self._bell, *lanes], _LOOK_S):
            if ready is self._bell:
                self._bell.recv_bytes()
            elif isinstance(ready, Connection):
                lanes[ready].serve()

    def finish(self, future: Future[Any], desk: Desk) -> None:
        """Raise what ended the scan; a process that died with it is replaced."""
        lane = self._busy.pop(future)
        try:
            future.result()
        except BrokenProcessPool:
            lane.close()
            why = "the process that scanned it died, perhaps for lack of memory"
            desk.abandon(why)
            raise SourceError(f"{desk.name}: {why}") from None
        except BaseException:
            self._idle.append(lane)
            raise
        self._idle.append(lane)

    def stop(self) -> None:
        """End the processes that are only about to begin: they have nothing to lose."""
        for lane in self._busy.values():
            if lane.desk is not None and lane.desk.stored is None:
                lane.kill()

    def close(self, *, at_once: bool = False) -> None:
        """End all processes."""
        lanes = [*self._idle, *self._busy.values()]
        for lane in lanes:
            if at_once or lane in self._idle:  # it has nothing to lose; leaving takes it 0.3 s
                lane.kill()
        for lane in lanes:
            lane.close()
        self._idle, self._busy = [], {}
        self._bell.close()
        self._ringer.close()


class _Lane:
    """One process, and the pipe to it."""

    def __init__(self, context: SpawnContext, *, tells: bool = False) -> None:
        self.pipe, self._theirs = context.Pipe()
        self._executor = ProcessPoolExecutor(
            1, mp_context=context, initializer=_enter, initargs=(self._theirs, tells)
        )
        self.desk: Desk | None = None
        self.speaks = True
        self._pid: int | None = None
        self._condemned = False

    def submit(self, job: Job, desk: Desk) -> Future[Any]:
        self.desk = desk
        # A new process takes over what is blocked: Ctrl-C reaches all that share a terminal, and
        # may come before this one can say that it does not want it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _FOR_THE_STARTER)
        try:
            future = self._executor.submit(_work, job)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._theirs.close()  # the process has its own by now: the pipe ends when it ends
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
            return  # what it asked before it died is not to begin any more
        what, args, named = said
        answer: Any
        try:
            answer = getattr(self.desk, what)(*args, **named)
        except Exception as error:  # raised again over there
            answer = error
        with contextlib.suppress(OSError):  # it has died meanwhile
            self.pipe.send(answer)

    def lives(self) -> bool:
        """Tell whether the process has not ended."""
        if self._pid not in (process.pid for process in multiprocessing.active_children()):
            return False
        # The executor's thread may have collected it first: then the list does not know better.
        try:
            os.kill(self._pid or 0, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """End the process without asking it, as soon as it is known."""
        self._condemned = True
        if self._pid is not None and self.speaks:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def close(self) -> None:
        self.pipe.close()  # else who asks something now would wait for the answer for ever
        self._executor.shutdown(cancel_futures=True)


# ---- in the process ----------------------------------------------------------------------------


class _PipeLine(FarLine):
    """Asks through the pipe and waits for the answer."""

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
        """Tell whether it was told of progress long enough ago."""
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


_line: list[_PipeLine] = []  # the one of this process


class _Note(logging.Handler):
    """Passes log lines on to the starter, which knows where they belong."""

    def emit(self, record: logging.LogRecord) -> None:
        # The pipe is the main thread's: another would take the answers to its questions.
        if threading.current_thread() is threading.main_thread():
            _line[0].note(record.getMessage())


def _enter(pipe: Connection, tells: bool) -> None:
    """Begin a process: signals are for whoever started it; it ends when they do."""
    for number in _FOR_THE_STARTER:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(OSError):  # nobody listens any more
        pipe.send(os.getpid())
    _line.append(_PipeLine(pipe))
    if tells:
        logger = logging.getLogger("motionlapse")
        logger.addHandler(_Note())
        logger.setLevel(logging.INFO)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _work(job: Job) -> None:
    scan_source(job, _line[0])
