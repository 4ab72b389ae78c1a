"""A time-lapse in which a measure decides what differs, instead of the background model."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.analysis.segmented import Segmented
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.comparison.last_kept import (
    LastKept,
    Verdict,
    automatic_limit,
    neighbour_distances,
    quiet_noise,
    value_at,
)
from motionlapse.comparison.preparation import Preparation
from motionlapse.frames import Frame, Image
from motionlapse.measures import MEASURES
from motionlapse.measures.settings import MeasureSettings
from motionlapse.types import Analysis, BackgroundModel

# Neighbours that a threshold is learned from; with fewer than the least the catalogue's counts.
_REMEMBERED, _LEAST_REMEMBERED = 300, 20


class Measuring:
    """Compares what is looked at with the last picture that was kept.

    It lives as long as a run, while analyzers come and go with each picture that is kept.

    Parameters
    ----------
    chosen
        The measure, its threshold, and what is done to pictures first. With ``auto`` the threshold
        is what the measure's catalogue reads as some change, until twenty neighbours are known;
        from then on what the last three hundred teach: see `automatic_limit`.
    area
        What is watched.
    factor
        Returns what the threshold is multiplied by, as it is now.

    Attributes
    ----------
    criterion
        What a picture is kept by, in words, as of the last look: ``ssim ≤ 0.9``.
    """

    def __init__(
        self, chosen: MeasureSettings, area: AnalysisSettings, factor: Callable[[], float]
    ) -> None:
        self._entry = MEASURES[chosen.measure]
        self._chosen = chosen.threshold
        self._preparation = Preparation(chosen, area)
        self._resized = chosen.resize is not None
        self._factor = factor
        self._last: LastKept | None = None
        self._size: tuple[int, int] | None = None
        self._index = -1
        self._before: Image | None = None
        self._steps: deque[float] = deque(maxlen=_REMEMBERED)
        self.criterion = self._words(self._threshold())

    def judge(self, frame: Frame) -> Verdict:
        """Judge a frame; the same one again is like itself.

        Raises
        ------
        ConfigError
            If what is watched leaves nothing of the prepared picture.
        """
        size, same_frame = frame.planes.size, frame.index == self._index
        other_size = self._size not in (None, size) and not self._resized
        first = self._size is None
        self._size, self._index = size, frame.index
        if same_frame and self._last is not None:
            return Verdict(
                False, None, self._last.threshold, f"{self._entry.name}: the last one kept"
            )
        picture = frame.bgr()
        if other_size:
            self._last = self._before = None
        if self._last is None:
            self._last = LastKept(self._entry, self._threshold(), self._preparation)
            verdict = self._last.judge(picture)
            # The first of all differs from nothing; the watch keeps it all the same.
            times = 0.0 if first else 1.0
            verdict = replace(verdict, times=times, reason="different picture size")
        else:
            self._learn(picture)
            self._last.threshold, self._last.noise = self._threshold(), quiet_noise(self._steps)
            verdict = self._last.judge(picture)
        self._before = picture
        self.criterion = self._words(verdict.threshold)
        return verdict

    def _threshold(self) -> float:
        """Return the value from which a picture differs now."""
        entry = self._entry
        if self._chosen != "auto":
            limit = entry.distance(float(self._chosen))
        elif len(self._steps) < _LEAST_REMEMBERED:
            limit = entry.distance(entry.some)
        else:
            limit = automatic_limit(entry, self._steps)
        return value_at(entry, limit * self._factor())

    def _words(self, threshold: float) -> str:
        return f"{self._entry.name} {'≥' if self._entry.grows else '≤'} {threshold:.4g}"

    def _learn(self, picture: Image) -> None:
        """Remember how far a picture is from the one looked at before."""
        if self._before is not None:
            pair = self._before, picture
            self._steps += neighbour_distances(self._entry, [pair], self._preparation)


class MeasuredAnalyzer(Analyzer):
    """Sees what an analyzer sees, but its score is what a measure says.

    Parameters
    ----------
    size, model, settings, enter
        As `Analyzer`; what they find is shown and decides nothing.
    measuring
        Who decides.
    """

    def __init__(
        self,
        size: tuple[int, int],
        model: BackgroundModel,
        settings: AnalysisSettings,
        *,
        enter: float,
        measuring: Measuring,
    ) -> None:
        super().__init__(size, model, settings, enter=enter)
        self._measuring = measuring

    def conclude(self, segmented: Segmented) -> Analysis:
        """Conclude a frame; see `Analyzer.conclude`."""
        analysis = super().conclude(segmented)
        verdict = self._measuring.judge(segmented.frame)
        score = replace(analysis.score, value=verdict.times, light=False, measured=verdict.reason)
        return replace(analysis, score=score, ready=True)
