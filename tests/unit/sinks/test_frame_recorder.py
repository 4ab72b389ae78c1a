"""Clips that are encoded of a live source: what they show when there is little room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from motionlapse.frames import Frame
from motionlapse.sinks.clips import Clip
from motionlapse.sinks.frame_recorder import FrameRecorder
from motionlapse.sinks.live_clips import LiveClipSink
from motionlapse.types import Analysis, Decision, Event, State

FPS = 10
LUMA = np.full((48, 64), 90, np.uint8)


@pytest.fixture
def clip_of(
    make_frame: Callable[..., Frame],
    make_analysis: Callable[..., Analysis],
    make_event: Callable[..., Event],
    tmp_path: Path,
) -> Callable[..., list[float]]:
    """Record an event from 2 s to 8 s that fades in its middle; give its pictures' media times."""

    def record(most_frames: float) -> list[float]:
        size = make_frame(LUMA).planes.nbytes
        kept: list[Clip] = []
        sink = LiveClipSink(
            FrameRecorder(4.0, int(most_frames * size), FPS),
            tmp_path,
            pre_s=1.0,
            post_s=0.5,
            keep=kept.append,
        )
        for index in range(12 * FPS):
            time_s = index / FPS
            frame = make_frame(LUMA, index=index, time=time_s)
            moves = 2.0 <= time_s < 3.0 or 7.0 <= time_s < 8.0
            event = make_event(start_s=2.0, end_s=7.9)
            opened, closed = index == 2 * FPS, index == 11 * FPS
            state = State.ACTIVE if moves else State.FADING
            decision = Decision(
                state, "", 1.0, moves, event if opened else None, event if closed else None
            )
            sink.write(make_analysis(frame), decision)
        sink.close()
        with av.open(str(kept[0].path)) as film:
            return [kept[0].start_s + frame.time for frame in film.decode(video=0)]

    return record


def test_one_picture_may_be_larger_than_all_that_may_be_kept(
    clip_of: Callable[..., list[float]],
) -> None:
    times = clip_of(most_frames=0.5)
    assert times[0] == 2.0, "nothing was kept before it"
    assert times == pytest.approx([2.0 + n / FPS for n in range(len(times))], abs=0.001)
    assert times[-1] >= 8.4


def test_where_an_event_fades_for_longer_than_fits_its_clip_has_no_hole(
    clip_of: Callable[..., list[float]],
) -> None:
    times = clip_of(most_frames=20)
    assert times == pytest.approx([1.0 + n / FPS for n in range(len(times))], abs=0.001)
    assert times[-1] >= 8.4


def test_where_all_fits_a_clip_ends_soon_after_its_event(
    clip_of: Callable[..., list[float]],
) -> None:
    times = clip_of(most_frames=200)
    assert (times[0], times[-1]) == pytest.approx((1.0, 8.4), abs=0.001)
