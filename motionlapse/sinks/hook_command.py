"""Runs a command within bounds: of time, and of what is kept of its output."""

from __future__ import annotations

import contextlib
import os
import select
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

_KEPT = 8192  # bytes of the output
_AT_ONCE = 65_536
_LEAVE_S = 5.0  # for what was killed to be gone


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended.

    Attributes
    ----------
    code
        Its exit code; None where it could not even be killed.
    output
        The beginning of what it said on stdout and stderr.
    in_time
        False if it, or something that it began, had its output open at the time limit.
    """

    code: int | None
    output: bytes
    in_time: bool


def run_command(
    words: Sequence[str], given: bytes, environ: Mapping[str, str], limit_s: float
) -> Ended:
    """Run a command to its end, or to a time limit, when it and its children are killed.

    Parameters
    ----------
    words
        The program and its arguments.
    given
        What it gets on its standard input.
    environ
        All of its environment.
    limit_s
        How long it may take. What it began in a session of its own, and left running, is not killed
        then, but no longer waited for.

    Raises
    ------
    OSError
        If it cannot be run.
    """
    end_s = time.monotonic() + limit_s
    process = subprocess.Popen(
        words,
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environ,
        start_new_session=True,  # so that its children can be ended with it
    )
    said = bytearray()
    stdin, stdout = (pipe for pipe in (process.stdin, process.stdout) if pipe is not None)
    with stdin, stdout:
        in_time = _talk(stdin, stdout, given, said, end_s)
    if in_time:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return Ended(process.wait(max(0.0, end_s - time.monotonic())), bytes(said), True)
    # Not asked for its end before, it still holds its number, which is that of no other group.
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_LEAVE_S)
    return Ended(process.returncode, bytes(said), False)


def _talk(stdin: IO[bytes], stdout: IO[bytes], given: bytes, said: bytearray, end_s: float) -> bool:
    """Write all that is given and read all that is said; False if it is not done in time."""
    left = memoryview(given)
    with selectors.DefaultSelector() as ready:
        ready.register(stdin, selectors.EVENT_WRITE)
        ready.register(stdout, selectors.EVENT_READ)
        while ready.get_map():
            wait_s = end_s - time.monotonic()
            if wait_s <= 0:
                return False
            for key, _ in ready.select(wait_s):
                if key.fileobj is stdout:
                    part = os.read(key.fd, _AT_ONCE)
                    said += part[: _KEPT - len(said)]  # the rest is read, so that it can go on
                    over = not part
                else:
                    left = left[_write(key.fd, left) :]
                    over = not left
                if over:
                    ready.unregister(key.fileobj)
                    if key.fileobj is stdin:
                        stdin.close()
    return True


def _write(pipe: int, left: memoryview) -> int:
    """Write so much that a pipe with room takes it without waiting; who does not read gets none."""
    try:
        return os.write(pipe, left[: select.PIPE_BUF])
    except BrokenPipeError:
        return len(left)
