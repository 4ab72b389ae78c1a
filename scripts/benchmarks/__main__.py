"""Run all comparisons and print them; with --readme, put them into the README too."""

from __future__ import annotations

import argparse
import os
import platform
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
from rich.console import Console

from benchmarks.films import make_film
from benchmarks.growth import growth
from benchmarks.peers import install_dvr_scan, live, whole_processes
from benchmarks.stages import model_and_cleanup, models, stages
from benchmarks.tables import Figures

README = Path(__file__).resolve().parents[2] / "README.md"
TABLES = ("processes", "stages", "models", "planes", "growth", "live")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("film", type=Path, nargs="?", help="[two minutes of 1080p are made]")
    parser.add_argument("--runs", type=int, default=3, help="of whole processes (default 3)")
    parser.add_argument("--only", choices=TABLES, action="append", help="repeatable")
    parser.add_argument("--quick", action="store_true", help="once over little, in half a minute")
    parser.add_argument("--readme", action="store_true", help="renew the tables of the README")
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 120
    console.print(machine())
    found: list[Figures] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for make in measured(chosen, folder):
            found.append(make())
            found[-1].show(console)
        length = f"{chosen.film.name} lasts {seconds_of(chosen.film):.0f} s"
    if chosen.readme:
        write_readme(found, length)


def measured(chosen: argparse.Namespace, folder: Path) -> list[Callable[[], Figures]]:
    """Return what makes each table that is asked for."""
    quick: bool = chosen.quick
    seconds, size = (2, (640, 360)) if quick else (120, (1920, 1080))
    film: Path = chosen.film or make_film(folder / "walker.mp4", seconds, size)

    def processes() -> Figures:
        tenth = make_film(folder / "tenth.mp4", seconds, size, still=True)
        return whole_processes(film, tenth, 0 if quick else chosen.runs, folder, dvr_scan)

    dvr_scan = install_dvr_scan(may_install=not quick)
    chosen.film = film
    makers: dict[str, Callable[[], Figures]] = {
        "processes": processes,
        "stages": lambda: stages(film, folder),
        "models": lambda: models(film, quick=quick),
        "planes": lambda: model_and_cleanup(quick=quick),
        "growth": lambda: growth(folder, quick=quick),
        "live": lambda: live(film, folder, quick=quick),
    }
    return [makers[name] for name in TABLES if not chosen.only or name in chosen.only]


def machine() -> str:
    """Return one line on what all this was measured with."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        told = re.search(r"model name\s*: (.*)", cpuinfo.read_text(encoding="utf-8"))
        name = told[1] if told else name
    return (
        f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"OpenCV {cv2.__version__}, NumPy {np.__version__}, PyAV {av.__version__}"
    )


def seconds_of(film: Path) -> float:
    """Return how long a film is."""
    with av.open(str(film)) as container:
        return (container.duration or 0) / av.time_base


def write_readme(found: list[Figures], length: str) -> None:
    """Put the tables between the marks of the README."""
    part = "\n\n".join([f"{machine()}; {length}:", *(figures.markdown() for figures in found)])
    text = README.read_text(encoding="utf-8")
    marked = re.compile("(<!-- bench -->\n).*?(<!-- /bench -->)", re.DOTALL)
    fresh = marked.sub(lambda match: f"{match[1]}{part}\n{match[2]}", text)
    README.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    main()
