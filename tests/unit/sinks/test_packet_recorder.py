"""Clips that are copied from a stream whose timestamps jump."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from films import FPS, write_film

from motionlapse.frames import Frame
from motionlapse.sinks.clips import Clip
from motionlapse.sinks.live_clips import LiveClipSink
from motionlapse.sinks.packet_recorder import PacketRecorder
from motionlapse.sinks.packet_ring import PacketRing
from motionlapse.sinks.stretches import Stretches
from motionlapse.sources.stream_clock import StreamClock
from motionlapse.types import Analysis, Decision, Event, State

JUMP_S, FIRST_S = 6.0, 100.0
SECONDS = 12
LUMA = np.zeros((4, 4), np.uint8)


@pytest.fixture
def jumping(tmp_path: Path) -> Callable[[float, int], Path]:
    """A transport stream whose timestamps jump after 6 s: `jumping(-24.0, b_frames)`."""

    def make(by_s: float, b_frames: int) -> Path:
        halves = []
        for first_s, begin, end in ((FIRST_S, 0, JUMP_S), (FIRST_S + by_s, JUMP_S, SECONDS)):
            times = [index / FPS for index in range(round(begin * FPS), round(end * FPS))]
            path = tmp_path / f"{begin}.ts"
            write_film(path, times=times, first_s=first_s, b_frames=b_frames)
            halves.append(path.read_bytes())
        (tmp_path / "jumps.ts").write_bytes(b"".join(halves))
        return tmp_path / "jumps.ts"

    return make


def streamed(path: Path, ring: PacketRing) -> Iterator[float]:
    """Fill a ring as a connection does, a picture after another; yield their media times."""
    clock = StreamClock()
    clock.connect()
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        ring.attach(stream)
        came = 0
        for packet in film.demux(stream):
            for frame in packet.decode():
                stamp_s = float(frame.pts * frame.time_base)
                time_s = clock.time(stamp_s, came / FPS)
                ring.align(stamp_s, time_s)
                yield time_s
            if packet.size:
                came += 1
                stamp = packet.dts if packet.pts is None else packet.pts
                ring.add(packet, float(stamp * packet.time_base))
        ring.detach()


@pytest.mark.parametrize("b_frames", [0, 2])
@pytest.mark.parametrize("by_s", [0.0, -24.0, -5.0, 59_000.0, 5.0])
@pytest.mark.parametrize(
    ("start_s", "end_s"), [(4.0, 9.0), (7.0, 9.0)], ids=["in the event", "before it"]
)
def test_a_clip_covers_its_event_though_timestamps_jump(
    jumping: Callable[[float, int], Path],
    make_frame: Callable[..., Frame],
    make_analysis: Callable[..., Analysis],
    make_event: Callable[..., Event],
    tmp_path: Path,
    by_s: float,
    b_frames: int,
    start_s: float,
    end_s: float,
) -> None:
    ring = PacketRing(10.0, 10_000_000)
    kept: list[Clip] = []
    sink = LiveClipSink(
        PacketRecorder(ring), tmp_path / "kept", pre_s=2.0, post_s=0.5, keep=kept.append
    )
    event = make_event(start_s=start_s, end_s=end_s)
    before_s = -1.0
    for index, time_s in enumerate(streamed(jumping(by_s, b_frames), ring)):
        opened = before_s < start_s + 0.5 <= time_s
        closed = before_s < end_s + 1.5 <= time_s
        moves = start_s <= time_s <= end_s
        decision = Decision(
            State.QUIET, "", 1.0, moves, event if opened else None, event if closed else None
        )
        sink.write(make_analysis(make_frame(LUMA, index=index, time=time_s)), decision)
        before_s = time_s
    sink.close()
    [clip] = kept
    assert start_s - 2.0 - 1.2 < clip.start_s <= start_s - 2.0 + 0.15, "a key frame a second"
    with av.open(str(clip.path)) as film:
        times = [frame.time for frame in film.decode(video=0)]
    assert times[0] == 0.0
    assert clip.start_s + times[-1] == pytest.approx(end_s + 0.5, abs=0.2)
    assert len(times) == pytest.approx(FPS * (end_s + 0.5 - clip.start_s), abs=5)
    steps = np.diff(times)
    assert steps.min() > 0.02
    assert steps.max() < 0.15


def test_a_stretch_that_no_picture_has_told_of_goes_on_from_the_one_before() -> None:
    stretches = Stretches()
    first = stretches.of_next(10.0)
    stretches.of_next(10.04)
    later = stretches.of_next(3.0)
    assert (first.known, later.known) == (False, False)
    stretches.align(10.0, 50.0)
    assert (first.offset_s, later.known) == (40.0, False)
    assert later.offset_s == pytest.approx(50.08 - 3.0)
    stretches.align(3.0, 51.0)
    assert (later.offset_s, later.known, first.offset_s) == (48.0, True, 40.0)


def test_a_stretch_before_the_first_picture_ends_where_that_begins() -> None:
    stretches = Stretches()
    first = stretches.of_next(10.0)
    stretches.of_next(3.0)
    stretches.align(3.0, 51.0)
    assert first.known
    assert first.offset_s == pytest.approx(50.96 - 10.0)


def test_pictures_that_come_later_than_they_should_begin_a_stretch() -> None:
    """The program was stopped for a while, or the camera's clock: timestamps go on."""
    stretches = Stretches()
    stretches.align(10.0, 50.0)
    first = stretches.of_next(10.0)
    stretches.align(10.04, 60.0)
    second = stretches.of_next(10.04)
    assert (first.offset_s, second.offset_s) == pytest.approx((40.0, 49.96))
    stretches.align(10.08, 60.04)
    assert stretches.of_next(10.08) is second
    stretches.forget_before(second)
    stretches.align(10.02, 50.02)
    assert second.offset_s == pytest.approx(49.96)
