"""A live source with fake connections: its states, its losses, and what the loop gets."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from motionlapse.clock import ManualClock, SystemClock
from motionlapse.errors import SourceError
from motionlapse.frames import Frame, Interruption, Plane, Planes
from motionlapse.sources.address import parse_address
from motionlapse.sources.backoff import Backoff
from motionlapse.sources.connection import Picture, itself
from motionlapse.sources.live import Live
from motionlapse.sources.live_settings import LiveSettings
from motionlapse.sources.live_status import LiveState, LiveStatus
from motionlapse.sources.picture_guard import PictureGuard
from motionlapse.sources.stream_clock import StreamClock

QUICK = LiveSettings.model_validate({"retry_first": "1ms", "retry_most": "2ms"})


def planes(seed: int, size: tuple[int, int] = (24, 32)) -> Planes:
    luma = np.random.default_rng(seed).integers(30, 220, size, dtype=np.uint8)
    return Planes(Plane(luma, size[1]))


class Scripted:
    """A connection that gives a number of pictures and then breaks."""

    detail, damage, paced = "scripted", "", False

    def __init__(self, count: int, *, first: int = 0, ending: str = "", finite: bool = False):
        self.finite = finite
        self._numbers = range(first, first + count)
        self._ending = ending

    def pictures(self) -> Iterator[Picture]:
        for number in self._numbers:
            yield Picture(
                planes(number), lambda: itself(np.zeros((2, 2, 3), np.uint8)), number / 10
            )
        if self._ending:
            raise SourceError(self._ending)

    def close(self) -> None:
        pass


def live(connections: list[Scripted | str], **more: object) -> tuple[Live, list[LiveStatus]]:
    """Return a live source that opens these connections in turn; a text is a failure to connect."""
    told: list[LiveStatus] = []
    waiting = iter(connections)

    def connect() -> Scripted:
        found = next(waiting)
        if isinstance(found, str):
            raise SourceError(found)
        return found

    source = Live(
        parse_address("demo:"), connect, QUICK, ManualClock(), on_status=told.append,
        realtime=False, chance=random.Random(1), **more,
    )  # fmt: skip
    return source, told


def test_a_loss_is_an_interruption_between_frames_and_time_goes_on() -> None:
    source, told = live(
        [Scripted(3, ending="cable"), "refused", Scripted(2, first=50, finite=True)]
    )
    with source:
        assert source.open()
        assert source.info.live
        items = list(source)
    kinds = [type(item).__name__ for item in items]
    assert kinds == ["Frame"] * 3 + ["Interruption"] + ["Frame"] * 2
    frames = [item for item in items if isinstance(item, Frame)]
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert (np.diff([frame.time for frame in frames]) > 0).all()
    (lost,) = (item for item in items if isinstance(item, Interruption))
    assert lost.reason == "the camera was lost: cable"
    assert lost.settle_s == QUICK.settle
    states = [status.state for status in told]
    assert states == [
        LiveState.CONNECTING, LiveState.LIVE, LiveState.LOST,
        LiveState.CONNECTING, LiveState.LOST,
        LiveState.CONNECTING, LiveState.LIVE, LiveState.ENDED,
    ]  # fmt: skip
    assert told[-1].losses == 1


def test_what_cannot_be_had_at_the_beginning_is_told_at_once() -> None:
    source, _ = live(["refused"])
    with source, pytest.raises(SourceError, match=r"^demo:: refused$"):
        source.open()


def test_a_source_without_a_picture_is_no_source() -> None:
    source, _ = live([Scripted(0)])
    with source, pytest.raises(SourceError, match="no picture can be decoded"):
        source.open()


def test_a_defect_in_the_thread_ends_the_loop_instead_of_hanging_it() -> None:
    class Broken(Scripted):
        def pictures(self) -> Iterator[Picture]:
            yield from super().pictures()
            raise ZeroDivisionError("a defect")

    source, _ = live([Broken(2)])
    with source:
        source.open()
        with pytest.raises(SourceError, match="unexpected ZeroDivisionError"):
            list(source)


def test_closing_ends_everything() -> None:
    before = set(threading.enumerate())
    source, _ = live([Scripted(1_000_000)])
    with source:
        source.open()
        frames = iter(source)
        next(frames)
    source.close()
    assert set(threading.enumerate()) <= before


def test_stopping_ends_iteration_while_nothing_comes() -> None:
    class Silent(Scripted):
        def pictures(self) -> Iterator[Picture]:
            yield from super().pictures()
            gate.wait()

    gate = threading.Event()
    idle: list[int] = []
    source, _ = live([Silent(1)], should_stop=lambda: len(idle) > 1, idle=lambda: idle.append(1))
    with source:
        source.open()
        assert len(list(source)) == 1
        gate.set()


def test_a_long_loss_forgets_the_background() -> None:
    clock = ManualClock()

    def connect() -> Scripted:
        if next(numbers):
            clock.advance(QUICK.keep_background + 1)
            return Scripted(1, first=9, finite=True)
        return Scripted(1, ending="cable")

    numbers = iter([0, 1])
    source = Live(parse_address("demo:"), connect, QUICK, clock, realtime=False)
    with source:
        source.open()
        breaks = [item for item in source if isinstance(item, Interruption)]
    assert any(item.forget for item in breaks)


# ---- the parts -----------------------------------------------------------------------------------


def test_waits_grow_up_to_a_bound_with_chance() -> None:
    backoff = Backoff(1.0, 60.0, random.Random(3))
    waits = [backoff.next() for _ in range(60)]
    for number, wait_s in enumerate(waits):
        plain_s = min(1.1**number, 60.0)
        assert 0.75 * plain_s <= wait_s <= 1.25 * plain_s
    assert len(set(waits[50:])) == 10
    backoff.reset()
    assert backoff.next() <= 1.25


@pytest.mark.parametrize("away_s", [1.5, 10.0, 100.0])
def test_a_source_that_comes_back_is_soon_noticed(away_s: float) -> None:
    settings, late = LiveSettings(), []
    for seed in range(50):
        backoff = Backoff(settings.retry_first, settings.retry_most, random.Random(seed))
        now_s = 0.0
        while now_s < away_s:
            now_s += backoff.next()
        late.append(now_s - away_s)
    assert sum(late) / len(late) < 0.15 * away_s


def test_a_burst_at_the_beginning_does_not_shift_the_times() -> None:
    clock = StreamClock()
    clock.connect()
    burst = [clock.time(number / 10, 0.001 * number) for number in range(5)]
    later = [clock.time(number / 10, number / 10 - 0.4) for number in range(5, 200)]
    times = burst + later
    assert times == pytest.approx([number / 10 for number in range(200)], abs=0.01)


def test_time_never_goes_back_and_follows_a_camera_whose_clock_runs_fast() -> None:
    clock = StreamClock()
    clock.connect()
    times = [clock.time(number / 25 * 1.001, number / 25) for number in range(25 * 3600)]
    assert (np.diff(times) > 0).all()
    assert times[-1] == pytest.approx(3600, abs=0.1)
    clock.connect()
    assert clock.time(0.0, 3610.0) == pytest.approx(3610.0, abs=0.2)
    assert clock.time(-5.0, 3610.1) > 3609.0


@pytest.mark.parametrize(
    ("luma", "chroma", "good"),
    [(128, 128, False), (0, 0, False), (0, 128, True), (128, 90, True), (60, 128, True)],
)
def test_what_a_decoder_leaves_unfilled_is_no_picture(luma: int, chroma: int, good: bool) -> None:
    guard = PictureGuard(0.0)

    def torn(number: int) -> Planes:
        whole = planes(number, (64, 96)).luma.buffer.copy()
        whole[48:] = luma
        other = np.full((32, 48), chroma, np.uint8)
        return Planes(Plane(whole, 96), (Plane(other, 48), Plane(other, 48)))

    assert guard.usable(torn(1), 0.0) is good
    assert guard.usable(torn(2), 4.0) is good
    assert guard.usable(torn(3), 6.0), "what stays so is a wall"


def test_the_same_picture_for_too_long_is_a_loss() -> None:
    guard = PictureGuard(3.0)
    assert guard.usable(planes(1), 0.0)
    assert guard.usable(planes(2), 2.0)
    assert guard.usable(planes(2), 4.0)
    with pytest.raises(SourceError, match="the same for 3 s"):
        guard.usable(planes(2), 5.0)


def test_times_of_day_are_those_of_the_clock() -> None:
    source = Live(
        parse_address("demo:"), lambda: Scripted(3, finite=True), QUICK, SystemClock(),
        realtime=False,
    )  # fmt: skip
    with source:
        source.open()
        frames = [item for item in source if isinstance(item, Frame)]
    assert all(frame.wall is not None and frame.wall.tzinfo for frame in frames)
