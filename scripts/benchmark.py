"""What the stages cost, beside what they replace: medians of runs taken in turn."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from motionlapse.analysis.areas import WatchedArea
from motionlapse.analysis.cleanup import Cleanup
from motionlapse.analysis.prepare import Shrinker
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.background.gathered_kernel import others_length
from motionlapse.background.gaussian import Gaussian
from motionlapse.background.gaussian_kernel import judge_and_learn
from motionlapse.frames import Image, Plane, Planes
from motionlapse.sources.recording import Recording
from motionlapse.sources.settings import SourceSettings

FIXTURES = Path(__file__).parent.parent / "fixtures"
Timed = Callable[[int], object]


def main() -> None:
    """Run all comparisons and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--film", type=Path, help="1080p H.264 film (default: one is made)")
    parser.add_argument("--runs", type=int, default=5, help="whole-process runs (default 5)")
    arguments = parser.parse_args()
    console = Console(highlight=False)
    console.print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
        f"OpenCV {cv2.__version__}, NumPy {np.__version__}, PyAV {av.__version__}"
    )
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        film = arguments.film or make_film(Path(folder) / "film.mp4", seconds=40)
        luma = load_luma(film, 24)
        console.print(kernels(luma))
        console.print(stages())
        if shutil.which("ffmpeg"):
            console.print(whole_process(film, arguments.runs, Path(folder)))
        else:
            console.print("no ffmpeg on the PATH: whole processes are not compared")


def kernels(luma: list[Image]) -> Table:
    """Compare the mean/σ pass on 1080p luma with OpenCV's models on the same frames."""
    table = _table("1920×1080 luma, one thread", "ms", "ratio to the pass")
    mean_sigma = MeanSigmaPass(luma[0])
    model = Gaussian()
    frames = [Planes(Plane(image, image.shape[1])) for image in luma]
    mog2 = cv2.createBackgroundSubtractorMOG2(detectShadows=False)
    knn = cv2.createBackgroundSubtractorKNN(detectShadows=False)
    cnt = cv2.bgsegm.createBackgroundSubtractorCNT()
    timed: dict[str, Timed] = {
        "mean/σ pass: judge and learn": lambda i: mean_sigma(luma[i]),
        "the whole default model": lambda i: model.apply(frames[i], elapsed_s=0.04, pace=1.0),
        "MOG2 (detectShadows=False)": lambda i: mog2.apply(luma[i], learningRate=0.01),
        "KNN (detectShadows=False)": lambda i: knn.apply(luma[i], learningRate=0.01),
        "CNT": lambda i: cnt.apply(luma[i]),
    }
    _fill(table, timed, len(luma))
    return table


class MeanSigmaPass:
    """The fused kernel alone, on luma whose background has been known for a while."""

    def __init__(self, first: Image) -> None:
        height, width = first.shape
        most, floor, k_squared = 16.0, 64.0, 6.25
        self._mean = first[None].astype(np.float32)
        self._variance = np.full((height, width), floor, np.float32)
        self._credit = np.full((height, width), most, np.float32)
        self._others = np.zeros((height, width, others_length(1)), np.float32)
        self._rows = np.zeros(height, np.uint8), np.zeros(height, np.uint8)
        self._score = np.zeros((height, width), np.uint8)
        self._moving = np.zeros((height, width), np.uint8)
        self._scratch = np.empty((3, width), np.float32)
        self._light = np.ones(1, np.float32), np.empty((0, width), np.float32)
        rest = [k_squared, 0.36 * k_squared, 1.0, 0.04, 0.24, 0.12, 0.5, 0.45, 0.0, 0.04]
        constants = [0.02, 0.04, most, 1 / k_squared, floor, 0.5, *rest]
        self._constants = np.array(constants, np.float32)

    def __call__(self, luma: Image) -> int:
        """Judge a frame, then learn from it."""
        state = self._mean, self._variance, self._credit, self._others, *self._rows
        out = self._score, self._moving, self._scratch, self._constants
        return judge_and_learn(luma, luma, luma, *self._light, *state, *out, 0)  # type: ignore[no-any-return]


def stages() -> Table:
    """Show what each stage of a frame costs at 1920×1080, analysed at 480×270."""
    table = _table("a 1080p frame's stages, three planes, one thread", "ms", "ratio to the model")
    film = list(_planes_of("walker.mp4", (480, 270)))
    large = _noise_planes((1920, 1080))
    shrink = Shrinker((1920, 1080), 4)
    model, mog2 = Gaussian(), cv2.createBackgroundSubtractorMOG2()
    settings = AnalysisSettings()
    area = WatchedArea(settings, (480, 270), (480, 270), 1)
    cleanup, both = Cleanup(settings, area, 1), Gaussian()
    stacked = [np.dstack([p.view for p in (f.luma, *(f.chroma or ()))]) for f in film]
    scores = [model.apply(f, elapsed_s=0.04, pace=1.0).score.copy() for f in film]
    masks = [cleanup(score)[0] for score in scores]

    def model_and_cleanup(i: int) -> None:
        before = masks[i - 1] if i else None
        cleanup(both.apply(film[i], elapsed_s=0.04, pace=1.0, previous=before).score)

    timed: dict[str, Timed] = {
        "model at 480×270": lambda i: model.apply(
            film[i], elapsed_s=0.04, pace=1.0, previous=masks[i - 1] if i else None
        ),
        "cleanup and blobs": lambda i: cleanup(scores[i]),
        "model and cleanup": model_and_cleanup,
        "MOG2 on the same planes": lambda i: mog2.apply(stacked[i], learningRate=0.01),
        "shrinking 1080p 4:2:0": lambda _: shrink(large),
    }
    _fill(table, timed, len(film))
    return table


def whole_process(film: Path, runs: int, folder: Path) -> Table:
    """Compare a whole scan with decoding alone."""
    scan = [
        sys.executable, "-m", "motionlapse", "scan", str(film), "--snapshots", "none", "--quiet",
        "--out", str(folder / "archive"),
    ]  # fmt: skip
    decode = ["ffmpeg", "-v", "error", "-i", str(film), "-f", "null", "-"]
    figures: dict[str, list[tuple[float, float, float]]] = {"scan": [], "ffmpeg -f null": []}
    for run in range(runs + 1):
        for name, command in (("scan", scan), ("ffmpeg -f null", decode)):
            figure = _run(command)
            if run:  # the first fills the caches
                figures[name].append(figure)
    table = Table(title=f"whole processes, median of {runs} in turn")
    for column in ("", "wall s", "CPU s", "peak MiB"):
        table.add_column(column, justify="right" if column else "left")
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in figures.items()
    }
    for name, (wall, cpu, peak) in medians.items():
        table.add_row(name, f"{wall:.2f}", f"{cpu:.2f}", f"{peak:.0f}")
    pairs = list(zip(figures["scan"], figures["ffmpeg -f null"], strict=True))
    ratios = [statistics.median(a[k] / b[k] for a, b in pairs) for k in range(3)]
    table.add_row("ratio", *(f"{ratio:.2f}" for ratio in ratios))
    return table


def make_film(path: Path, seconds: int) -> Path:
    """Make a 1080p H.264 film with noise from the walker fixture, played as often as needed."""
    rng = np.random.default_rng(2)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "veryfast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        grain = [rng.integers(-5, 6, (1080, 1920, 1), np.int16) for _ in range(5)]
        for number, picture in enumerate(_looped(FIXTURES / "walker.mp4", seconds * 25)):
            large = cv2.resize(picture, (1920, 1080), interpolation=cv2.INTER_CUBIC)
            noisy = np.clip(large + grain[number % 5], 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(noisy, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def load_luma(film: Path, count: int) -> list[Image]:
    """Return the first frames' luma, each an array of its own."""
    frames = []
    with av.open(str(film)) as container:
        for frame in container.decode(video=0):
            plane = frame.planes[0]
            rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
            frames.append(np.ascontiguousarray(rows[: plane.height, : plane.width]))
            if len(frames) == count:
                break
    return frames


def _looped(film: Path, count: int) -> list[Image]:
    with av.open(str(film)) as container:
        pictures = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    return [pictures[number % len(pictures)] for number in range(count)]


def _planes_of(fixture: str, size: tuple[int, int]) -> Iterator[Planes]:
    """Yield a fixture's frames in which somebody walks, as planes of one size."""
    with Recording(FIXTURES / fixture, SourceSettings(start=2, duration=6)) as source:
        for frame in source:
            parts = [frame.planes.luma, *(frame.planes.chroma or ())]
            luma, blue, red = (cv2.resize(part.view, size) for part in parts)
            yield Planes(Plane(luma, size[0]), (Plane(blue, size[0]), Plane(red, size[0])))


def _noise_planes(size: tuple[int, int]) -> Planes:
    rng = np.random.default_rng(1)
    width, height = size

    def plane(w: int, h: int) -> Plane:
        return Plane(rng.normal(128, 3, (h, w)).clip(0, 255).astype(np.uint8), w)

    return Planes(plane(width, height), (plane(width // 2, height // 2),) * 2)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title)
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _fill(table: Table, timed: dict[str, Timed], frames: int, rounds: int = 5) -> None:
    """Time each in turn, round by round; the first round warms up."""
    spent: dict[str, list[float]] = {name: [] for name in timed}
    for current in range(rounds + 1):
        for name, step in timed.items():
            for frame in range(frames):
                begin = time.perf_counter()
                step(frame)
                if current:
                    spent[name].append(time.perf_counter() - begin)
    first: float | None = None
    for name, values in spent.items():
        median_ms = statistics.median(values) * 1000
        first = first or median_ms
        table.add_row(name, f"{median_ms:.3f}", f"{median_ms / first:.1f}")


# A process inherits the peak of the one that starts it, so a small one stands between.
_LAUNCHER = """
import resource, subprocess, sys, time
begin = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
wall = time.perf_counter() - begin
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""


def _run(command: list[str]) -> tuple[float, float, float]:
    """Run a command; return wall seconds, CPU seconds and peak MiB."""
    launch = [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command]
    answer = subprocess.run(launch, check=True, capture_output=True, text=True).stdout.split()
    if answer[0] != "0":
        raise SystemExit(f"{command[0]} ended with {answer[0]}")
    wall_s, cpu_s, peak_mib = map(float, answer[1:])
    return wall_s, cpu_s, peak_mib


if __name__ == "__main__":
    main()
