"""Other programs on the same film: FFmpeg's decoder, DVR-Scan, and Debian's motion."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks import motion
from benchmarks.films import make_film
from benchmarks.processes import Spent, has_flag, in_turn, median, ratio, scan_of
from benchmarks.tables import Figures

DVR_SCAN = "dvr-scan-headless==1.8.2.1"
_ENVIRONMENT = Path(__file__).resolve().parents[2] / ".venv" / "dvr-scan"
_LIVE_S = 50.0  # of the films in which a tenth moves, one walk
_DVR_SCAN = {"": [], " -df 4": ["-df", "4"], " -b CNT": ["-b", "CNT"]}


def whole_processes(
    film: Path, tenth: Path, runs: int, folder: Path, dvr_scan: Path | None
) -> Figures:
    """Compare whole scans with decoding alone and with DVR-Scan.

    Parameters
    ----------
    film, tenth
        In turn; the second is one of which a tenth moves.
    runs
        How often.
    folder
        For what scans leave.
    dvr_scan
        The program; None where it is not there.
    """
    columns = ("wall s", "CPU s", "peak MiB", "wall, times scan", "CPU, times scan")
    table = Figures(f"whole processes, {film.name}, median of {max(1, runs)} in turn", columns)
    if not shutil.which("ffmpeg"):
        table.add("ffmpeg -f null", "not installed")
    if dvr_scan is None:
        table.add("dvr-scan", "not installed")
    _add_in_turn(table, "", _scans(film, folder) | _dvr_scans(film, dvr_scan), runs)
    _add_in_turn(table, "a tenth moves: ", _scans(tenth, folder), runs)
    return table


def _scans(film: Path, folder: Path) -> dict[str, list[str]]:
    """Return the commands that decode a film, and that scan it."""
    decode = ["ffmpeg", "-v", "error", "-i", str(film), "-f", "null", "-"]
    commands = {"ffmpeg -f null": decode} if shutil.which("ffmpeg") else {}
    commands["scan"] = scan_of([film], folder / "scan")
    if has_flag("--fast"):
        commands["scan --fast"] = scan_of([film], folder / "fast", "--fast")
    return commands


def _dvr_scans(film: Path, program: Path | None) -> dict[str, list[str]]:
    begin = [str(program), "-i", str(film), "-so", "-q"]
    return {f"dvr-scan{name}": begin + flags for name, flags in _DVR_SCAN.items() if program}


def _add_in_turn(table: Figures, about: str, commands: dict[str, list[str]], runs: int) -> None:
    found = in_turn(commands, runs)
    for name, values in found.items():
        times: Spent = ratio(values, found["scan"])
        table.add(about + name, *median(values), times.wall_s, times.cpu_s)
    if "ffmpeg -f null" in found:
        for name in ("scan", "scan --fast"):
            if name in found:
                against = ratio(found[name], found["ffmpeg -f null"])
                table.add(f"{about}{name} ÷ ffmpeg -f null", *against)


def live(film: Path, folder: Path, *, quick: bool) -> Figures:
    """Compare `watch` with the program motion; the film lasts 65 s or more."""
    columns = ("CPU ms a frame", "times motion", "not decoded")
    table = Figures(f"live RTSP streams of 1080p, {_LIVE_S:.0f} s", columns)
    if quick:
        table.add("motion, watch", "takes too long for a quick run")
        return table
    if not shutil.which("motion"):
        table.add("motion, watch", "motion is not installed")
        return table
    films = {
        film.stem: film,
        "a tenth moves": make_film(folder / "tenth.mp4", 70, still=True),
        "a tenth moves, no B-frames": make_film(
            folder / "forward.mp4", 70, still=True, b_frames=False
        ),
    }
    for kind, path in films.items():
        found = motion.measure(path, _LIVE_S)
        for name, measured in found.items():
            times = measured.spent_ms / found["motion"].spent_ms
            table.add(f"{kind}: {name}", measured.spent_ms, times, measured.undecoded)
    return table


def install_dvr_scan(*, may_install: bool) -> Path | None:
    """Return DVR-Scan's program in an environment of its own; None where that cannot be had."""
    program = _ENVIRONMENT / "bin" / "dvr-scan"
    if program.exists():
        return program
    if not may_install:
        return None
    sys.stderr.write(f"installing {DVR_SCAN} into {_ENVIRONMENT.name} …\n")
    subprocess.run([sys.executable, "-m", "venv", str(_ENVIRONMENT)], check=True)
    pip = [str(_ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    done = subprocess.run([*pip, "--disable-pip-version-check", DVR_SCAN], check=False)
    return program if done.returncode == 0 else None
