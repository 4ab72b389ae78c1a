"""The loop: frames in, decisions and results out; the same for live and recorded.

Failure policy lives here. What a sink could not write is told of once, with a count, and it is
tried again with the next frame (a full disk may be freed); it never ends the run. A source that
fails ends its run, with everything so far kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from motionlapse.analysis.analyzer import Analyzer
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
        The first of it.
    times
        How often the sink failed.
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
        Media time of the last.
    state
        ``done``, ``interrupted`` or ``failed``.
    failure
        What ended the run before its end, or None.
    unwritten
        What each sink could not write: the first of it, and how much there was.
    overlay
        A polygon to ignore, around a clock that is written into the picture; None without one.
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
        Open; its faults stay with it.
    make_analyzer
        Given (width, height), returns a new analyzer: for the first frame, and again whenever
        the pictures change their size, or between grey and colour.
    decider
        New.
    sinks
        In order; closed at the end.
    should_stop
        Asked before each frame.
    on_frame
        Told of each frame that was analysed, after the sinks.
    on_unwritten
        Told each time that a sink could not write something.
    ending
        Why the last event ends when there are no more frames.
    pacing
        How many of the frames are analysed; None for all.
    """
    result = RunResult()
    guard = _Guard(sinks, result, on_unwritten)
    with ExitStack() as stack:
        stack.callback(guard.close)
        look = _Look(source, make_analyzer, decider, pacing)
        try:
            items = _primed(source, look.analyzer, should_stop)
            for item in items if source.info.live else with_breaks(items):
                if should_stop():
                    ending, result.state = "interrupted", "interrupted"
                    break
                if isinstance(item, Interruption):
                    seen = look.break_off()
                else:
                    seen = look.at(item)
                    result.frames += 1
                    result.end_s = item.time
                for analysis, decision in seen:
                    guard.write(analysis, decision)
                    on_frame(analysis, decision)
                if isinstance(item, Interruption):
                    guard.finish(look.interrupt(item))
            for analysis, decision in look.break_off():
                guard.write(analysis, decision)
                on_frame(analysis, decision)
        except (SourceError, ConfigError) as error:
            # A ConfigError here: a region that does not fit pictures whose size has changed.
            ending, result.state, result.failure = "the source failed", "failed", error
        result.overlay = look.overlay()
        guard.finish(decider.finish(ending))
    return result


Seen: TypeAlias = Iterator[tuple[Analysis, Decision]]


class _Look:
    """Analysis and decision, frame by frame; goes back over frames where the pacer wants it."""

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
        # Live frames that were dropped or left out were good ones.
        self._missing = None if info.live else MissingTime()
        self.analyzer = make_analyzer((info.width, info.height))

    def at(self, frame: Frame) -> Seen:
        """Take the next frame; yield what is known of it and of those before it, in order."""
        if self._missing is not None:
            self._missing.take(frame.index, frame.time)
        if not self._pacer.wants(frame):
            return
        if not self.analyzer.fits(frame):
            yield from self.break_off()
        if self._pacer.holds:
            self.analyzer.mark()
        analysis = self._analyse(frame)
        before = self._pacer.before(analysis)
        if before:
            self.analyzer.go_back()
            before.reverse()
            while before:  # those that were not decoded take memory from now on, one at a time
                yield self._decide(self._analyse(before.pop()))
            analysis = self._analyse(frame)
        yield self._decide(analysis)

    def break_off(self) -> Seen:
        """Look at what was held for the next look: there is none, or it is too different."""
        rest = self._pacer.rest()[::-1]
        while rest:
            yield self._decide(self._analyse(rest.pop()))

    def interrupt(self, item: Interruption) -> Decision:
        """Take a break between two frames."""
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
            # The time since the frame before says nothing of how much to learn.
            self._pace = 0.0
        return decision

    def overlay(self) -> str | None:
        """Return where a clock is written into the picture; see `Analyzer.overlay`."""
        return self._overlay or self.analyzer.overlay()

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


# What of the first frames is held where they cannot be read twice: 1.3 s of 1080p at 25 a second.
_HELD_BYTES = 100_000_000


def _primed(
    source: Stream, analyzer: Analyzer, should_stop: Callable[[], bool]
) -> Iterator[Frame | Interruption]:
    """Yield a source's frames once the first, held if they come only once, taught the analyzer."""
    again = source.opening()
    if again is not None:
        analyzer.prime(again)
        return iter(source)
    frames = iter(source)
    held: deque[Frame | Interruption] = deque()

    def hold() -> Iterator[Frame]:
        size = 0
        for frame in frames:
            held.append(frame)
            if isinstance(frame, Interruption):
                return
            size += sum(plane.buffer.size for plane in frame.planes)
            if size > _HELD_BYTES or should_stop():
                return
            yield frame

    def all_of_them() -> Iterator[Frame | Interruption]:
        while held:  # let go one by one: what is watched for months would keep the first for ever
            yield held.popleft()
        yield from frames

    analyzer.prime(hold())
    return all_of_them()


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
