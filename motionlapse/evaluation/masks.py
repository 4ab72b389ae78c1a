"""Running background models side by side, and scoring their masks against ground truth."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.background import MODELS
from motionlapse.decision.decider import Decider
from motionlapse.errors import ConfigError, MotionlapseError, SourceError
from motionlapse.evaluation.counts import Counts, Flags, count_pixels
from motionlapse.evaluation.labels import Labels, read_labels, read_region
from motionlapse.evaluation.sequences import LabelledSequence
from motionlapse.evaluation.worst import Gallery
from motionlapse.frames import Frame, Plane, Planes
from motionlapse.opening import Opening
from motionlapse.pipeline_settings import Settings
from motionlapse.processor import one_thread
from motionlapse.sources.settings import SourceSettings
from motionlapse.sources.stills import Stills
from motionlapse.types import Analysis

DEFAULT_FPS = 25.0
"""Frame rate in 1/s. Sequences of this layout do not state theirs; most were filmed at this one."""
# Models take turns after this many frames, so that a model finds its own data in the caches, as in
# a scan, which runs one model. With turns of one frame, four other models cost a fifth of its
# speed.
_TURN = 16


class Listener(Protocol):
    """Receives the progress of an evaluation."""

    def begin(self, name: str, frames: int | None, number: int, total: int) -> None:
        """The source `name`, `number` (from 1) of `total`, begins."""

    def frame(self) -> None:
        """A frame has been done."""

    def warning(self, text: str) -> None:
        """Something that a person should know."""

    def failed(self, error: MotionlapseError) -> None:
        """Something could not be read, or only in part; the evaluation continues."""


@dataclass(frozen=True, slots=True)
class MaskScore:
    """The score of one model on one sequence.

    Attributes
    ----------
    frames
        How many it saw.
    labelled
        Number of frames that were scored.
    counts
        Pixel counts pooled over the scored frames.
    model_s
        Processor time in seconds of the model and its cleanup, over all frames.
    """

    sequence: str
    model: str
    frames: int
    labelled: int
    counts: Counts
    model_s: float


def evaluate_masks(
    sequences: Sequence[LabelledSequence],
    models: Sequence[str],
    settings: Settings,
    listener: Listener,
    gallery: Gallery | None = None,
) -> Iterator[list[MaskScore]]:
    """Yield the scores of all models on one sequence after another.

    Each frame is decoded once and given to every model; models take turns after some frames. Every
    frame is analysed, whatever the settings say about speed. Models learn at the pace that
    decisions ask for, as in a scan.

    Parameters
    ----------
    models
        Names from `motionlapse.background.MODELS`.
    gallery
        Remembers the worst frames.
    """
    with one_thread():
        for number, sequence in enumerate(sequences, 1):
            listener.begin(sequence.name, len(sequence.pictures), number, len(sequences))
            try:
                yield _evaluate_one(sequence, models, settings, listener, gallery)
            except (SourceError, ConfigError) as error:
                listener.failed(error)


def _evaluate_one(
    sequence: LabelledSequence,
    models: Sequence[str],
    settings: Settings,
    listener: Listener,
    gallery: Gallery | None,
) -> list[MaskScore]:
    rate = SourceSettings(fps=settings.sources.fps or DEFAULT_FPS)
    runs = [_ModelRun(name, settings) for name in models]
    faults: list[str] = []
    strange: list[str] = []
    frames = labelled = 0
    with Stills(sequence.pictures, rate, name=sequence.name) as source:
        for run in runs:
            run.begin(source)
        region = _region(sequence, (source.info.width, source.info.height), listener)
        for turn in _turns(source):
            masks = [[run.step(frame).source_mask() for frame in turn] for run in runs]
            for frame, *of_models in zip(turn, *masks, strict=True):
                frames += 1
                labels = _labels(sequence, frame, region, faults, strange)
                if labels is not None:
                    labelled += 1
                    for run, mask in zip(runs, of_models, strict=True):
                        counts = count_pixels(mask, labels.moving, labels.still)
                        run.counts += counts
                        if gallery is not None:
                            gallery.add(sequence, run.name, frame.index, frame.number, counts, mask)
                listener.frame()
        for fault in source.faults:
            faults.append(fault.text) if fault.lost else listener.warning(fault.text)
    if labelled and runs[0].counts == Counts():
        faults.append(
            f"{sequence.name}: nothing to score: no pixel of its {labelled} ground-truth "
            "pictures is labelled as moving or still (within ROI.bmp)"
        )
    _tell(listener, strange, faults)
    return [
        MaskScore(sequence.name, run.name, frames, labelled, run.counts, run.model_s)
        for run in runs
    ]


def _tell(listener: Listener, strange: list[str], faults: list[str]) -> None:
    """Report the first warning of each kind, with the number of further ones."""
    for texts, tell in (
        (strange, listener.warning),
        (faults, lambda text: listener.failed(SourceError(text))),
    ):
        if texts:
            more = f" (and {len(texts) - 1} more like it)" if len(texts) > 1 else ""
            tell(f"{texts[0]}{more}")


def _turns(frames: Iterable[Frame]) -> Iterator[list[Frame]]:
    """Yield frames in groups, one group for each turn of a model."""
    rest = iter(frames)
    while turn := list(islice(rest, _TURN)):
        yield turn


class _ModelRun:
    """One model on one sequence, with everything that a scan puts around it.

    Parameters
    ----------
    name
        Of the model.
    settings
        For the model, the analysis and the decision.
    """

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self.counts = Counts()
        self.model_s = 0.0
        self._settings = settings
        self._analyzer: Analyzer | None = None
        self._decider = Decider(settings.decision)
        self._pace = 1.0

    def begin(self, source: Stills) -> None:
        """Learn from the first pictures, as a scan does."""
        size = (source.info.width, source.info.height)
        analyzer = self._make(size)
        # Read beforehand, so that decoding is not timed.
        opening = list(Opening(analyzer.opening_s).chosen(source.opening()))
        self._rehearse(opening[0])
        self._analyzer = analyzer
        before_s = time.thread_time()
        analyzer.prime(opening)
        self.model_s += time.thread_time() - before_s

    def step(self, frame: Frame) -> Analysis:
        """Judge the next frame."""
        if self._analyzer is None or not self._analyzer.fits(frame):
            self._analyzer = self._make(frame.planes.size)
        frame = self._analyzer.prepared(frame)
        # Processor time of this thread only: decoding ahead and other programs do not count.
        before_s = time.thread_time()
        segmented = self._analyzer.segment(frame, self._pace)
        self.model_s += time.thread_time() - before_s
        analysis = self._analyzer.conclude(segmented)
        self._pace = self._decider.step(
            frame.time, frame.index, analysis.score, ready=analysis.ready
        ).pace
        return analysis

    def _make(self, size: tuple[int, int]) -> Analyzer:
        model = MODELS[self.name].make(getattr(self._settings.background, self.name))
        return Analyzer(size, model, self._settings.analysis, enter=self._settings.decision.enter)

    def _rehearse(self, frame: Frame) -> None:
        """Have everything compiled that a frame with foreground needs, and forget the frames."""
        analyzer = self._make(frame.planes.size)
        analyzer.step(frame)
        planes = _upside_down(frame.planes)
        upside_down = replace(frame, time=frame.time + 0.04, to_planes=lambda: planes)
        analyzer.step(upside_down)


def _upside_down(planes: Planes) -> Planes:
    def turn(plane: Plane) -> Plane:
        return Plane(plane.buffer[::-1].copy(), plane.width)

    chroma = planes.chroma
    return Planes(turn(planes.luma), chroma and (turn(chroma[0]), turn(chroma[1])))


def _region(sequence: LabelledSequence, size: tuple[int, int], listener: Listener) -> Flags | None:
    """Return the region of ROI.bmp; None for the whole picture, also if its size does not fit."""
    region = read_region(sequence.region, size)
    if region is None and sequence.region is not None:
        listener.warning(
            f"{sequence.region}: is not {size[0]}×{size[1]} like the pictures, so it is ignored "
            "and the whole picture is scored"
        )
    return region


def _labels(
    sequence: LabelledSequence,
    frame: Frame,
    region: Flags | None,
    faults: list[str],
    strange: list[str],
) -> Labels | None:
    """Return the ground truth of a frame; None if there is none, or none that is usable."""
    path = sequence.truths.get(frame.number)
    if path is None:
        return None
    if region is not None and region.shape != frame.planes.luma.view.shape:
        region = None  # the picture size changes within the sequence
    try:
        labels = read_labels(path, frame.planes.size, region)
    except SourceError as error:
        faults.append(str(error))
        return None
    if labels.strange is not None:
        strange.append(
            f"{path}: pixels with the grey value {labels.strange} are not scored; labels are 0 "
            "background, 50 shadow, 85 outside, 170 unknown, 255 moving"
        )
    return labels
