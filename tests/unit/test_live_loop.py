"""What the loop does when a live source is interrupted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

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

    info = SourceInfo("live", "live", "recording", 40, 30, live=True)

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


class Jumping(Live):
    """A stream that knows what comes after its interruption."""

    def __init__(self, items: list[Frame | Interruption], opening: list[Frame]) -> None:
        super().__init__(items)
        self._openings = iter([[], opening])

    def opening(self) -> Iterator[Frame] | None:
        return iter(next(self._openings))


def test_what_comes_after_a_jump_is_judged_by_what_its_opening_taught(
    make_frame: Callable[..., Frame],
) -> None:
    def seen(number: int, brightness: int, *, mover: bool) -> Frame:
        luma = np.full((90, 120), brightness, np.uint8)
        if mover:
            x = 10 * (number % 8)
            luma[30:60, x : x + 30] = 220
        return make_frame(luma, index=number, time=number / 10)

    before = [seen(number, 90, mover=False) for number in range(10)]
    lead = [seen(number, 60, mover=False) for number in range(980, 1000)]
    after = [seen(number, 60, mover=True) for number in range(1000, 1010)]

    def first_fraction(opening: list[Frame]) -> float:
        jump = Interruption("skipped", forget=True, quiet_s=97.0)
        fractions: list[float] = []
        run(
            Jumping([*before, jump, *after], opening),
            lambda size: Analyzer(size, Gaussian(), AnalysisSettings(), enter=0.01),
            Decider(DecisionSettings()),
            [],
            on_frame=lambda analysis, _: fractions.append(analysis.score.fraction),
        )
        assert fractions[: len(before)] == [0.0] * len(before)
        return fractions[len(before)]

    # The mover is 8 % of the picture; without a lead it is taken for a part of the background.
    assert first_fraction([]) == 0.0
    assert 0.06 < first_fraction(lead) < 0.11


@pytest.mark.parametrize("same_place", [True, False])
def test_what_was_seen_before_a_jump_is_known_after_it_in_the_same_place(
    make_frame: Callable[..., Frame], same_place: bool
) -> None:
    def seen(number: int, *, parked: bool) -> Frame:
        luma = np.full((90, 120), 90, np.uint8)
        if parked:
            luma[30:60, 40:70] = 220
        return make_frame(luma, index=number, time=number / 10)

    before = [seen(number, parked=False) for number in range(10)]
    before.insert(0, Interruption("skipped", forget=True, opening_s=2.0))
    lead = [seen(number, parked=True) for number in (980, 990, 1000)]
    gone = [seen(number, parked=False) for number in range(1000, 1005)]
    jump = Interruption("skipped", forget=True, same_place=same_place, opening_s=2.0)
    stream = Jumping([*before, jump, *gone], [])
    openings = [[], [seen(number, parked=False) for number in (-20, -10, 0)], lead]
    stream.opening = lambda: iter(openings.pop(0))
    fractions: list[float] = []
    run(
        stream,
        lambda size: Analyzer(size, Gaussian(), AnalysisSettings(), enter=0.01),
        Decider(DecisionSettings()),
        [],
        on_frame=lambda analysis, _: fractions.append(analysis.score.fraction),
    )
    assert (fractions[10] == 0.0) == same_place


def test_frames_that_were_dropped_are_not_missing(make_frame: Callable[..., Frame]) -> None:
    """Of a film at its own pace, too: motion that is seen in two frames of it may be an event."""

    def seen(number: int) -> Frame:
        luma = np.full((30, 40), 90, np.uint8)
        if 40 <= number < 54:
            luma[10:20, number % 10 : number % 10 + 10] = 220
        return make_frame(luma, index=number, time=number / 25)

    def make_analyzer(size: tuple[int, int]) -> Analyzer:
        return Analyzer(size, Gaussian(), AnalysisSettings(), enter=0.01)

    notes = Decided()
    items: list[Frame | Interruption] = [seen(number) for number in range(0, 120, 5)]
    run(Live(items), make_analyzer, Decider(DecisionSettings()), [notes])
    (opened,) = [decision.opened for decision in notes.decisions if decision.opened]
    assert opened.start_frame == 40
