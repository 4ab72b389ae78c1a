"""Processor time of `watch` and of the program motion, on the same film served the same way.

Both read it over RTSP from the same server, one after the other. Told are milliseconds of processor
time for each frame of the stream, decoding included, and how many frames `watch` did not decode.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import av

PROJECT = Path(__file__).resolve().parents[2]
SERVER = PROJECT / "tests" / "live" / "rtsp_server.py"
PORT = 18_600
SETTLED_S = 15.0
URL = f"rtsp://127.0.0.1:{PORT}/cam"
MOTION = """
netcam_url {url}
netcam_params rtsp_transport=tcp,capture_rate={fps}
width {width}
height {height}
framerate {fps}
target_dir {folder}
movie_output off
picture_output best
webcontrol_port 0
stream_port 0
log_level 4
"""


@contextmanager
def server(film: Path) -> Iterator[None]:
    """Serve a film over RTSP."""
    words = ["/usr/bin/python3", str(SERVER), str(PORT), str(film.resolve())]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        try:
            process.stdout.readline()
            yield
        finally:
            process.kill()


class Measured(NamedTuple):
    """What a program needed.

    Attributes
    ----------
    spent_ms
        Milliseconds of processor time a frame.
    undecoded
        Share of the frames, from the first on, that were not decoded; 0 where nothing tells.
    """

    spent_ms: float
    undecoded: float


def run(words: list[str], seconds: float, fps: float, log: Path) -> Measured:
    """Run a program; return what it needs over `seconds`, after it has settled."""
    with log.open("wb") as said:
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=said)
        try:
            time.sleep(SETTLED_S)
            before_s = busy_s(process.pid)
            time.sleep(seconds)
            spent_s = busy_s(process.pid) - before_s
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
    told = re.search(r"(\d+) of (\d+) pictures were not decoded", log.read_text("utf-8", "replace"))
    return Measured(spent_s * 1000 / (seconds * fps), int(told[1]) / int(told[2]) if told else 0.0)


def busy_s(pid: int) -> float:
    """Return the processor seconds that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(film: Path, seconds: float) -> dict[str, Measured]:
    """Return what motion and `watch` need."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        size, fps = (stream.width, stream.height), round(float(stream.average_rate or 25))
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "motion.conf"
        text = MOTION.format(url=URL, fps=fps, width=size[0], height=size[1], folder=folder)
        config.write_text(text, encoding="utf-8")
        watch = [sys.executable, "-m", "motionlapse", "watch", URL, "--no-dashboard", "--verbose"]
        runs = {
            "motion": ["motion", "-n", "-c", str(config)],
            "motionlapse watch": [*watch, "--out", str(Path(folder) / "archive")],
            "motionlapse watch --fast": [*watch, "--fast", "--out", str(Path(folder) / "fast")],
        }
        found = {}
        for name, words in runs.items():
            with server(film):
                found[name] = run(words, seconds, fps, Path(folder) / "log")
        return found
