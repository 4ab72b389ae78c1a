"""The loop: frames in, decisions and results out; the same for live and recorded sources.

The failure policy lives here. A sink that fails never ends the run: each failure is told, the sink
is tried again with the next frame (a full disk may be freed), and the result holds its first
failure with a count. A source that fails ends its run; everything up to then is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.analysis.priming import primed
from motionlapse.decision.gaps import with_breaks
from motionlapse.decision.machine import EventMachine
from motionlapse.decision.missing import MissingTime
from motionlapse.errors import ConfigError, MotionlapseError, SinkError, SourceError
from motionlapse.frames import Frame, Interruption, Stream
from motionlapse.pacing.pacer import Pacer
from motionlapse.pacing.settings import PacingSettings
from motionlapse.types import Analysis, Decision, Sink


@dataclass(slots=True)
class Unwritten:
    """What a sink could not write.

    Attributes
    ----------
    text
        Its first failure, in words.
    times
        How often it failed.
    """

    text: str
    times: int = 1

    def __str__(self) -> str:
        return self.text if self.times == 1 else f"{self.text} (and {self.times - 1} more)"


@dataclass(slots=True)
class RunResult:
    """How a run went.

    Attributes
    ----------
    frames
        How many were read; fewer may have been analysed.
    end_s
        Media time of the last one.
    state
        ``done``, ``interrupted`` or ``failed``.
    failure
        What ended the run before its end, or None.
    unwritten
        What sinks could not write: one entry for each sink that failed.
    overlay
        A polygon around a clock that is written into the picture, to be ignored; None without one.
    """

    frames: int = 0
    end_s: float = 0.0
    state: str = "done"
    failure: MotionlapseError | None = None
    unwritten: list[Unwritten] = field(default_factory=list)
    overlay: str | None = None


def run(
    source: Stream,
    make_analyzer: Callable[[tuple[int, int]], Analyzer],
    decider: EventMachine,
    sinks: Sequence[Sink],
    *,
    should_stop: Callable[[], bool] = lambda: False,
    on_frame: Callable[[Analysis, Decision], None] = lambda _analysis, _decision: None,
    on_unwritten: Callable[[str], None] = lambda _: None,
    ending: str = "end of footage",
    pacing: PacingSettings | None = None,
) -> RunResult:
    """Take every frame of a source through analysis and decision into the sinks.

    Parameters
    ----------
    source
        Open; it is not closed here.
    make_analyzer
        Given (width, height), returns a new analyzer. Called for the first frame, and again
        whenever the pictures change their size, or between grey and colour.
    decider
        A new one.
    sinks
        In the order in which they are given each frame; closed at the end.
    should_stop
        Asked before each frame.
    on_frame
        Called with each frame that was analysed, after the sinks.
    on_unwritten
        Called each time that a sink could not write something.
    ending
        The reason for which an event ends that is still open after the last frame.
    pacing
        How many of the frames are analysed; None for all.
    """
    result = RunResult()
    guard = _Guard(sinks, result, on_unwritten)

    def hand_on(judged: Judged) -> None:
        for analysis, decision in judged:
            guard.write(analysis, decision)
            on_frame(analysis, decision)

    with ExitStack() as stack:
        stack.callback(guard.close)
        judge = _Judge(source, make_analyzer, decider, pacing)
        try:
            items = primed(source, judge.analyzer, should_stop)
            for item in items if source.info.live else with_breaks(items):
                if should_stop():
                    ending, result.state = "interrupted", "interrupted"
                    break
                if isinstance(item, Interruption):
                    hand_on(judge.held_frames())
                    guard.finish(judge.interrupt(item))
                else:
                    result.frames += 1
                    result.end_s = item.time
                    hand_on(judge.take(item))
            hand_on(judge.held_frames())
        except (SourceError, ConfigError) as error:
            # A ConfigError here: a region that does not fit pictures whose size has changed.
            ending, result.state, result.failure = "the source failed", "failed", error
        result.overlay = judge.overlay()
        guard.finish(decider.finish(ending))
    return result


Judged: TypeAlias = Iterator[tuple[Analysis, Decision]]


class _Judge:
    """Analyses frames and decides on them; goes back to skipped ones where the pacer asks for it.

    Attributes
    ----------
    analyzer
        The present one; see `make_analyzer` of `run`.
    """

    def __init__(
        self,
        source: Stream,
        make_analyzer: Callable[[tuple[int, int]], Analyzer],
        decider: EventMachine,
        pacing: PacingSettings | None,
    ) -> None:
        info = source.info
        self._opening = source.opening
        self._overlay: str | None = None
        self._make_analyzer = make_analyzer
        self._decider = decider
        self._pacer = Pacer(pacing, info)
        self._pace = 1.0
        # In a live source, frames are dropped for want of time: nothing is missing.
        self._missing = None if info.live else MissingTime()
        self.analyzer = make_analyzer((info.width, info.height))

    def take(self, frame: Frame) -> Judged:
        """Take the next frame; yield each frame that is judged because of it, in order.

        That is none if the pacer skips it, or holds it until it is known how the next one differs.
        """
        if self._missing is not None:
            self._missing.take(frame.index, frame.time)
        if not self._pacer.wants(frame):
            return
        if not self.analyzer.fits(frame):
            yield from self.held_frames()
        if self._pacer.holds:
            self.analyzer.mark()
        analysis = self._analyse(frame)
        held = self._pacer.before(analysis)
        if held:
            self.analyzer.go_back()
            yield from self._judge_all(held)
            analysis = self._analyse(frame)
        yield self._decide(analysis)

    def held_frames(self) -> Judged:
        """Judge the frames that are still held: no frame follows that could tell of them."""
        yield from self._judge_all(self._pacer.rest())

    def interrupt(self, item: Interruption) -> Decision:
        """Take an interruption between two frames."""
        if self._missing is not None:
            self._missing.interrupt()
        decision = self._decider.interrupt(item.reason, settle_s=item.settle_s)
        if item.forget:
            self._overlay = self.overlay()
            before = self.analyzer
            self.analyzer = self._make_analyzer(before.size)
            opening = self._opening() or ()
            self.analyzer.prime(opening, quiet_s=item.quiet_s, seconds=item.opening_s)
            if item.same_place:
                self.analyzer.remember(before)
        else:
            # How long the interruption was says nothing about how much to learn.
            self._pace = 0.0
        return decision

    def overlay(self) -> str | None:
        """Return where a clock is written into the picture; see `Analyzer.overlay`."""
        return self._overlay or self.analyzer.overlay()

    def _judge_all(self, frames: list[Frame]) -> Judged:
        frames.reverse()
        while frames:  # decoding them takes memory only now: they are let go one at a time
            yield self._decide(self._analyse(frames.pop()))

    def _analyse(self, frame: Frame) -> Analysis:
        if not self.analyzer.fits(frame):
            self.analyzer = self._make_analyzer(frame.size)
        return self.analyzer.step(frame, self._pace)

    def _decide(self, analysis: Analysis) -> tuple[Analysis, Decision]:
        frame = analysis.frame
        missing_s = 0.0 if self._missing is None else self._missing.up_to(frame.index)
        decision = self._decider.step(
            frame.time, frame.index, analysis.score, ready=analysis.ready, missing_s=missing_s
        )
        self._pace = decision.pace
        self._pacer.saw(analysis, decision)
        return analysis, decision


class _Guard:
    """Keeps a failing sink from ending the run, and its failures from going unseen."""

    def __init__(
        self, sinks: Sequence[Sink], result: RunResult, tell: Callable[[str], None]
    ) -> None:
        self._sinks = sinks
        self._unwritten = result.unwritten
        self._tell = tell
        self._of_sink: dict[int, Unwritten] = {}

    def write(self, analysis: Analysis, decision: Decision) -> None:
        for number, sink in enumerate(self._sinks):
            self._try(number, partial(sink.write, analysis, decision))

    def finish(self, decision: Decision) -> None:
        for number, sink in enumerate(self._sinks):
            self._try(number, partial(sink.finish, decision))

    def close(self) -> None:
        for number, sink in enumerate(self._sinks):
            self._try(number, sink.close)

    def _try(self, number: int, action: Callable[[], None]) -> None:
        try:
            action()
        except SinkError as error:
            self._tell(str(error))
            if number in self._of_sink:
                self._of_sink[number].times += 1
            else:
                self._of_sink[number] = Unwritten(str(error))
                self._unwritten.append(self._of_sink[number])
