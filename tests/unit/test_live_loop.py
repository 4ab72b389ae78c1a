"""What the loop does when a live source is interrupted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.background.gaussian import Gaussian
from motionlapse.decision.decider import Decider
from motionlapse.decision.settings import DecisionSettings
from motionlapse.frames import Frame, Interruption, SourceInfo
from motionlapse.pipeline import run
from motionlapse.types import Analysis, Decision


class Live:
    """A stream of given items."""

    info = SourceInfo("live", "live", "camera", 40, 30)

    def __init__(self, items: list[Frame | Interruption]) -> None:
        self._items = items

    def __iter__(self) -> Iterator[Frame | Interruption]:
        yield from self._items

    def opening(self) -> Iterator[Frame] | None:
        return None


class Decided:
    """A sink that remembers every decision."""

    def __init__(self) -> None:
        self.decisions: list[Decision] = []

    def write(self, analysis: Analysis, decision: Decision) -> None:
        self.decisions.append(decision)

    def finish(self, decision: Decision) -> None:
        self.decisions.append(decision)

    def close(self) -> None:
        pass


def test_an_interruption_closes_the_event_and_nothing_counts_while_it_settles(
    make_frame: Callable[..., Frame],
) -> None:
    def seen(number: int) -> Frame:
        luma = np.full((30, 40), 90, np.uint8)
        if number >= 20:
            luma[10:20, number % 10 : number % 10 + 10] = 220
        return make_frame(luma, index=number, time=number / 10)

    items: list[Frame | Interruption] = [seen(number) for number in range(60)]
    items.insert(30, Interruption("the camera was lost: cable", settle_s=1.0))
    items.insert(50, Interruption("by hand", forget=True))

    made: list[Analyzer] = []

    def make_analyzer(size: tuple[int, int]) -> Analyzer:
        analyzer = Analyzer(size, Gaussian(), AnalysisSettings(), enter=0.01)
        made.append(analyzer)
        return analyzer

    notes = Decided()
    run(Live(items), make_analyzer, Decider(DecisionSettings()), [notes], ending="watching ended")
    closed = [decision.closed for decision in notes.decisions if decision.closed]
    assert closed[0].ending == "the camera was lost: cable"
    assert closed[0].end_frame == 29
    settling = [d for d in notes.decisions if d.reason == "settling after an interruption"]
    assert len(settling) == 10
    assert len(made) == 2
