"""Small films and stills made for a test, and the program run on them."""

import contextlib
import csv
import functools
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeVar
from unittest import mock

import av
import cv2
import numpy as np

from motionlapse.cli.app import main

SIZE = (160, 120)
FPS = 25
SECONDS = 7.0
MOVES = ((1.0, 2.0), (4.6, 5.6))  # farther apart than the hold of 2 s: two events
FRAMES = round(SECONDS * FPS)
_TICKS = 1000
T = TypeVar("T")


@functools.cache
def _place(size: tuple[int, int]) -> np.ndarray:
    """A still scene with texture, grey so that all pixel formats can hold it."""
    rough = np.random.default_rng(7).integers(60, 140, (size[1] // 8, size[0] // 8), np.uint8)
    return cv2.resize(rough, size, interpolation=cv2.INTER_CUBIC)


def picture(
    time_s: float,
    *,
    moves: Sequence[tuple[float, float]] = MOVES,
    size: tuple[int, int] = SIZE,
) -> np.ndarray:
    """BGR: the scene, and while something moves a bright square that goes to and fro."""
    grey = _place(size).copy()
    for start_s, end_s in moves:
        if start_s <= time_s < end_s:
            side = size[1] // 4
            x = round((size[0] - side) * abs((time_s - start_s) % 2 - 1))
            grey[size[1] // 2 : size[1] // 2 + side, x : x + side] = 235
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


def write_film(
    path: Path,
    *,
    times: Sequence[float] | None = None,
    pictures: Callable[[float], np.ndarray] = picture,
    size: tuple[int, int] = SIZE,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    options: dict[str, str] | None = None,
    container: dict[str, str] | None = None,
    first_s: float = 0.0,
    b_frames: int = 0,
    rotation: int = 0,
    shown: Callable[[int, int], int] = lambda _number, ticks: ticks,
    metadata: dict[str, str] | None = None,
) -> Path:
    """Write a film of the scene at `times`; a key frame a second.

    `first_s` is the timestamp of the first frame, `shown` may change the timestamp of any packet.
    """
    times = [index / FPS for index in range(FRAMES)] if times is None else times
    chosen = {"preset": "ultrafast", "crf": "18", "x265-params": "log-level=none"}
    with av.open(str(path), "w", options=container or {}) as film:
        film.metadata.update(metadata or {})
        stream = film.add_stream(codec, rate=FPS)
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        stream.codec_context.time_base = Fraction(1, _TICKS)
        stream.codec_context.gop_size = FPS
        stream.codec_context.max_b_frames = b_frames
        stream.options = (chosen if codec.startswith("libx26") else {}) | (options or {})
        if rotation:
            stream.set_display_rotation(rotation)
        packets = []
        for time_s in times:
            frame = av.VideoFrame.from_ndarray(pictures(time_s), format="bgr24")
            frame.pts = round((time_s + first_s) * _TICKS)
            frame.time_base = Fraction(1, _TICKS)
            packets += stream.encode(frame)
        for number, packet in enumerate([*packets, *stream.encode(None)]):
            packet.pts = shown(number, packet.pts)
            film.mux(packet)
    return path


def write_stills(
    folder: Path, times: Sequence[float], *, size: tuple[int, int] = SIZE, first: int = 0
) -> list[Path]:
    """Write the scene at `times` as JPEG stills numbered from `first`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"shot{first + index}.jpg" for index in range(len(times))]
    for path, time_s in zip(paths, times, strict=True):
        cv2.imwrite(str(path), picture(time_s, size=size))
    return paths


def key_packets(path: Path) -> list[tuple[int, int]]:
    """Place and size in the file of each key frame of a film."""
    with av.open(str(path)) as film:
        return [(p.pos, p.size) for p in film.demux(video=0) if p.is_keyframe and p.size]


def damage(path: Path, begin: int, length: int) -> None:
    """Overwrite a stretch of a file with noise."""
    noise = np.random.default_rng(3).integers(0, 256, length, np.uint8).tobytes()
    with path.open("r+b") as file:
        file.seek(begin)
        file.write(noise)


# ---- the program ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ran:
    """What a run of the program left."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict]:
        """The JSON Lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First and last frame of each event of `records`."""
        return [(record["start_frame"], record["end_frame"]) for record in self.records]


def run_here(*words: object, environ: dict[str, str] | None = None) -> Ran:
    """Run the program in this process, as a person would with these words."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with (
        mock.patch.object(sys, "argv", ["motionlapse", *map(str, words)]),
        mock.patch.dict(os.environ, environ or {}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    return Ran(int(code or 0), out.getvalue(), err.getvalue())


def scan_here(footage: object, out: Path, *words: object) -> Ran:
    """Scan into an archive in this process, events as JSON."""
    return run_here("scan", footage, "--out", out, "--json", *words)


LONG_S = 300
"""For what takes a second or two: ten times as much on a slow machine, and as much again."""


def start(
    *words: object, program: Sequence[object] = ("-m", "motionlapse"), **options: object
) -> subprocess.Popen[str]:
    """Start the program in a process of its own."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    command = [sys.executable, *map(str, program), *map(str, words)]
    return subprocess.Popen(command, **{**streams, **options})


UNHURRIED = Path(__file__).with_name("unhurried.py")


def start_unhurried(*words: object, **options: object) -> subprocess.Popen[str]:
    """Start the program as one that takes its time, so that it can be stopped in the middle."""
    return start(*words, program=[UNHURRIED], **options)


def wait_for(condition: Callable[[], T], process: subprocess.Popen[str] | None = None) -> T:
    """Wait until something is so, and return it; it is not to pass while nobody looks.

    Where a process is given, it must not have ended before.
    """
    end_s = time.monotonic() + LONG_S
    while time.monotonic() < end_s:
        if found := condition():
            return found
        if process is not None and process.poll() is not None and not condition():
            raise AssertionError(f"ended before: {process.communicate(timeout=LONG_S)}")
        time.sleep(0.01)  # between two looks at another process
    raise AssertionError("it did not come to be so")


def run_apart(*words: object, environ: dict[str, str] | None = None) -> Ran:
    """Run the program in a process of its own to its end."""
    with start(*words, env={**os.environ, **(environ or {})}) as process:
        out, err = process.communicate(timeout=LONG_S)
    return Ran(process.returncode, out, err)


def table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def files_below(folder: Path) -> Iterator[Path]:
    """Every file, hidden ones too."""
    return (path for path in folder.rglob("*") if path.is_file())
