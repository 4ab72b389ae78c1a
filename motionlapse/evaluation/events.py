"""Running whole clips through the whole detector, and scoring its events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.background import MODELS
from motionlapse.decision.decider import Decider
from motionlapse.errors import ConfigError, SourceError
from motionlapse.evaluation.event_counts import EventCounts, count_events
from motionlapse.evaluation.event_labels import EventLabel
from motionlapse.evaluation.masks import Listener
from motionlapse.pipeline import run
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.recording import Recording
from motionlapse.sources.settings import SourceSettings
from motionlapse.types import Analysis, Decision, Event


@dataclass(frozen=True, slots=True)
class ClipScore:
    """The score of one model on one clip.

    Attributes
    ----------
    frames
        Number of frames analysed.
    """

    clip: str
    model: str
    frames: int
    counts: EventCounts


@dataclass(slots=True)
class _Collector:
    """A sink that collects events and the times of frames, and writes nothing."""

    events: list[Event] = field(default_factory=list)
    indices: list[int] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)

    def write(self, analysis: Analysis, decision: Decision) -> None:
        """Take one frame; see `motionlapse.types.Sink`."""
        self.indices.append(analysis.frame.index)
        self.times_s.append(analysis.frame.time)
        self.finish(decision)

    def finish(self, decision: Decision) -> None:
        """Take the event that a decision closed, if any."""
        if decision.closed is not None:
            self.events.append(decision.closed)

    def close(self) -> None:
        """Nothing is open."""

    def time_of(self, index: int) -> float:
        """Return the media time of a frame, interpolated if the frame was lost."""
        return float(np.interp(index, self.indices, self.times_s))


def evaluate_events(
    labels: Mapping[str, Sequence[EventLabel]],
    folder: Path,
    models: Sequence[str],
    settings: Settings,
    listener: Listener,
) -> Iterator[ClipScore]:
    """Yield the score of each model on one clip after another.

    Clips run through the loop of a scan as a whole, whatever the settings say about start and end.
    A clip that cannot be read is reported and left out.

    Parameters
    ----------
    labels
        Clip → its rows; see `motionlapse.evaluation.event_labels.read_event_labels`.
    folder
        The folder to which the clips' paths are relative.
    models
        Names from `motionlapse.background.MODELS`.
    """
    runs = [(clip, model) for clip in labels for model in models]
    for number, (clip, model) in enumerate(runs, 1):
        try:
            yield _evaluate_one(
                clip, labels[clip], folder, model, settings, listener, (number, len(runs))
            )
        except (SourceError, ConfigError) as error:
            listener.failed(error)


def _evaluate_one(
    clip: str,
    labels: Sequence[EventLabel],
    folder: Path,
    model: str,
    settings: Settings,
    listener: Listener,
    progress: tuple[int, int],
) -> ClipScore:
    def make_analyzer(size: tuple[int, int]) -> Analyzer:
        background = MODELS[model].make(getattr(settings.background, model))
        return Analyzer(size, background, settings.analysis, enter=settings.decision.enter)

    collected = _Collector()
    with Recording(folder / clip, SourceSettings()) as source:
        listener.begin(clip, source.info.frames, *progress)
        outcome = run(
            source,
            make_analyzer,
            Decider(settings.decision),
            [collected],
            on_frame=lambda _analysis, _decision: listener.frame(),
        )
        for fault in source.faults:
            if fault.lost:
                listener.failed(SourceError(fault.text))
            else:
                listener.warning(fault.text)
    if outcome.failure is not None:
        listener.failed(outcome.failure)
    _check_ends(clip, labels, collected.indices, listener)
    counts = count_events(labels, collected.events, collected.time_of)
    return ClipScore(clip, model, outcome.frames, counts)


def _check_ends(
    clip: str, labels: Sequence[EventLabel], indices: Sequence[int], listener: Listener
) -> None:
    """Warn of labels past the last frame: they belong to another clip, or the clip is cut short."""
    labelled = max(label.end_frame for label in labels)
    if indices and labelled > indices[-1]:
        listener.warning(
            f"{clip}: is labelled up to frame {labelled}, but its last frame is {indices[-1]}; "
            "labels after that count as not covered"
        )
