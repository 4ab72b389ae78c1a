"""The event machine on random scores: invariants, and a reference that sees the whole run at once.

All times are multiples of 1/64 s, so that sums and differences are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from motionlapse.decision.decider import Decider
from motionlapse.decision.settings import DecisionSettings
from motionlapse.types import ChangeScore, Event, State
from tests.decided import TICK_S, Step, closed_events, decide

LENGTHS = [1, 2, 4, 8, 16, 64]  # ticks


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
