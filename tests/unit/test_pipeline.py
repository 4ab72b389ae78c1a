"""The loop and its failure policy, on a source and sinks made for the purpose."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import numpy as np
import pytest

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.background.gaussian import Gaussian
from motionlapse.decision.decider import Decider
from motionlapse.decision.settings import DecisionSettings
from motionlapse.errors import SinkError, SourceError
from motionlapse.frames import Fault, Frame, SourceInfo
from motionlapse.pipeline import RunResult, run
from motionlapse.types import Analysis, Decision, Sink, State

MakeFrame = Callable[..., Frame]


@dataclass
class Pictures:
    """A source of given frames, that may fail after them."""

    frames: list[Frame]
    failure: str = ""
    twice: bool = True
    faults: list[Fault] = field(default_factory=list)
    info: SourceInfo = field(default_factory=lambda: SourceInfo("pictures", "p", "stills", 40, 30))

    def __iter__(self) -> Iterator[Frame]:
        yield from self.frames
        if self.failure:
            raise SourceError(self.failure)

    def opening(self) -> Iterator[Frame] | None:
        return iter(self.frames) if self.twice else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is open."""


@dataclass(eq=False)
class Notes:
    """A sink that remembers what it was given, and fails at some frames."""

    failing: tuple[int, ...] = ()
    frames: list[int] = field(default_factory=list)
    last: Decision | None = None
    closed: int = 0

    def write(self, analysis: Analysis, decision: Decision) -> None:
        self.frames.append(analysis.frame.index)
        if analysis.frame.index in self.failing:
            raise SinkError("the disk is full")

    def finish(self, decision: Decision) -> None:
        self.last = decision

    def close(self) -> None:
        self.closed += 1


def quiet(make_frame: MakeFrame, count: int, *, size: tuple[int, int] = (40, 30)) -> list[Frame]:
    luma = np.full((size[1], size[0]), 90, np.uint8)
    return [make_frame(luma, index=index, time=index / 10) for index in range(count)]


def play(source: Pictures, *sinks: Sink, **options: object) -> RunResult:
    def make_analyzer(size: tuple[int, int]) -> Analyzer:
        return Analyzer(size, Gaussian(), AnalysisSettings(), enter=0.01)

    return run(source, make_analyzer, Decider(DecisionSettings()), sinks, **options)  # type: ignore[arg-type]


def test_every_frame_goes_to_every_sink_in_order(make_frame: MakeFrame) -> None:
    one, other = Notes(), Notes()
    result = play(Pictures(quiet(make_frame, 5)), one, other)
    assert one.frames == other.frames == [0, 1, 2, 3, 4]
    assert (result.state, result.frames, result.end_s) == ("done", 5, 0.4)
    assert one.last is not None
    assert one.last.reason == "end of footage"
    assert (one.closed, other.closed) == (1, 1)


def test_a_failing_sink_ends_nothing_and_is_counted(make_frame: MakeFrame) -> None:
    bad, good = Notes(failing=(1, 3)), Notes()
    result = play(Pictures(quiet(make_frame, 5)), bad, good)
    assert bad.frames == good.frames == [0, 1, 2, 3, 4]
    assert [str(unwritten) for unwritten in result.unwritten] == ["the disk is full (and 1 more)"]
    assert result.state == "done"


def test_a_failing_source_keeps_what_was_read(make_frame: MakeFrame) -> None:
    notes = Notes()
    result = play(Pictures(quiet(make_frame, 3), failure="the cable is out"), notes)
    assert (result.state, str(result.failure), result.frames) == ("failed", "the cable is out", 3)
    assert notes.last is not None
    assert notes.last.reason == "the source failed"
    assert notes.closed == 1


def test_an_interruption_ends_in_order(make_frame: MakeFrame) -> None:
    notes, answers = Notes(), iter([False, False, True])
    result = play(Pictures(quiet(make_frame, 9)), notes, should_stop=answers.__next__)
    assert (result.state, notes.frames) == ("interrupted", [0, 1])
    assert notes.last is not None
    assert notes.last.reason == "interrupted"


def test_what_is_not_expected_still_closes_the_sinks(make_frame: MakeFrame) -> None:
    notes = Notes()

    def fail(analysis: Analysis, decision: Decision) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        play(Pictures(quiet(make_frame, 2)), notes, on_frame=fail)
    assert notes.closed == 1


def test_a_new_size_learns_the_background_anew(make_frame: MakeFrame) -> None:
    frames = quiet(make_frame, 16)
    luma = np.full((60, 50), 200, np.uint8)
    frames[8:] = [make_frame(luma, index=i, time=i / 10) for i in range(8, 16)]
    states: list[State] = []
    play(Pictures(frames), on_frame=lambda _, decision: states.append(decision.state))
    assert states[7:9] == [State.QUIET, State.WARMING]
    assert states[-1] is State.QUIET


def test_motion_gives_an_event(make_frame: MakeFrame) -> None:
    frames = quiet(make_frame, 40)
    for index in range(20, 28):
        luma = frames[index].planes.luma.view.copy()
        luma[5:20, index - 15 : index] = 220
        frames[index] = make_frame(luma, index=index, time=index / 10)
    notes = Notes()
    result = play(Pictures(frames), notes)
    assert result.frames == 40
    assert notes.last is not None
    assert notes.last.closed is not None
    assert notes.last.closed.start_frame == 20
    assert notes.last.closed.end_frame == 27


@pytest.mark.parametrize("seconds", [0.0, 0.5, 2.0])
def test_frames_that_cannot_be_read_twice_give_the_same_run(
    make_frame: MakeFrame, seconds: float
) -> None:
    random = np.random.default_rng(3)
    pictures = random.normal(120, 2, (60, 30, 40))
    pictures[30:45, 8:20, 10:25] = 220
    frames = [
        make_frame(picture.astype(np.uint8), index=index, time=index / 25)
        for index, picture in enumerate(pictures)
    ]
    seen = []
    for twice in (True, False):
        scores: list[float] = []
        run(
            Pictures(frames, twice=twice),
            lambda size: Analyzer(size, Gaussian(), AnalysisSettings(opening=seconds), enter=0.01),
            Decider(DecisionSettings()),
            [],
            on_frame=lambda analysis, _decision, to=scores: to.append(analysis.score.value),
        )
        seen.append(scores)
    assert seen[0] == seen[1]
    assert len(seen[0]) == 60


def test_first_frames_that_taught_the_background_are_let_go_once_they_were_looked_at(
    make_frame: MakeFrame,
) -> None:
    pictures: list[weakref.ref[np.ndarray]] = []

    def come() -> Iterator[Frame]:
        for index in range(40):
            luma = np.full((30, 40), 90, np.uint8)
            pictures.append(weakref.ref(luma))
            yield make_frame(luma, index=index, time=index / 10)

    class Once(Pictures):
        def __iter__(self) -> Iterator[Frame]:
            return come()

    left: list[int] = []

    def count(analysis: Analysis, _decision: Decision) -> None:
        known = pictures[: analysis.frame.index]
        left.append(sum(picture() is not None for picture in known))

    play(Once([], twice=False), Notes(), on_frame=count)
    assert len(left) == 40
    assert left[-1] <= 2, "those before the last may be compared with it"
