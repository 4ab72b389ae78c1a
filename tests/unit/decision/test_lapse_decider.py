from __future__ import annotations

from motionlapse.decision.lapse import LapseDecider
from motionlapse.decision.lapse_settings import LapseSettings
from motionlapse.types import ChangeScore, State


def lapse(**values: object) -> LapseDecider:
    return LapseDecider(LapseSettings.model_validate({"every": "2s", **values}))


def score(value: float) -> ChangeScore:
    return ChangeScore(value, value / 100)


def run(decider: LapseDecider, values: dict[float, float], *, until_s: float) -> list[float]:
    """Step at 10 frames a second as the loop does; return the times of what was kept."""
    kept = []
    for tick in range(round(until_s * 10)):
        time_s = tick / 10
        if not decider.wants(time_s):
            continue
        seen = score(next((value for t, value in values.items() if time_s <= t), 0.0))
        decision = decider.step(time_s, tick, seen, ready=True)
        if decider.kept:
            kept.append(time_s)
            assert decision.opened is not None
            assert decision.opened.peak_s == time_s
            closed = decider.interrupt("one picture")
            assert closed.closed == decision.opened
            decider.step(time_s, tick, seen, ready=True)
    return kept


def test_the_first_and_then_only_what_differs() -> None:
    # Something is there from 3 s to 7 s: it is kept when it is first seen, and each time it still
    # differs from the picture kept before.
    assert run(lapse(), {3.0: 0.0, 5.0: 2.0, 20.0: 0.0}, until_s=12) == [0.0, 4.0]


def test_only_one_frame_an_interval_is_looked_at() -> None:
    decider = lapse()
    run(decider, {99.0: 0.0}, until_s=1)
    assert [tick for tick in range(10, 60) if decider.wants(tick / 10) and tick < 20] == []
    assert decider.wants(2.0)


def test_what_was_kept_is_learned_and_then_only_judged() -> None:
    decider = lapse(learn="0.5s")
    first = decider.step(0.0, 0, score(90.0), ready=True)
    assert (first.state, first.opened and first.opened.peak_score) == (State.ACTIVE, 0.0)
    decider.interrupt("one picture")
    paces = [
        decider.step(tick / 10, tick, score(0.0), ready=True).pace
        for tick in range(6)
        if decider.wants(tick / 10)
    ]
    assert paces == [1.0, 1.0, 1.0, 1.0, 1.0, 0.0]
    assert not decider.wants(1.9)
    judged = decider.step(2.0, 20, score(0.4), ready=True)
    assert (judged.state, judged.pace) == (State.QUIET, 0.0)
    assert judged.reason == "0.4 of the threshold: like the picture of 00:00:00.0"


def test_a_model_that_is_not_ready_is_given_time() -> None:
    decider = lapse()
    decider.step(0.0, 0, score(0.0), ready=False)
    decider.interrupt("one picture")
    assert decider.step(2.5, 25, score(90.0), ready=False).opened is None
    assert decider.step(4.5, 45, score(90.0), ready=True).opened is not None


def test_a_loss_closes_what_is_open_and_puts_the_next_look_off() -> None:
    decider = lapse()
    decider.step(0.0, 0, score(0.0), ready=True)
    assert decider.interrupt("the camera was lost", settle_s=1.0).closed is not None
    assert decider.finish("the end").closed is None
    assert not decider.wants(60.0), "it settles from the first frame after it on"
    assert not decider.wants(60.9)
    assert decider.wants(61.0)


def test_a_loss_that_is_over_long_before_the_next_look_changes_nothing() -> None:
    decider = lapse(every="30s")
    decider.step(0.0, 0, score(0.0), ready=True)
    decider.interrupt("the camera was lost", settle_s=1.0)
    assert not decider.wants(2.0)
    assert not decider.wants(29.9)
    assert decider.wants(30.0)
