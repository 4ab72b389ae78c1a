"""Holding that begins in the middle of a group of pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motionlapse.sources.connection import Undecoded
from motionlapse.sources.quiet_sizes import CurrentGroup, GroupSizes, QuietSizes
from tests.films import FPS
from tests.unit.sources.test_held_faults import broken
from tests.unit.sources.test_holding import KINDS, LettingGo, Stream, noisy_film, pictures
from tests.unit.sources.test_holding_numbers import Camera


class Joining(LettingGo):
    """Holds from one packet of each group on, or the first after it that may be held.

    Groups before the `first` are decoded.
    """

    may_join = True

    def __init__(self, at: int, *, go_at: int | None = None, first: int = 0) -> None:
        super().__init__(go_at=go_at)
        self._at = at
        self._groups_before = first + 1
        self.joined_at: list[int] = []

    def begin(self, stamp_s: float, *, closed: bool) -> bool:
        self._groups_before -= self._groups_before > 0
        return super().begin(stamp_s, closed=closed)

    def join(self, stamp_s: float) -> bool:
        self.active = self._count >= self._at and not self._groups_before
        if self.active:
            self.joined_at.append(self._count)
        return self.active


@pytest.mark.parametrize("go_at", [None, 9, 17])
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("kind", KINDS[:3], ids=["forward", "reordered", "hevc"])
def test_pictures_are_the_same_as_those_that_are_decoded_at_once(
    tmp_path: Path, kind: dict[str, object], at: int, go_at: int | None
) -> None:
    film = noisy_film(tmp_path / "film.mp4", seconds=4, moves=((0.0, 9.0),), **kind)
    # The decoder still has pictures of a decoded group when the next group begins.
    holding = Joining(at, go_at=go_at, first=1)
    held = Stream(film, holding)
    calm, shown = [], []
    for frame in held:
        calm.append(frame.calm)
        shown.append((frame.time, frame.planes.luma.view.tobytes()))
    assert shown == pictures(Stream(film, None))
    assert not held.damaged
    if go_at is None:  # after the held packets of the last group nothing comes
        assert calm.count(True) == sum(FPS - joined_at for joined_at in holding.joined_at[:2])
        # Not before the key frame's picture, which comes with one of the next three packets.
        assert all(at <= joined_at <= max(at, 3) for joined_at in holding.joined_at)
    else:
        assert True not in calm


def test_nothing_is_held_in_a_group_after_damage(tmp_path: Path) -> None:
    film = noisy_film(tmp_path / "film.mp4", seconds=3)
    stream = Stream(film, Joining(8))
    packets = list(stream.packets())
    packets[FPS + 5] = broken(packets[FPS + 5])  # type: ignore[call-overload]
    held: dict[int, int] = {}
    for number, packet in enumerate(packets):
        items = list(stream.decoder.take(packet))
        held[number // FPS] = held.get(number // FPS, 0) + items.count(None)
    assert stream.damaged
    assert held[0]
    assert held[2]
    assert not held[1]


def test_pictures_before_the_middle_have_been_seen(tmp_path: Path) -> None:
    stream = Stream(noisy_film(tmp_path / "film.mp4", seconds=2), Joining(10))
    unseen = []
    for packet in list(stream.packets())[: FPS + 1]:
        unseen += [item for item in stream.decoder.take(packet) if isinstance(item, Undecoded)]
    assert [item.pts_s for item in unseen] == [pytest.approx(n / FPS) for n in range(10, FPS)]


def test_holding_begins_in_a_group_once_nothing_has_moved_for_a_while() -> None:
    camera = Camera()
    camera.settle()
    holding = camera.holding
    camera.calm = holding.allowed = False  # motion is seen in a picture that was not held
    camera.group()
    holding.allowed = True
    assert not holding.begin(camera.now / 10, closed=True)
    camera.calm = True
    joined = []
    for _ in range(25):
        camera._see()
        camera.now += 1
        holding.add(camera.now / 10, 1000)
        joined.append(holding.join(camera.now / 10))
        if joined[-1]:
            break
    assert 8 <= len(joined) <= 12
    assert joined[-1]
    assert holding.add(camera.now / 10 + 0.1, 1000)
    assert not holding.add(camera.now / 10 + 0.2, 3000)


def test_no_group_is_held_from_its_middle_on_that_has_packets_unlike_quiet_ones() -> None:
    camera = Camera()
    camera.settle()
    holding = camera.holding
    holding.begin(camera.now / 10, closed=True)
    holding.stop()
    camera._see()
    holding.add(camera.now / 10 + 0.1, 3000)
    assert not holding.join(camera.now / 10 + 0.1)
    assert not holding.may_join


def groups(count: int, seed: int, *, places: int = 4) -> list[list[int]]:
    """Return sizes of groups: sizes fall after the key frame, and are log-normal around that."""
    random = np.random.default_rng(seed)
    usual = np.repeat(9 - 0.2 * np.arange(places), 12)
    return [np.exp(usual + random.normal(0, 0.4, len(usual))).astype(int).tolist()
            for _ in range(count)]  # fmt: skip


def false_alarms(sizes: QuietSizes, group: list[int]) -> int:
    hand, alarms = CurrentGroup(), 0
    for size in group:
        stretch = hand.add(size, backward=False)
        alarms += stretch is not None and sizes.is_unlike(stretch)
    assert hand.sizes is not None
    return alarms + sizes.is_unlike(hand.sizes)


def learn(sizes: QuietSizes, group: list[int]) -> None:
    hand = CurrentGroup()
    for size in group:
        if (stretch := hand.add(size, backward=False)) is not None:
            sizes.learn(stretch)
    assert hand.sizes is not None
    sizes.learn(hand.sizes)


def test_quiet_groups_are_seldom_taken_for_others_however_few_are_known() -> None:
    alarms = 0
    for seed in range(40):
        sizes = QuietSizes()
        first, *rest = groups(25, seed)
        learn(sizes, first)
        for group in rest:
            alarms += bool(false_alarms(sizes, group))
            learn(sizes, group)
    assert alarms <= 40 * 24 // 50


def test_groups_in_which_packets_are_half_as_large_again_are_told_of_soon() -> None:
    sizes, told = QuietSizes(), 0
    quiet = groups(30, 1)
    for group in quiet[:8]:
        learn(sizes, group)
    for group in quiet[8:]:
        told += bool(false_alarms(sizes, [*group[:24], *(size * 3 // 2 for size in group[24:])]))
    assert told >= 18


def test_stretches_alone_are_enough_to_know_quiet_ones() -> None:
    """Nothing moves for less than the length of a group at a time."""
    sizes = QuietSizes()
    for number, group in enumerate(groups(6, 1)):
        hand = CurrentGroup()
        for place, size in enumerate(group):
            stretch = hand.add(size, backward=False)
            if stretch is not None and (place < 24) == (number % 2 == 0):
                sizes.learn(stretch)
    assert sizes.known
    assert not sizes.telling


def test_of_the_fewest_groups_that_are_enough_what_is_far_from_them_is_told() -> None:
    sizes = QuietSizes()
    for mean in (9.0, 9.1, 8.9):
        sizes.learn(GroupSizes(None, None, mean))
    assert sizes.known
    assert not sizes.is_unlike(GroupSizes(None, None, 9.0 + 20 * 0.1))
    assert sizes.is_unlike(GroupSizes(None, None, 9.0 + 40 * 0.1))
    assert sizes.is_unlike(GroupSizes(None, None, 9.0 - 40 * 0.1))
