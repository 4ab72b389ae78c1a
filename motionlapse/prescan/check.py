"""A check of what would be skipped: does it hold events that a full scan would find?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Sequence
from typing import TYPE_CHECKING

import cv2

from motionlapse.decision.decider import Decider
from motionlapse.pipeline import run
from motionlapse.prescan.film import Stretches
from motionlapse.prescan.sample import sample_stretches
from motionlapse.prescan.stretches import Stretch, whole_groups
from motionlapse.sources.bursts import Group
from motionlapse.types import Analysis, Decision, Event

if TYPE_CHECKING:
    from motionlapse.analysis.analyzer import Analyzer
    from motionlapse.pipeline_settings import Settings

# Longer than the background model remembers a former look of a pixel.
_RUN_UP_S = 20.0


class DamagedError(Exception):
    """What is checked cannot be decoded completely, or the check was stopped."""


class Check:
    """Scans a sample of the groups that would be skipped.

    A scan of a sampled group has learned the scene from a few key frames only, so it may find an
    event where a full scan, which has watched for longer, finds none. Therefore a group with an
    event is scanned again with a run-up, and only an event that is found then counts.

    Parameters
    ----------
    settings
        How the film is scanned.
    make_analyzer
        As for `motionlapse.pipeline.run`.
    open_stretches
        Opens some stretches of the film.
    should_stop
        Asked now and then; True ends the check with a `DamagedError`.
    on_share
        Told at each frame of the sample which share of it is done, 0 to 1.
    """

    def __init__(
        self,
        settings: Settings,
        make_analyzer: Callable[[tuple[int, int]], Analyzer],
        open_stretches: Callable[[Sequence[Stretch]], Stretches],
        should_stop: Callable[[], bool],
        on_share: Callable[[float], None],
    ) -> None:
        self._settings = settings
        self._make_analyzer = make_analyzer
        self._open = open_stretches
        self._should_stop, self._on_share = should_stop, on_share

    def find_event(
        self, groups: Sequence[Group], skipped: Container[int], sample: Sequence[int]
    ) -> Event | None:
        """Return an event in the sample that would be lost by skipping; None without one.

        Parameters
        ----------
        groups
            All groups of pictures of the film.
        skipped, sample
            The numbers of the groups that would be skipped, and of those among them that are
            checked.

        Raises
        ------
        DamagedError
            If something cannot be decoded, or the check was stopped.
        """
        starts_s = [group.start_s for group in groups]

        def place(time: float) -> int:
            return max(0, bisect_right(starts_s, time) - 1)

        def report(time: float) -> None:
            self._on_share(bisect_left(sample, place(time)) / len(sample))

        for suspect in self._events(sample_stretches(sample, starts_s), report):
            number = place(suspect.start_s)
            run_up = whole_groups(place(suspect.start_s - _RUN_UP_S), number, starts_s)
            for event in self._events([run_up]):
                # One that begins in a group that is not skipped would be followed to its end.
                if place(event.end_s) == number and place(event.start_s) in skipped:
                    return event
        return None

    def _events(
        self, stretches: Sequence[Stretch], on_time: Callable[[float], None] = lambda _: None
    ) -> list[Event]:
        """Return the events in stretches; `on_time` is told the media time of each frame."""
        found = _EventList()
        cv2.setNumThreads(1)
        with self._open(stretches) as film:
            outcome = run(
                film,
                self._make_analyzer,
                Decider(self._settings.decision),
                [found],
                should_stop=self._should_stop,
                on_frame=lambda analysis, _: on_time(analysis.frame.time),
                pacing=self._settings.pace(),
            )
            damaged = film.faults
        if outcome.failure is not None or damaged or outcome.state == "interrupted":
            raise DamagedError
        return found.events


class _EventList:
    """A sink that collects events."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def write(self, _analysis: Analysis, decision: Decision) -> None:
        self.finish(decision)

    def finish(self, decision: Decision) -> None:
        if decision.closed is not None:
            self.events.append(decision.closed)

    def close(self) -> None:
        pass
