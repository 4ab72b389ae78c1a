"""The analyzers and the decider of a watch, as its settings and the dashboard's keys ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.analysis.segmented import Segmented
from motionlapse.background import MODELS
from motionlapse.decision.decider import Decider
from motionlapse.decision.lapse import LapseDecider
from motionlapse.decision.machine import EventMachine
from motionlapse.measures.settings import RUNNING_MODEL
from motionlapse.pipeline_settings import Settings
from motionlapse.types import Analysis
from motionlapse.watch.controls import Controls
from motionlapse.watch.measured import MeasuredAnalyzer, Measuring


class LapseAnalyzer(Analyzer):
    """An analyzer whose score counts what stands still as much as what moves.

    Pictures of a time-lapse are too far apart to distinguish the two: what was put down since the
    last kept picture is as new as what walks by.

    Attributes
    ----------
    unlike
        Why the next picture is to be kept whatever it shows, or ``""``.
    """

    unlike = ""

    def conclude(self, segmented: Segmented) -> Analysis:
        """Conclude a frame; see `Analyzer.conclude`."""
        analysis = super().conclude(segmented)
        score = replace(analysis.score, value=analysis.score.fraction / self.enter)
        if self.unlike:
            score = replace(score, value=1.0, measured=self.unlike)
            analysis = replace(analysis, ready=True)
        self.unlike = ""
        return replace(analysis, score=score)


class Judging:
    """Makes the analyzers and the decider of one run.

    Parameters
    ----------
    settings
        ``measures.measure`` says what judges a time-lapse: the background model or a measure.
    controls
        Has the factor by which keys have changed the threshold.
    """

    def __init__(self, settings: Settings, controls: Controls) -> None:
        self._settings = settings
        self._controls = controls
        # After an upgrade it may have to be compiled: better now than while pictures wait.
        MODELS[settings.background.model].load()
        self._analyzer: Analyzer | None = None
        self._measuring: Measuring | None = None
        chosen = settings.measures
        if settings.decision.lapse.every is not None and chosen.measure != RUNNING_MODEL:
            self._measuring = Measuring(chosen, settings.analysis, lambda: controls.threshold)

    @property
    def enter(self) -> float:
        """The share of the watched area that opens an event at present."""
        return self._settings.decision.enter * self._controls.threshold

    @property
    def opens_at(self) -> str:
        """What opens an event at present, in words."""
        if self._measuring is None:
            return f"{self.enter:.3%} of the watched area"
        return f"{self._measuring.criterion} against the last one kept"

    def make_analyzer(self, size: tuple[int, int]) -> Analyzer:
        """Return a new analyzer for pictures of (width, height).

        Raises
        ------
        ConfigError
            If regions do not fit them.
        """
        chosen, area = self._settings.background, self._settings.analysis
        model = MODELS[chosen.model].make(chosen.of_model())
        if self._measuring is not None:
            self._analyzer = MeasuredAnalyzer(
                size, model, area, enter=self.enter, measuring=self._measuring
            )
        else:
            lapse = self._settings.decision.lapse.every is not None
            before = self._analyzer
            kind = LapseAnalyzer if lapse else Analyzer
            self._analyzer = kind(size, model, area, enter=self.enter)
            if isinstance(self._analyzer, LapseAnalyzer) and before and before.size != size:
                self._analyzer.unlike = "different picture size"
        return self._analyzer

    def follow_keys(self) -> None:
        """Apply the threshold that keys have set, from the next frame on."""
        if self._analyzer is not None:
            self._analyzer.enter = self.enter

    def decider(self, next_number: Callable[[], int]) -> tuple[EventMachine, LapseDecider | None]:
        """Return a new decider, twice if it is a `LapseDecider`, else with None."""
        decision = self._settings.decision
        if decision.lapse.every is None:
            return Decider(decision, next_number), None
        lapse = decision.lapse
        if self._measuring is not None:  # it compares with the kept picture: nothing to learn
            lapse = lapse.model_copy(update={"learn": 0.0})
        decider = LapseDecider(lapse, next_number)
        return decider, decider
