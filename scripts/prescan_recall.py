"""What `scan --prescan` finds and saves, beside the full scan of the same films.

For films that `assemble_film.py` has made, with a table of their events beside them. Each film is
scanned in full and with --prescan, in turn; printed are the ratios of time, the share that was
skipped, and how many of the events of each length both found.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_CLOSE_S = 0.15


class Interval(NamedTuple):
    """A stretch of media time."""

    start_s: float
    end_s: float

    def meets(self, other: Interval) -> bool:
        """Tell whether two intervals overlap."""
        return self.start_s <= other.end_s and other.start_s <= self.end_s


@dataclass(frozen=True, slots=True)
class Scan:
    """One run of the program."""

    events: list[Interval]
    wall_s: float
    cpu_s: float
    said: str


def scan(film: Path, *flags: str) -> Scan:
    """Scan a film; nothing is kept."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "motionlapse", "scan", str(film), "--snapshots", "none"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin = time.perf_counter()
        done = subprocess.run(
            [*words, "--json", "--out", str(Path(folder) / "archive"), *flags],
            check=True,
            capture_output=True,
            text=True,
        )
        wall_s = time.perf_counter() - begin
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    events = [Interval(event["start_s"], event["end_s"]) for event in found]
    return Scan(events, wall_s, cpu_s, done.stderr)


def read_truth(film: Path) -> list[Interval]:
    """Return the events that the film was made with; none where no table lies beside it."""
    table = film.with_suffix(".csv")
    if not table.exists():
        return []
    with table.open(newline="", encoding="utf-8") as file:
        return [Interval(float(r["start_s"]), float(r["end_s"])) for r in csv.DictReader(file)]


def ends_off(full: Scan, part: Scan) -> int:
    """Return how many events of both begin or end more than 0.15 s apart."""
    count = 0
    for event in full.events:
        same = [other for other in part.events if other.meets(event)]
        if same:
            first, last = same[0].start_s - event.start_s, same[-1].end_s - event.end_s
            count += max(abs(first), abs(last)) > _CLOSE_S
    return count


def main() -> None:
    """Scan all films and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("films", type=Path, nargs="+")
    parser.add_argument("--runs", type=int, default=1, help="of each film, best of (default 1)")
    chosen = parser.parse_args()
    by_length: dict[float, list[int]] = defaultdict(lambda: [0, 0, 0])
    heads = ("film", "wall ÷", "CPU ÷", "skipped", "full", "prescan", "lost", "ends off")
    sys.stdout.write(f"{heads[0]:<28}" + "".join(f"{head:>9}" for head in heads[1:]) + "\n")
    for film in chosen.films:
        runs = [(scan(film), scan(film, "--prescan")) for _ in range(chosen.runs)]
        full, part = runs[0]
        for event in read_truth(film):
            counts = by_length[round(event.end_s - event.start_s + 0.04, 1)]
            counts[0] += 1
            counts[1] += any(event.meets(found) for found in full.events)
            counts[2] += any(event.meets(found) for found in part.events)
        lost = sum(not any(e.meets(other) for other in part.events) for e in full.events)
        share = re.search(r"([\d.]+)% of it is skipped", part.said)
        ratios = (
            min(a.wall_s for a, _ in runs) / min(b.wall_s for _, b in runs),
            min(a.cpu_s for a, _ in runs) / min(b.cpu_s for _, b in runs),
        )
        numbers = (len(full.events), len(part.events), lost, ends_off(full, part))
        sys.stdout.write(
            f"{film.stem:<28}{ratios[0]:9.2f}{ratios[1]:9.2f}"
            f"{f'{share[1]} %' if share else 'whole':>9}"
            + "".join(f"{n:9}" for n in numbers)
            + "\n"
        )
        sys.stdout.flush()
    sys.stdout.write("\nlength  events  full scan  prescan\n")
    for length_s, counts in sorted(by_length.items()):
        sys.stdout.write(f"{length_s:5.1f}s{counts[0]:8}{counts[1]:11}{counts[2]:9}\n")


if __name__ == "__main__":
    main()
