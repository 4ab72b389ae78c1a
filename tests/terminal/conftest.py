import contextlib
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from films import LONG_S, write_film


@pytest.fixture(scope="session")
def _door(tmp_path_factory):
    times = [index / 25 for index in range(1500)]  # long enough for a bar to be drawn
    return write_film(tmp_path_factory.mktemp("films") / "door.mp4", times=times)


@pytest.fixture
def door(_door, tmp_path, monkeypatch):
    """A film of 60 s in the current folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(_door, "door.mp4")
    return "door.mp4"


# Runs a command as a shell with job control does, in a group of its own, and tells its number.
# Takes the terminal when it gets SIGUSR1, and with SIGUSR2 gives it back for the command to go on.
SHELL = """
import os, signal, sys, termios
told, *words = sys.argv[1:]
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
before = termios.tcgetattr(2)
command = os.fork()
if not command:
    os.setpgid(0, 0)
    os.tcsetpgrp(2, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execvp(words[0], words)
def hang_up(*_):
    os.killpg(command, signal.SIGHUP)
    os.killpg(command, signal.SIGCONT)
def give(*_):
    os.tcsetpgrp(2, command)
    os.killpg(command, signal.SIGCONT)
signal.signal(signal.SIGHUP, hang_up)
def take(*_):
    os.tcsetpgrp(2, os.getpgrp())
    termios.tcsetattr(2, termios.TCSADRAIN, before)
signal.signal(signal.SIGUSR1, take)
signal.signal(signal.SIGUSR2, give)
with open(told + ".new", "w") as file:
    file.write(str(command))
os.rename(told + ".new", told)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(command, 0)[1]))
"""


class Terminal:
    """The program on a pseudo-terminal, which controls it as a person's does.

    `shell` runs it in one that can let it go on when it has stopped.
    """

    def __init__(self, *words, columns=100, rows=30, reads_keys=True, shell=False):
        self.ours, self._theirs = pty.openpty()
        self.resize(columns, rows)
        self.before = termios.tcgetattr(self._theirs)
        kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        keys = "" if reads_keys else "</dev/null"
        self._told = Path("command") if shell else None
        within = [sys.executable, "-c", SHELL, "command"] if shell else []
        self.process = subprocess.Popen(
            ["setsid", "--ctty", "sh", "-c", f'exec "$@" {keys}', "sh", *within,
             sys.executable, "-m", "motionlapse", "watch", *words],
            stdin=self._theirs, stdout=self._theirs, stderr=self._theirs,
            env={**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )  # fmt: skip
        self.shown = ""

    @property
    def pid(self):
        return self.process.pid if self._told is None else int(self._told.read_text())

    @property
    def stopped(self):
        return state_of(self.pid) == "T"

    def send(self, number):
        os.kill(self.pid, number)

    def resize(self, columns, rows):
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, size)

    def press(self, keys):
        os.write(self.ours, keys.encode())

    def wait_for(self, words):
        """Read until it has shown something from now on."""
        before = len(self.shown)

        def is_shown():
            return words in re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", self.shown[before:])

        self.read_until(lambda: is_shown() or self.process.poll() is not None)
        while not is_shown() and self.read(0.05):  # what it has said in the end
            pass
        assert is_shown(), f"'{words}' was not shown: {self.shown[before:][-2000:]!r}"

    def read_until(self, condition):
        """Read, as a terminal does all the time, until something is so."""
        end_s = time.monotonic() + LONG_S
        while not condition():
            assert time.monotonic() < end_s, f"it did not come to be so: {self.shown[-2000:]!r}"
            self.read(0.05)

    def wait_until_stopped(self):
        self.read_until(lambda: self.stopped)

    def read(self, wait_s):
        """Read what is shown within a time; tell whether there was anything."""
        if not select.select([self.ours], [], [], wait_s)[0]:
            return False
        self.shown += os.read(self.ours, 65536).decode(errors="replace")
        return True

    def leave(self):
        """Read to the end; give its exit code, and whether the terminal is as it was."""
        self.read_until(lambda: self.process.poll() is not None)
        while self.read(0.05):
            pass
        same = termios.tcgetattr(self._theirs) == self.before
        os.close(self.ours)
        os.close(self._theirs)
        return self.process.returncode, same

    def hang_up(self):
        """Close the terminal, as a person closes a window; give the exit code."""
        os.close(self.ours)
        os.close(self._theirs)
        return self.process.wait(LONG_S)

    def kill(self):
        with contextlib.suppress(OSError):
            if self.process.poll() is None:
                os.kill(self.pid, signal.SIGKILL)
            self.process.kill()
            self.process.wait()


@pytest.fixture
def terminal(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    terminals = []

    def begin(*words, **how):
        terminals.append(Terminal(*words, **how))
        return terminals[-1]

    yield begin
    for one in terminals:
        one.kill()


def state_of(pid):
    with Path(f"/proc/{pid}/stat").open() as stat:
        return stat.read().rpartition(") ")[2].split()[0]
