"""The event machine on scenes with one question each."""

from __future__ import annotations

import pytest

from motionlapse.decision.decider import Decider
from motionlapse.decision.settings import DecisionSettings
from motionlapse.types import ChangeScore
from tests.decided import TICK_S, Step, closed_events, decide


@pytest.mark.parametrize("rate", [2, 8, 64])
def test_the_same_scene_gives_the_same_event_at_any_rate(rate: int) -> None:
    chosen = DecisionSettings(min_event=0.5, hold=1.0)
    scores = [ChangeScore(3.0 * (2 <= i / rate < 4), 0.01) for i in range(8 * rate)]
    steps = [Step(i / rate, i, score, ready=True) for i, score in enumerate(scores)]
    (event,) = closed_events(decide(chosen, steps))
    assert (event.start_s, event.end_s) == (2.0, 4.0 - 1 / rate)


@pytest.mark.parametrize(("again", "end_s"), [(0.9, 3.0), (1.0, 6.0)])
@pytest.mark.parametrize("rate", [4, 16, 64])
def test_what_stirs_after_a_pause_is_not_the_end(again: float, end_s: float, rate: int) -> None:
    chosen = DecisionSettings(min_event=0.5, hold=1.0)
    parts = [(3.0, 2.0), (3.5, 0.0), (5.0, 0.7), (6.0, again), (8.0, 0.0)]
    values = [next(value for end, value in parts if i / rate < end) for i in range(8 * rate)]
    steps = [Step(i / rate, i, ChangeScore(v, v), ready=True) for i, v in enumerate(values)]
    decisions = decide(chosen, steps)
    (event,) = closed_events(decisions)
    assert (event.start_s, event.end_s) == (0.0, end_s - 1 / rate)
    # It is open for as long as it stirs, and for `hold`.
    assert [s.time for s, d in zip(steps, decisions, strict=False) if d.closed] == [7.0 - 1 / rate]


@pytest.mark.parametrize(("pause_s", "start_s"), [(0.25, 1.0), (0.75, 2.25), (1.5, 3.0)])
@pytest.mark.parametrize("rate", [8, 16, 64])
def test_what_flares_up_before_a_longer_pause_is_not_the_beginning(
    pause_s: float, start_s: float, rate: int
) -> None:
    chosen = DecisionSettings(min_event=1.0, hold=3.0)
    parts = [(1.0, 0.0), (1.5, 0.7), (1.5 + pause_s, 0.0), (5.0, 2.0), (8.0, 0.0)]
    values = [next(value for end, value in parts if i / rate < end) for i in range(8 * rate)]
    steps = [Step(i / rate, i, ChangeScore(v, v), ready=True) for i, v in enumerate(values)]
    (event,) = closed_events(decide(chosen, steps))
    assert event.start_s == start_s


@pytest.mark.parametrize(("values", "count"), [((1.4, 0.9, 0.6), 0), ((1.4, 0.9, 1.0), 1)])
@pytest.mark.parametrize("rate", [4, 16, 64])
def test_what_flares_up_once_is_no_event(
    values: tuple[float, float, float], count: int, rate: int
) -> None:
    chosen = DecisionSettings(min_event=1.0, hold=1.0)
    wanted = [0.0, *values, 0.0, 0.0]  # for half a second each
    steps = [
        Step(i / rate, i, ChangeScore(v, v), ready=True)
        for i in range(3 * rate)
        for v in [wanted[2 * i // rate]]
    ]
    assert len(closed_events(decide(chosen, steps))) == count


def test_one_frame_of_a_slow_time_lapse_can_be_an_event() -> None:
    chosen = DecisionSettings(min_event=5.0)
    values = [0.0, 2.0, 0.0]
    steps = [Step(10.0 * i, i, ChangeScore(v, v), ready=True) for i, v in enumerate(values)]
    (event,) = closed_events(decide(chosen, steps))
    assert (event.start_frame, event.end_frame) == (1, 1)


def test_numbers_come_from_whoever_gives_them_out() -> None:
    decider = Decider(DecisionSettings(min_event=0.0), next_number=iter([41]).__next__)
    decision = decider.step(0.0, 0, ChangeScore(2.0, 0.1), ready=True)
    assert decision.opened is not None
    assert decision.opened.number == 41


@pytest.mark.parametrize(("gap_ticks", "count"), [(63, 1), (64, 2), (65, 2)])
def test_events_nearer_than_merge_become_one(gap_ticks: int, count: int) -> None:
    chosen = DecisionSettings(min_event=0.0, hold=8 * TICK_S, merge=64 * TICK_S)
    ticks = [(0, 2.0), (16, 0.0), (gap_ticks, 2.0), (300, 0.0)]
    steps = [
        Step(tick * TICK_S, index, ChangeScore(value, value), ready=True)
        for index, (tick, value) in enumerate(ticks)
    ]
    assert len(closed_events(decide(chosen, steps))) == count
