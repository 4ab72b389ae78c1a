"""What the stages of a frame cost, and background models beside one another."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.films import load_luma, walking_planes
from benchmarks.mean_sigma import MeanSigmaPass
from benchmarks.tables import Figures
from motionlapse.analysis.analyzer import Analyzer
from motionlapse.analysis.areas import WatchedArea
from motionlapse.analysis.cleanup import Cleanup
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.background.gaussian import Gaussian
from motionlapse.batch.parts import analyzer_maker
from motionlapse.clock import SystemClock
from motionlapse.decision.decider import Decider
from motionlapse.frames import Plane, Planes
from motionlapse.pipeline import run
from motionlapse.pipeline_settings import Settings
from motionlapse.sinks.archive import ArchiveSink
from motionlapse.sinks.archive_store import ArchiveStore
from motionlapse.sinks.chosen import chosen_sinks
from motionlapse.sources.recording import Recording

Timed = Callable[[int], object]
SIZE = (480, 270)


def models(film: Path, *, quick: bool) -> Figures:
    """Compare the default model with OpenCV's on the same frames."""
    luma = load_luma(film, 4 if quick else 24)
    height, width = luma[0].shape
    table = Figures(f"models on luma of {width}×{height}, one thread", ("ms", "times the default"))
    model, alone = Gaussian(), MeanSigmaPass(luma[0])
    frames = [Planes(Plane(image, image.shape[1])) for image in luma]
    mog2 = cv2.createBackgroundSubtractorMOG2(detectShadows=False)
    knn = cv2.createBackgroundSubtractorKNN(detectShadows=False)
    cnt = cv2.bgsegm.createBackgroundSubtractorCNT()
    timed: dict[str, Timed] = {
        "gaussian (the default)": lambda i: model.apply(frames[i], elapsed_s=0.04, pace=1.0),
        "judge and learn alone": lambda i: alone(luma[i]),
        "MOG2": lambda i: mog2.apply(luma[i], learningRate=0.01),
        "KNN": lambda i: knn.apply(luma[i], learningRate=0.01),
        "CNT": lambda i: cnt.apply(luma[i]),
    }
    fill(table, timed, len(luma), rounds=1 if quick else 5)
    return table


def model_and_cleanup(*, quick: bool) -> Figures:
    """Compare model and cleanup on three planes with MOG2 alone on the same planes."""
    name = f"three planes of {SIZE[0]}×{SIZE[1]}, somebody walking, one thread"
    table = Figures(name, ("ms", "times model and cleanup"))
    film = list(walking_planes(SIZE, 0.4 if quick else 3.5))
    model, both = Gaussian(), Gaussian()
    mog2 = cv2.createBackgroundSubtractorMOG2()
    cleanup = Cleanup(AnalysisSettings(), WatchedArea(AnalysisSettings(), SIZE, SIZE, 1), 1)
    stacked = [np.dstack([p.view for p in (f.luma, *(f.chroma or ()))]) for f in film]
    scores = [model.apply(f, elapsed_s=0.04, pace=1.0).score.copy() for f in film]
    masks = [cleanup(score)[0] for score in scores]

    def in_one(i: int) -> None:
        before = masks[i - 1] if i else None
        cleanup(both.apply(film[i], elapsed_s=0.04, pace=1.0, previous=before).score)

    timed: dict[str, Timed] = {
        "model and cleanup": in_one,
        "the model": lambda i: model.apply(
            film[i], elapsed_s=0.04, pace=1.0, previous=masks[i - 1] if i else None
        ),
        "cleanup and blobs": lambda i: cleanup(scores[i]),
        "MOG2": lambda i: mog2.apply(stacked[i], learningRate=0.01),
    }
    fill(table, timed, len(film), rounds=1 if quick else 5)
    return table


def fill(table: Figures, timed: dict[str, Timed], frames: int, rounds: int) -> None:
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
        table.add(name, median_ms, median_ms / first)


class Watch:
    """Adds up the processor time that one thread spends in wrapped callables."""

    def __init__(self) -> None:
        self.spent_s: dict[str, float] = {}

    def around(self, name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        """Return something that does the same and is timed."""
        self.spent_s.setdefault(name, 0.0)
        return _Timed(self.spent_s, name, step)


class _Timed:
    """A callable, timed; everything else about it as it is."""

    def __init__(self, spent_s: dict[str, float], name: str, step: Callable[..., Any]) -> None:
        self._spent_s, self._name, self._step = spent_s, name, step

    def __call__(self, *args: Any, **named: Any) -> Any:
        begin = time.thread_time()
        try:
            return self._step(*args, **named)
        finally:
            self._spent_s[self._name] += time.thread_time() - begin

    def __getattr__(self, name: str) -> Any:
        return getattr(self._step, name)


def stages(film: Path, folder: Path) -> Figures:
    """Scan a film with every stage timed: processor time, in the thread of the loop or outside."""
    settings, watch = Settings(), Watch()
    make = analyzer_maker(settings)

    def make_analyzer(size: tuple[int, int]) -> Analyzer:
        analyzer = make(size)
        parts: Any = analyzer
        parts._shrink = watch.around("prepare", parts._shrink)
        parts._model.apply = watch.around("model", parts._model.apply)
        parts._cleanup = watch.around("cleanup", parts._cleanup)
        parts._score = watch.around("score", parts._score)
        return analyzer

    cv2.setNumThreads(1)
    _load_kernels(film, make)
    begin_s, loop_s = time.process_time(), time.thread_time()
    with Recording(film) as source, closing(ArchiveStore(folder / "stages")) as store:
        stored = store.begin_run(source.info, film, {}, SystemClock().now())
        archive = ArchiveSink(store, stored, film, None, lambda _: None)
        chosen = chosen_sinks(
            settings.sinks,
            source.info,
            stored.folder,
            many=False,
            live=False,
            exit_ratio=settings.decision.exit_ratio,
            keep=archive.keep,
        )
        decider: Any = Decider(settings.decision, archive.next_number)
        decider.step = watch.around("decide", decider.step)
        sinks: list[Any] = [*chosen, archive]
        for sink in sinks:
            sink.write = watch.around("sinks", sink.write)
        outcome = run(source, make_analyzer, decider, sinks)
    in_loop_s = time.thread_time() - loop_s
    spent = {"decode": time.process_time() - begin_s - in_loop_s, **watch.spent_s}
    spent["the rest of the loop"] = in_loop_s - sum(watch.spent_s.values())
    table = Figures(f"stages of a scan, {film.name}", ("CPU ms a frame", "share"))
    total_s = sum(spent.values())
    for name, value_s in spent.items():
        table.add(name, 1000 * value_s / outcome.frames, value_s / total_s)
    return table


def _load_kernels(film: Path, make: Callable[[tuple[int, int]], Analyzer]) -> None:
    """Analyse a few frames, so that loading what is compiled is not timed."""
    with Recording(film) as source:
        analyzer = make((source.info.width, source.info.height))
        for frame in islice(source, 3):
            analyzer.step(frame)
