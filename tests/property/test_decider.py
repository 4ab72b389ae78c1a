"""The event machine on random scores: invariants, and a reference that sees the whole run at once.

All times are multiples of 1/64 s, so that sums and differences are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionlapse.decision.decider import Decider
from motionlapse.decision.settings import DecisionSettings
from motionlapse.types import ChangeScore, Decision, Event, State

TICK_S = 1 / 64
LENGTHS = [1, 2, 4, 8, 16, 64]  # ticks


@dataclass(frozen=True)
class Step:
    """One frame."""

    time: float
    index: int
    score: ChangeScore
    ready: bool


@st.composite
def runs(draw: st.DrawFn) -> tuple[DecisionSettings, list[Step]]:
    # Gaps are as long as the settings, so that every limit is met exactly, too.
    lengths = st.sampled_from([0, *LENGTHS]).map(lambda ticks: ticks * TICK_S)
    chosen = DecisionSettings(
        enter=0.004,
        exit=draw(st.sampled_from([None, 0.0004, 0.001, 0.0039])),
        min_event=draw(lengths),
        hold=draw(lengths),
        merge=draw(lengths),
    )
    values = [0.0, 0.05, chosen.exit_ratio, 0.6, 0.98, 1.0, 1.5, 1.5, 7.0]
    frames = draw(
        st.lists(
            st.tuples(
                st.sampled_from(LENGTHS),
                st.sampled_from(values),
                st.sampled_from([True] * 19 + [False]),
                st.sampled_from([("all",), ("door",), ("door", "gate")]),
                st.integers(1, 3),
            ),
            max_size=60,
        )
    )
    ticks, index, steps = draw(st.integers(0, 100)), 0, []
    for gap, value, ready, regions, jump in frames:
        score = ChangeScore(value, value * chosen.enter, regions=regions if value else ())
        steps.append(Step(ticks * TICK_S, index, score, ready))
        ticks, index = ticks + gap, index + jump
    return chosen, steps


def decide(chosen: DecisionSettings, steps: Sequence[Step]) -> list[Decision]:
    decider = Decider(chosen)
    decisions = [decider.step(s.time, s.index, s.score, ready=s.ready) for s in steps]
    return [*decisions, decider.finish("end of footage")]


def closed_events(decisions: Sequence[Decision]) -> list[Event]:
    return [decision.closed for decision in decisions if decision.closed]


# ---- the reference: intervals of motion first, then those near one another joined ----------------


def intervals(chosen: DecisionSettings, steps: Sequence[Step], credits_s: Sequence[float]) -> list:
    """Return the frames of each confirmed interval of a stretch in which all are ready."""
    found, place, free = [], 0, 0
    while place < len(steps):
        if steps[place].score.value < 1:
            place += 1
            continue
        first, last, confirmed, fading = steps[place], steps[place], False, False
        inside = stir(chosen, steps[free : place + 1], credits_s[free : place + 1])
        credit_s = credits_s[place]
        while place < len(steps):
            step = steps[place]
            if step.score.value >= chosen.exit_ratio:
                last = step
                paused = fading and step.time - inside[-1].time >= chosen.min_event
                if step.score.value >= 1 or not paused:
                    inside.append(step)
                    fading = False
                lasted_s = step.time - first.time + credit_s
                confirmed |= step.score.value >= 1 and lasted_s >= chosen.min_event
            elif not confirmed or step.time - last.time >= chosen.hold:
                break
            else:
                fading = True
            place += 1
        if confirmed:
            found.append(inside)
            free = place
    return found


def stir(chosen: DecisionSettings, steps: Sequence[Step], lengths_s: Sequence[float]) -> list[Step]:
    """Return the frames above the exit ratio that lead to the threshold, which the last reaches."""
    found: list[int] = []
    for place, step in enumerate(steps):
        if step.score.value >= chosen.exit_ratio:
            found.append(place)
        elif found and step.time - steps[found[-1]].time >= chosen.min_event:
            found.clear()
    *found, last = [p for p in found if steps[-1].time - steps[p].time <= chosen.hold]
    reached_s = steps[last].time - lengths_s[last]

    def most(rest: Sequence[int]) -> bool:
        since_s = steps[rest[0]].time - lengths_s[rest[0]]
        return 2 * sum(lengths_s[p] for p in rest) > reached_s - since_s

    begins = (n for n in range(len(found)) if most(found[n:]))
    first = next(begins, len(found))
    return [steps[p] for p in found[first:]]


def reference(chosen: DecisionSettings, steps: Sequence[Step]) -> list[list[Step]]:
    """Return the frames with motion of each event."""
    gaps_s = [0.0, *(b.time - a.time for a, b in pairwise(steps))]
    events: list[list[Step]] = []
    place = 0
    while place < len(steps):
        end = place
        while end < len(steps) and steps[end].ready:
            end += 1
        joined: list[list[Step]] = []
        for inside in intervals(chosen, steps[place:end], gaps_s[place:end]):
            if joined and inside[0].time - joined[-1][-1].time < chosen.merge:
                joined[-1] += inside
            else:
                joined.append(inside)
        events += joined
        place = end + 1
    return events


@settings(max_examples=400)
@given(run=runs())
def test_events_are_those_of_the_reference(run: tuple[DecisionSettings, list[Step]]) -> None:
    chosen, steps = run
    events = closed_events(decide(chosen, steps))
    expected = reference(chosen, steps)
    assert len(events) == len(expected)
    for event, inside in zip(events, expected, strict=True):
        peak = max(inside, key=lambda step: step.score.value)  # the first of equals
        assert (event.start_s, event.end_s) == (inside[0].time, inside[-1].time)
        assert (event.start_frame, event.end_frame) == (inside[0].index, inside[-1].index)
        assert (event.peak_s, event.peak_frame) == (peak.time, peak.index)
        assert (event.peak_score, event.peak_fraction) == (peak.score.value, peak.score.fraction)
        assert event.regions == tuple(sorted({name for s in inside for name in s.score.regions}))


# ---- invariants ----------------------------------------------------------------------------------


@given(run=runs())
def test_events_are_ordered_and_apart(run: tuple[DecisionSettings, list[Step]]) -> None:
    chosen, steps = run
    events = closed_events(decide(chosen, steps))
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    for event in events:
        assert event.start_s <= event.peak_s <= event.end_s
        assert event.start_frame <= event.peak_frame <= event.end_frame
    for earlier, later in pairwise(events):
        assert earlier.end_s < later.start_s
        learned_anew = any(
            not step.ready for step in steps if earlier.end_s < step.time < later.start_s
        )
        assert learned_anew or later.start_s - earlier.end_s >= chosen.merge


@given(run=runs())
def test_events_begin_and_end_with_motion(run: tuple[DecisionSettings, list[Step]]) -> None:
    chosen, steps = run
    by_time = {step.time: step for step in steps}
    for event in closed_events(decide(chosen, steps)):
        assert by_time[event.start_s].score.value >= chosen.exit_ratio
        assert by_time[event.end_s].score.value >= chosen.exit_ratio
        assert event.peak_score == by_time[event.peak_s].score.value >= 1
        inside = [step for step in steps if event.start_s <= step.time <= event.end_s]
        assert all(step.ready for step in inside)


@given(run=runs())
def test_events_open_only_after_motion_for_min_event(
    run: tuple[DecisionSettings, list[Step]],
) -> None:
    chosen, steps = run
    for place, decision in enumerate(decide(chosen, steps)):
        if decision.opened is None:
            continue
        up = [step.ready and step.score.value >= chosen.exit_ratio for step in steps]
        first = place
        while first and up[first - 1]:
            first -= 1
        reached = next(i for i in range(first, place + 1) if steps[i].score.value >= 1)
        # A frame stands for the time since the frame before it.
        before_s = steps[reached - 1].time if reached else steps[reached].time
        assert steps[place].time - before_s >= chosen.min_event
        assert steps[place].score.value >= 1
        assert decision.opened.start_s <= steps[reached].time


@given(run=runs())
def test_every_event_opens_once_and_closes_once(run: tuple[DecisionSettings, list[Step]]) -> None:
    chosen, steps = run
    opened: list[Event] = []
    closed: list[Event] = []
    for decision in decide(chosen, steps):
        if decision.closed:
            closed.append(decision.closed)
        if decision.opened:
            assert len(closed) == len(opened), "the one before is still open"
            opened.append(decision.opened)
    assert [event.number for event in opened] == [event.number for event in closed]
    assert [event.start_s for event in opened] == [event.start_s for event in closed]
    assert all(event.ending and event.reason for event in closed)


@given(run=runs())
def test_states_say_what_is_going_on(run: tuple[DecisionSettings, list[Step]]) -> None:
    chosen, steps = run
    *decisions, last = decide(chosen, steps)
    for step, decision in zip(steps, decisions, strict=True):
        assert (decision.state is State.WARMING) == (not step.ready)
        assert decision.motion == (decision.state in (State.RISING, State.ACTIVE))
        assert decision.reason
        assert decision.pace > 0
        if decision.opened:
            assert decision.state is State.ACTIVE
    assert (last.state, last.opened, last.motion) == (State.QUIET, None, False)


@given(run=runs(), after=st.integers(0, 60))
def test_a_run_may_be_cut_where_nothing_is_undecided(
    run: tuple[DecisionSettings, list[Step]], after: int
) -> None:
    chosen, steps = run
    decider = Decider(chosen)
    for step in steps[:after]:
        decider.step(step.time, step.index, step.score, ready=step.ready)
    undecided = decider.undecided
    closed = decider.interrupt("skipped").closed
    assert undecided or closed is None
    assert not decider.undecided


@given(run=runs(), shift_ticks=st.integers(1, 6400))
def test_decisions_depend_on_nothing_but_the_frames(
    run: tuple[DecisionSettings, list[Step]], shift_ticks: int
) -> None:
    chosen, steps = run
    decisions = decide(chosen, steps)
    assert decide(chosen, steps) == decisions
    shift_s = shift_ticks * TICK_S
    later = decide(chosen, [replace(step, time=step.time + shift_s) for step in steps])
    assert [event.start_s - shift_s for event in closed_events(later)] == [
        event.start_s for event in closed_events(decisions)
    ]


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
