"""Footage of a recorder that was off for a while: what is before it and after it is not one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from motionlapse.decision.gaps import with_breaks
from motionlapse.frames import Frame, Interruption
from tests.films import FPS, picture, scan_here, write_film

HOUR_S = 3600.0
STEADY = [index / 4 for index in range(12)]
BURSTS = [minute * 60.0 + shot for minute in range(6) for shot in range(3)]


@pytest.mark.parametrize(
    ("times", "breaks"),
    [
        ([*STEADY, HOUR_S, HOUR_S + 0.25], 1),
        ([*STEADY, 12.0], 0),  # of a camera that sends less while nothing changes
        ([0.0, HOUR_S], 0),  # how often pictures come is not known yet
        ([index * 10.0 for index in range(20)], 0),
        ([*(index * 10.0 for index in range(20)), 250.0], 0),
        ([*(index * 10.0 for index in range(20)), HOUR_S], 1),
        (BURSTS, 1),  # after the first of them they are known to come so
    ],
)
def test_a_gap_is_long_beside_the_intervals_before_it(
    make_frame: Callable[..., Frame], times: Sequence[float], breaks: int
) -> None:
    luma = np.zeros((30, 40), np.uint8)
    frames = [make_frame(luma, index=index, time=time) for index, time in enumerate(times)]
    items = list(with_breaks(frames))
    assert [item for item in items if isinstance(item, Frame)] == frames
    assert sum(isinstance(item, Interruption) for item in items) == breaks


def test_what_breaks_already_is_not_broken_twice(make_frame: Callable[..., Frame]) -> None:
    luma = np.zeros((30, 40), np.uint8)
    frames = [make_frame(luma, index=index, time=time) for index, time in enumerate(STEADY)]
    later = make_frame(luma, index=12, time=HOUR_S)
    items: list[Frame | Interruption] = [*frames, Interruption("skipped"), later]
    assert list(with_breaks(items)) == items


def test_motion_on_both_sides_of_an_hour_without_pictures_is_two_events(tmp_path: Path) -> None:
    moves = ((3.0, 6.0), (HOUR_S, HOUR_S + 2.0))
    seconds = [index / FPS for index in range(6 * FPS)]
    film = write_film(
        tmp_path / "film.mkv",
        times=[*seconds, *(HOUR_S + second for second in seconds)],
        pictures=lambda time_s: picture(time_s, moves=moves),
    )
    ran = scan_here(film, tmp_path / "out")
    assert ran.code == 0
    assert [(event["start_s"], event["end_s"]) for event in ran.records] == [
        (3.0, pytest.approx(5.96)),
        (HOUR_S, pytest.approx(HOUR_S + 1.96)),
    ]
