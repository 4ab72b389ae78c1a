"""Processor time of `watch` and of the program motion, on the same film served the same way.

Both read it over RTSP from the same server, one after the other. Printed are milliseconds of
processor time for each frame of the stream, decoding included.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

PROJECT = Path(__file__).resolve().parents[2]
SERVER = PROJECT / "tests" / "live" / "rtsp_server.py"
PORT = 18_600
SETTLED_S = 6.0
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


def processor_s(words: list[str], seconds: float) -> float:
    """Run a program; return its processor seconds over `seconds`, after it has settled."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(SETTLED_S)
        before_s = busy_s(process.pid)
        time.sleep(seconds)
        return busy_s(process.pid) - before_s
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def busy_s(pid: int) -> float:
    """Return the processor seconds that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(film: Path, seconds: float) -> dict[str, float]:
    """Return milliseconds of processor time for each frame of motion and of `watch`."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        size, fps = (stream.width, stream.height), round(float(stream.average_rate or 25))
    per_frame = 1000 / (seconds * fps)
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "motion.conf"
        text = MOTION.format(url=URL, fps=fps, width=size[0], height=size[1], folder=folder)
        config.write_text(text, encoding="utf-8")
        watch = [sys.executable, "-m", "motionlapse", "watch", URL, "--no-dashboard"]
        runs = {
            "motion": ["motion", "-n", "-c", str(config)],
            "motionlapse watch": [*watch, "--out", str(Path(folder) / "archive")],
        }
        found = {}
        for name, words in runs.items():
            with server(film):
                found[name] = processor_s(words, seconds) * per_frame
        return found
