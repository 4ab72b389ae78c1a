"""When packets are held: only times, sizes and verdicts, no pictures."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from motionlapse.sources.holding import Holding
from motionlapse.sources.size_witness import SizeWitness


class Camera:
    """Packets of a quiet camera, 10 a second with a key frame each second, judged at once."""

    def __init__(self) -> None:
        self.holding = Holding()
        self.holding.allowed = True
        self.now = 0
        self.late_s = 0.0
        self.calm, self.still, self.standing = True, False, False
        self._random = np.random.default_rng(3)
        self.sees = True

    def group(self, sizes: list[int] | None = None, packets: int = 9) -> bool:
        """Send a group; return whether it was held to its end."""
        holding = self.holding
        holding.stays_held()
        held = holding.begin(self.now / 10, closed=True)
        self._see()
        for size in sizes or self._random.integers(900, 1100, packets):
            self.now += 1
            held = holding.add(self.now / 10, int(size)) and held
            if not holding.active:
                self._see()
        self.now += 1
        return held and holding.stays_held()

    def _see(self) -> None:
        if self.sees:
            still = self.calm or self.still
            self.holding.judged(self.now / 10, calm=self.calm, still=still, standing=self.standing)

    def settle(self) -> None:
        for _ in range(8):
            self.group()


def test_a_group_is_held_once_nothing_has_moved_for_a_while() -> None:
    camera = Camera()
    assert [camera.group() for _ in range(10)] == [False] * 4 + [True] * 6


@pytest.mark.parametrize(
    "sizes",
    [[1000, 1000, 3000], [1350] * 9, [700] * 9],
    ids=["one is large", "all are larger", "all are smaller"],
)
def test_packets_unlike_quiet_ones_are_let_go(sizes: list[int]) -> None:
    camera = Camera()
    camera.settle()
    assert not camera.group(sizes)
    assert camera.group()


def test_packets_are_let_go_when_they_reach_too_far() -> None:
    camera = Camera()
    camera.settle()
    assert not camera.group(packets=25)
    assert not camera.group(), "the key frames were too far apart"
    assert camera.group()


def test_packets_are_let_go_when_something_stirs() -> None:
    camera = Camera()
    camera.settle()
    camera.calm = False
    assert not camera.group()


@pytest.mark.parametrize("still", [True, False])
def test_that_nothing_stirs_while_an_event_ends_counts(still: bool) -> None:
    camera = Camera()
    camera.settle()
    camera.calm, camera.still = False, still
    assert not any(camera.group() for _ in range(3))
    camera.calm = True
    camera.holding.judged(camera.now / 10, calm=True, still=True)
    assert camera.group() is still


def test_nothing_is_held_while_something_stands_there() -> None:
    camera = Camera()
    camera.settle()
    camera.standing = True
    assert camera.group(), "the key frame was not seen before its packets came"
    assert not any(camera.group() for _ in range(3))
    camera.standing = False
    assert [camera.group() for _ in range(2)] == [False, True]


def test_nothing_is_held_while_somebody_wants_all() -> None:
    camera = Camera()
    camera.settle()
    camera.holding.allowed = False
    assert not camera.group()


def test_nothing_is_held_while_the_loop_does_not_keep_up() -> None:
    camera = Camera()
    camera.settle()
    camera.sees = False
    assert [camera.group() for _ in range(4)][2:] == [False, False]


def test_nothing_is_held_at_the_beginning_of_a_connection() -> None:
    camera = Camera()
    camera.settle()
    camera.holding.connect()
    assert not camera.group()


def test_now_and_then_a_quiet_group_is_decoded_as_a_sample() -> None:
    camera = Camera()
    camera.settle()
    held = [camera.group() for _ in range(60)]
    assert held.count(False) == 3


def test_after_a_stir_that_a_key_frame_alone_showed_it_takes_twice_as_long() -> None:
    def again(camera: Camera) -> int:
        camera.calm = False
        camera.group()
        camera.calm = True
        return next(number for number in range(99) if camera.group())

    camera = Camera()
    camera.settle()
    first = again(camera)
    assert again(camera) >= 1.6 * first


def test_after_a_stir_that_became_an_event_it_takes_no_longer() -> None:
    def again(camera: Camera) -> int:
        camera.calm, before_s = False, camera.now / 10 - 0.1
        camera.group([3000] * 9)
        camera.holding.judged(camera.now / 10, calm=False, opened_s=before_s)
        camera.calm = True
        return next(number for number in range(99) if camera.group())

    camera = Camera()
    camera.settle()
    assert [again(camera) for _ in range(4)] == [again(camera)] * 4


@pytest.mark.parametrize(("grow", "after"), [(True, True), (False, False)])
def test_an_event_whose_packets_told_nothing_ends_holding_for_long(grow: bool, after: bool) -> None:
    camera = Camera()
    camera.settle()
    start_s = camera.now / 10 + 0.4
    camera.group([1000] * 4 + [4000] * 5 if grow else None)
    camera.calm = False
    camera.holding.judged(camera.now / 10, calm=False, opened_s=start_s)
    for _ in range(4):
        camera.group()
    camera.calm = True
    assert (True in [camera.group() for _ in range(20)]) is after


def test_of_a_stream_without_more_key_frames_no_more_is_kept_than_of_a_long_group() -> None:
    camera = Camera()
    camera.settle()
    tracemalloc.start()
    camera.group(packets=20_000)
    camera.holding.judged(camera.now / 10 + 1, calm=True)
    tracemalloc.reset_peak()
    camera.holding.judged(camera.now / 10 + 2, calm=False)  # learns from what came before
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50_000


@pytest.mark.parametrize(("begins_s", "blind"), [(5.0, False), (1.0, True)])
def test_what_told_of_an_event_is_remembered_however_many_packets_told_after(
    begins_s: float, blind: bool
) -> None:
    """At 120 pictures a second, and while the loop is late."""
    witness = SizeWitness(longest_s=2.0)
    for number in range(600):
        witness.unlike(4.5 + number / 120, 5.0 + number / 120)
    witness.opened(begins_s)
    witness.judged(10.0)
    assert (witness.blind_until_s > 0) is blind


@pytest.mark.parametrize(("late_s", "blind"), [(-0.2, False), (1.9, False), (2.1, True)])
@pytest.mark.parametrize("held", [True, False])
def test_what_packets_tell_no_later_than_a_key_frame_would_is_told(
    late_s: float, blind: bool, held: bool
) -> None:
    """What enters the picture slowly hardly makes packets grow at first, held or not."""
    witness = SizeWitness(longest_s=2.0)
    if held:
        witness.spared(3.5, 5.5)
    witness.unlike(5.0 + late_s, 5.0 + late_s)
    witness.opened(5.0)
    witness.judged(10.0)
    assert (witness.blind_until_s > 0) is blind


class Asked:
    """A witness with events that are 100 s apart."""

    def __init__(self) -> None:
        self.witness = SizeWitness(longest_s=2.0)
        self.now_s = 0.0

    def event(self, *, told: bool) -> float:
        """Open an event; return for how long sizes are not relied on after it."""
        self.now_s += 100.0
        if told:
            self.witness.unlike(self.now_s, self.now_s + 0.5)
        self.witness.opened(self.now_s)
        self.witness.judged(self.now_s + 10.0)
        return max(0.0, self.witness.blind_until_s - self.now_s)


def test_of_each_event_that_packets_do_not_tell_of_they_are_relied_on_later() -> None:
    asked = Asked()
    assert [asked.event(told=False) for _ in range(4)] == [600.0, 1200.0, 2400.0, 4800.0]


def test_packets_that_tell_of_some_events_in_a_row_are_relied_on_again() -> None:
    asked = Asked()
    asked.event(told=False)
    assert [asked.event(told=True) for _ in range(3)] == [500.0, 400.0, 0.0]


def test_where_packets_tell_of_most_events_it_takes_no_longer_each_time() -> None:
    asked = Asked()
    pattern = [True] * 9 + [False]
    lasted_s = [asked.event(told=told) for told in pattern * 30]
    assert max(lasted_s) <= 1200.0
    assert lasted_s.count(0.0) >= 0.7 * len(lasted_s)
