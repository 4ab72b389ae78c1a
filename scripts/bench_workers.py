"""What several workers bring: many short films with one, with two, and on a Dask cluster.

Run by hand: .venv/bin/python scripts/bench_workers.py [--films 200] [--rounds 3] [--cluster].
All ways are run one after another in each round; medians are compared.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILM = Path(__file__).parent.parent / "fixtures" / "walker.mp4"
WAYS = {
    "one worker": ["--workers", "1"],
    "one worker, one decoding thread": ["--workers", "1", "--set", "sources.decoding_threads=1"],
    "two workers, one decoding thread": ["--workers", "2", "--set", "sources.decoding_threads=1"],
    "two workers": ["--workers", "2"],
}


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=4.0, help="read this much of each")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cluster", action="store_true", help="also a scheduler and two workers")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "films").mkdir()
        for number in range(asked.films):
            shutil.copyfile(FILM, folder / "films" / f"{number:05d}.mp4")
        machines = start_cluster(folder) if asked.cluster else []
        ways = dict(WAYS)
        if machines:
            address = json.loads((folder / "scheduler.json").read_text())["address"]
            ways["Dask, two workers of one thread"] = ["--cluster", address]
        try:
            rounds = [
                {way: measure(folder, asked.seconds, words) for way, words in ways.items()}
                for _ in range(asked.rounds)
            ]
        finally:
            for process in machines:
                process.kill()
    report(rounds)
    return 0


def start_cluster(folder: Path) -> list[subprocess.Popen[bytes]]:
    """Start a scheduler and two workers of one thread, and wait for them."""
    place = ["--scheduler-file", str(folder / "scheduler.json"), "--host", "127.0.0.1"]
    words = [["scheduler", "--port", "0"], *[["worker", "--nthreads", "1", "--no-nanny"]] * 2]
    processes = []
    for kind, *rest in words:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard"]
        processes.append(
            subprocess.Popen([*command, *rest, *place], cwd=folder, stderr=subprocess.DEVNULL)
        )
        while not (folder / "scheduler.json").exists():
            time.sleep(0.1)
    return processes


def measure(folder: Path, seconds: float, words: list[str]) -> tuple[float, float]:
    """Return wall and processor seconds of a scan into a new archive."""
    out = folder / "kept"
    command = [sys.executable, "-m", "motionlapse", "scan", "films", "--out", str(out), "--quiet"]
    before, begun_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [*command, "--end", str(seconds), *words],
        cwd=folder,
        env={**os.environ, "XDG_CONFIG_HOME": os.devnull},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    wall_s, after = time.perf_counter() - begun_s, resource.getrusage(resource.RUSAGE_CHILDREN)
    shutil.rmtree(out)
    busy_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall_s, busy_s


def report(rounds: list[dict[str, tuple[float, float]]]) -> None:
    """Print medians, and how many times as fast each way is as the first two."""
    first, second, *_ = rounds[0]
    lines = [
        f"| | wall s | processor s | as fast as {first} | as fast as {second} |",
        "|---|---|---|---|---|",
    ]
    for way in rounds[0]:
        wall_s, busy_s = (statistics.median(r[way][i] for r in rounds) for i in (0, 1))
        ratios = [statistics.median(r[one][0] / r[way][0] for r in rounds) for one in rounds[0]]
        lines.append(f"| {way} | {wall_s:.1f} | {busy_s:.1f} | {ratios[0]:.2f} | {ratios[1]:.2f} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
