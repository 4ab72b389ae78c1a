"""Watching a scene with several noise floors at once, and with the requested measures."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.background.gaussian import Gaussian
from motionlapse.background.gaussian_settings import GaussianSettings
from motionlapse.calibration.noise import NoiseMeter
from motionlapse.comparison.last_kept import quiet_limit, value_at
from motionlapse.comparison.preparation import Preparation
from motionlapse.decision.decider import Decider
from motionlapse.decision.gaps import with_breaks
from motionlapse.decision.settings import DecisionSettings
from motionlapse.errors import ConfigError, SourceError
from motionlapse.frames import Frame, Image, Interruption, Source
from motionlapse.measures import MeasureEntry
from motionlapse.pipeline_settings import Settings

FACTORS = (0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
"""Noise floors to try, as multiples of the default."""

_LEARNING_S = 2.0  # live frames cannot be read twice, so the first ones only teach the background
_PAIR_S = 1.0
_MOST_PAIRS = 200


@dataclass(slots=True)
class MeasureSpread:
    """Values of one measure for frames a second apart between which nothing changed.

    Attributes
    ----------
    entry
        The measure.
    values
        One value per pair.
    """

    entry: MeasureEntry
    values: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        """Return the quantile of the values, ordered by distance from `identical`."""
        ordered = sorted(self.values, key=self.entry.distance)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def threshold(self) -> float:
        """Return a value that quiet pairs do not reach, beyond median + 8 σ and the farthest."""
        distances = [self.entry.distance(value) for value in self.values]
        limit = max(
            quiet_limit(distances, quiet=1.0),
            1.5 * max(distances),
            self.entry.distance(self.entry.some) / 2,
        )
        return value_at(self.entry, min(limit, self.entry.distance(self.entry.worst)))


@dataclass(slots=True)
class Watched:
    """What was observed of a scene.

    Attributes
    ----------
    size
        (width, height) of the pictures.
    times_s
        Media time of each frame after the background was learned.
    judged_s
        The same times with gaps removed, so that differences are watched time.
    brightness
        Mean luma of each frame.
    moving
        Multiple of the default noise floor → moving share of each frame.
    noise
        Noise of the pixels at the analysis size.
    measures
        One per requested measure.
    floor
        The default noise floor.
    decision
        Says what an event is, for the thresholds that are to go with it.
    """

    size: tuple[int, int]
    floor: float
    decision: DecisionSettings = field(default_factory=DecisionSettings)
    times_s: list[float] = field(default_factory=list)
    judged_s: list[float] = field(default_factory=list)
    brightness: list[float] = field(default_factory=list)
    moving: dict[float, list[float]] = field(default_factory=dict)
    noise: NoiseMeter = field(default_factory=NoiseMeter)
    measures: list[MeasureSpread] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long was scored."""
        return self.judged_s[-1] - self.judged_s[0] if len(self.judged_s) > 1 else 0.0


def watch_scene(
    source: Source,
    settings: Settings,
    measures: Sequence[MeasureEntry],
    on_frame: Callable[[Frame], None] = lambda _frame: None,
    *,
    most_s: float = float("inf"),
) -> Watched:
    """Watch a scene to its end.

    Parameters
    ----------
    source
        Open.
    settings
        ``analysis`` says what is watched, ``decision`` what an event is; ``measures`` how pictures
        are prepared.
    measures
        The measures whose spread is wanted.
    on_frame
        Called with each frame.
    most_s
        Stop after this many seconds of media time.

    Raises
    ------
    SourceError
        If the picture size changes, or there are too few frames.
    """
    observer: _Observer | None = None
    begin_s = last_s = 0.0
    learning_s = _LEARNING_S if source.opening() is None else 0.0
    for frame in with_breaks(source):
        if isinstance(frame, Interruption):
            if observer is not None:
                observer.interrupt(frame)
            continue
        if observer is None:
            observer, begin_s = _Observer(frame, settings, measures), frame.time
            observer.prime(source)
        if frame.time - begin_s > most_s:
            break
        if not observer.fits(frame):
            raise SourceError(f"{source.info.name}: the picture size changes")
        observer.see(frame, learning=frame.time - begin_s < learning_s)
        last_s = frame.time
        on_frame(frame)
    taught_s = learning_s or settings.opening_s
    # Frames that taught the background are no test of it, and motion shorter than an event is none.
    least_s = taught_s + settings.decision.min_event
    if observer is None or len(observer.watched.times_s) < 3 or last_s - begin_s < least_s:
        raise SourceError(
            f"{source.info.name}: too short: {last_s - begin_s:.1f} s, and the first "
            f"{taught_s:g} s only teach the background; watch for a minute or more"
        )
    return observer.watched


class _Observer:
    """One analyzer for each noise floor, all on the same frames."""

    def __init__(self, frame: Frame, settings: Settings, measures: Sequence[MeasureEntry]) -> None:
        usual = GaussianSettings()
        size = frame.planes.size
        own = settings.background.of_model()
        if not isinstance(own, GaussianSettings):
            raise ConfigError("calibrate works only with the background model gaussian")
        self._analyzers = {
            factor: Analyzer(
                size,
                Gaussian(own.model_copy(update={"noise_floor": usual.noise_floor * factor})),
                settings.analysis,
                enter=settings.decision.enter,
            )
            for factor in FACTORS
        }
        self._deciders = {factor: Decider(settings.decision) for factor in FACTORS}
        self._light_counts = settings.decision.light_events
        self._paces = dict.fromkeys(FACTORS, 1.0)
        self.watched = Watched(size, usual.noise_floor, settings.decision)
        self.watched.moving = {factor: [] for factor in FACTORS}
        self.watched.measures = [MeasureSpread(entry) for entry in measures]
        self._preparation = Preparation(settings.measures, settings.analysis)
        self._pair: tuple[float, Image] | None = None
        self._seen_s: float | None = None  # None before the first and after a gap
        self._judged_s = 0.0

    def prime(self, source: Source) -> None:
        """Learn from the first frames, as a scan does."""
        for analyzer in self._analyzers.values():
            opening = source.opening()
            if opening is not None:
                analyzer.prime(opening)

    def fits(self, frame: Frame) -> bool:
        return all(analyzer.fits(frame) for analyzer in self._analyzers.values())

    def interrupt(self, item: Interruption) -> None:
        """Note a gap: nothing was watched in it, and the frame after it stands for no time."""
        self._seen_s = self._pair = None
        for factor, decider in self._deciders.items():
            self._paces[factor] = decider.interrupt(item.reason, settle_s=item.settle_s).pace

    def see(self, frame: Frame, *, learning: bool) -> None:
        watched = self.watched
        self._judged_s += 0.0 if self._seen_s is None else frame.time - self._seen_s
        self._seen_s = frame.time
        scale = self._analyzers[1.0].scale
        luma = frame.planes.luma.view
        watched.noise.add(_thinned(luma, scale))
        for factor, analyzer in self._analyzers.items():
            analysis = analyzer.step(frame, self._paces[factor])
            score = analysis.score
            decision = self._deciders[factor].step(
                frame.time, frame.index, score, ready=analysis.ready
            )
            self._paces[factor] = decision.pace
            if not learning:
                counts = self._light_counts or not score.light
                watched.moving[factor].append(score.moving if counts else 0.0)
        if not learning:
            watched.times_s.append(frame.time)
            watched.judged_s.append(self._judged_s)
            watched.brightness.append(float(luma[::2, ::2].mean()))
        if watched.measures:
            self._measure(frame)

    def _measure(self, frame: Frame) -> None:
        spreads = self.watched.measures
        if self._pair is not None and frame.time - self._pair[0] < _PAIR_S:
            return
        if len(spreads[0].values) >= _MOST_PAIRS:
            return
        picture = frame.bgr().copy()
        if self._pair is not None:
            alone = self._preparation.alone
            pair = self._preparation.together(alone(self._pair[1]), alone(picture))
            for spread in spreads:
                spread.values.append(spread.entry(pair.before, pair.after).value)
        self._pair = frame.time, picture


def _thinned(luma: Image, scale: int) -> Image:
    """Return luma averaged down to the analysis size, with the noise that the detector sees."""
    if scale == 1:
        return luma
    height, width = (side // scale for side in luma.shape)
    blocks = luma[: height * scale, : width * scale].reshape(height, scale, width, scale)
    means: Image = np.rint(blocks.mean(axis=(1, 3), dtype=np.float32)).astype(np.uint8)
    return means


def spread_of(values: Sequence[float]) -> tuple[float, float, float]:
    """Return median, 95th percentile and maximum."""
    ordered = sorted(values)
    return (
        statistics.median(ordered),
        ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))],
        ordered[-1],
    )
