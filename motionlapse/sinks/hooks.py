"""Hooks: commands that are run, and an address that is told, when something happens.

Two threads of their own take what is to be done from bounded queues, so that neither a slow command
nor a dead server ever holds up the loop, or one another.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shlex
import signal
import threading
from collections.abc import Callable
from functools import partial
from typing import Protocol

from motionlapse.credentials import HiddenAddress, HiddenCommand, redact_within
from motionlapse.errors import why
from motionlapse.settings_layers import ENV_PREFIX
from motionlapse.sinks.event_records import as_record
from motionlapse.sinks.hook_command import run_command
from motionlapse.sinks.hook_settings import HookSettings
from motionlapse.sinks.webhook import post
from motionlapse.types import KeptEvent
from motionlapse.units import counted

_POST_TIMEOUT_S = 10.0
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0
_SHOWN_OUTPUT = 2000  # letters of a command's output that are logged
_LEAVE_S = 5.0
_VARIABLE_BYTES = 120_000  # Linux allows 131,072 with the name, and a few of these together


class Log(Protocol):
    """Who is told how hooks have ended."""

    def debug(self, text: str) -> None:
        """A detail for the log."""

    def warning(self, text: str) -> None:
        """Something a person should know."""


class Hooks:
    """Runs and posts what the settings say.

    Parameters
    ----------
    settings
        Commands, address and limits.
    log
        Told of output, failures and what had to be left out; called from other threads.
    """

    def __init__(self, settings: HookSettings, log: Log) -> None:
        self._settings = settings
        self._log = log
        self._closing = threading.Event()
        self._commands = _Worker("hooks", settings.queue, log)
        self._posts = _Worker("webhook", settings.queue, log)

    def take(self, settings: HookSettings) -> None:
        """Do with other settings what comes from now on; nothing is waited for."""
        self._settings = settings
        self._commands.hold(settings.queue)
        self._posts.hold(settings.queue)

    def started(self, kept: KeptEvent) -> None:
        """An event has begun."""
        self._tell("event-start", self._settings.on_event_start, kept, post=True)

    def ended(self, kept: KeptEvent) -> None:
        """An event has ended."""
        self._tell("event-end", self._settings.on_event_end, kept, post=True)

    def snapshot(self, kept: KeptEvent) -> None:
        """A snapshot, the last one of `kept`, has been written."""
        self._tell("snapshot", self._settings.on_snapshot, kept, post=False)

    def close(self) -> None:
        """Finish what waits, for as long as one command may run; may be called again."""
        self._commands.close(self._settings.time_limit + _LEAVE_S)
        self._closing.set()  # posts try once more at once, and then give up
        self._posts.close(_POST_TIMEOUT_S + _LEAVE_S)

    def _tell(
        self, hook: str, command: HiddenCommand | None, kept: KeptEvent, *, post: bool
    ) -> None:
        record, settings = {"hook": hook, **as_record(kept)}, self._settings
        if command is not None:
            self._commands.add(partial(self._run, hook, command, record, settings.time_limit))
        if post and settings.webhook is not None:
            self._posts.add(partial(self._post, settings.webhook, record, settings.attempts))

    # ---- commands ------------------------------------------------------------------------------

    def _run(
        self, hook: str, command: HiddenCommand, record: dict[str, object], limit_s: float
    ) -> None:
        words = shlex.split(command.get_secret_value())
        name = f"--on-{hook} {redact_within(words[0])}"
        text = json.dumps(record, ensure_ascii=False) + "\n"
        environ = {**_environ(), **environment(record)}
        try:
            ended = run_command(words, text.encode(), environ, limit_s)
        except OSError as error:
            self._log.warning(f"{name}: cannot be run: {why(error)}")
            return
        if not ended.in_time:
            killed = ended.code == -signal.SIGKILL
            what = "was stopped" if killed else "no longer waiting for what it left running"
            self._log.warning(f"{name}: {what} after {limit_s:g} s (sinks.hooks.time_limit)")
            return
        said = " ".join(map(redact_within, ended.output.decode(errors="replace").split()))
        said = said[:_SHOWN_OUTPUT]
        if ended.code:
            colon = ": " if said else ""
            self._log.warning(f"{name}: ended with {ended.code}{colon}{said}")
        elif said:
            self._log.debug(f"{name}: {said}")

    # ---- posts ---------------------------------------------------------------------------------

    def _post(self, address: HiddenAddress, record: dict[str, object], attempts: int) -> None:
        which = "beginning" if record["hook"] == "event-start" else "end"
        name = f"--webhook {address}: {which} of event {record['event']}"
        wait_s = _FIRST_WAIT_S
        for attempt in range(1, attempts + 1):
            fault = post(address.get_secret_value(), record, _POST_TIMEOUT_S)
            left = attempts - attempt
            leaving = self._closing.is_set() and left > 0
            if not fault:
                self._log.debug(f"{name}: posted, {counted(attempt, 'attempt')}")
                return
            if leaving or not left:
                ends = ", as watching ends" if leaving else ""
                tried = counted(attempt, "attempt")
                self._log.warning(f"{name}: given up after {tried}{ends}: {fault}")
                return
            tell = self._log.warning if attempt == 1 else self._log.debug
            more = counted(left, "more time")
            tell(f"{name}: not posted: {fault}; will be tried up to {more}, next in {wait_s:g} s")
            self._closing.wait(wait_s)
            wait_s = min(wait_s * 2, _LONGEST_WAIT_S)


def _environ() -> dict[str, str]:
    """Return what a command inherits: not our settings, some of which are secret."""
    return {name: text for name, text in os.environ.items() if not name.startswith(ENV_PREFIX)}


def environment(record: dict[str, object]) -> dict[str, str]:
    """Return ``MOTIONLAPSE_EVENT_SOURCE`` and so on; null is empty.

    Lists are joined by lines, as many of the first as fit what Linux allows: an event of an hour
    may have thousands of snapshots, and no command could be run at all.
    """
    texts = {}
    for key, value in record.items():
        text = "" if value is None else str(value)
        if isinstance(value, list):
            text = _fitting("\n".join(map(str, value)))
        texts[f"MOTIONLAPSE_EVENT_{key.upper()}"] = text
    # "event" is the number; MOTIONLAPSE_EVENT_EVENT would be a riddle.
    texts["MOTIONLAPSE_EVENT_NUMBER"] = texts.pop("MOTIONLAPSE_EVENT_EVENT")
    return texts


def _fitting(lines: str) -> str:
    """Return as many of the first lines as fit one variable of the environment."""
    if len(os.fsencode(lines)) <= _VARIABLE_BYTES:
        return lines
    fitting = os.fsencode(lines)[:_VARIABLE_BYTES]
    return os.fsdecode(fitting[: fitting.rfind(b"\n")])


class _Worker:
    """A thread that does one thing after another from a bounded queue."""

    def __init__(self, name: str, most: int, log: Log) -> None:
        self._name = name
        self._log = log
        self._queue: queue.Queue[Callable[[], None] | None] = queue.Queue(most)
        self._thread: threading.Thread | None = None
        self._told = False  # that it is full, since all was done

    def hold(self, most: int) -> None:
        """Let so many wait from now on."""
        self._queue.maxsize = most

    def add(self, action: Callable[[], None]) -> None:
        """Queue an action; where there is no room it is left out, and that is told."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        if not self._queue.unfinished_tasks:
            self._told = False
        try:
            self._queue.put_nowait(action)
        except queue.Full:
            # Where too much comes, each that is done makes room for one, and then it is full again.
            if not self._told:
                self._told = True
                self._log.warning(
                    f"{self._name}: {self._queue.maxsize} are waiting; further ones are left out"
                )

    def close(self, wait_s: float) -> None:
        """Do what waits, for at most `wait_s` seconds."""
        if self._thread is None:
            return
        with contextlib.suppress(queue.Full):
            self._queue.put(None, timeout=wait_s)
        self._thread.join(wait_s)
        if self._thread.is_alive() and self._queue.qsize() > 1:
            self._log.warning(f"{self._name}: {self._queue.qsize() - 1} were not carried out")
        self._thread = None

    def _work(self) -> None:
        while (action := self._queue.get()) is not None:
            try:
                action()
            except Exception as error:  # one bad hook must not end those after it
                self._log.warning(f"{self._name}: {why(error)}")
            finally:
                self._queue.task_done()
