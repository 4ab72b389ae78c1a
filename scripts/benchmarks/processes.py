"""Whole processes, run in turn."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

# A process inherits the peak of the one that starts it, so a small one stands between.
_LAUNCHER = """
import resource, subprocess, sys, time
begin = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
wall = time.perf_counter() - begin
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""


class Spent(NamedTuple):
    """What a process has used; or its ratios to another's."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def run(command: Sequence[str]) -> Spent:
    """Run a command to its end.

    Raises
    ------
    SystemExit
        If it fails: figures of what went wrong are of no use.
    """
    launch = [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command]
    answer = subprocess.run(launch, check=True, capture_output=True, text=True).stdout.split()
    if answer[0] != "0":
        raise SystemExit(f"{' '.join(command)} ended with {answer[0]}")
    return Spent(*map(float, answer[1:]))


def in_turn(commands: dict[str, list[str]], runs: int) -> dict[str, list[Spent]]:
    """Run all commands one after another, `runs` times; a run before fills the caches."""
    found: dict[str, list[Spent]] = {name: [] for name in commands}
    for current in range(runs + 1):
        for name, command in commands.items():
            spent = run(command)
            if current or not runs:
                found[name].append(spent)
    return found


def median(values: Sequence[Spent]) -> Spent:
    """Return the median of each figure."""
    return Spent(*(statistics.median(column) for column in zip(*values, strict=True)))


def ratio(values: Sequence[Spent], to: Sequence[Spent]) -> Spent:
    """Return the medians of the ratios of runs that came one after another."""
    pairs = zip(values, to, strict=True)
    return median([Spent(*(a / b for a, b in zip(*pair, strict=True))) for pair in pairs])


def scan_of(films: Sequence[Path], out: Path, *flags: str) -> list[str]:
    """Return the command of a scan that keeps no pictures."""
    names = [str(film) for film in films]
    quiet = ["--snapshots", "none", "--quiet", "--out", str(out)]
    return [sys.executable, "-m", "motionlapse", "scan", *names, *quiet, *flags]


def has_flag(flag: str) -> bool:
    """Tell whether `scan` knows a flag."""
    asked = [sys.executable, "-m", "motionlapse", "scan", "--help"]
    return flag in subprocess.run(asked, check=True, capture_output=True, text=True).stdout
