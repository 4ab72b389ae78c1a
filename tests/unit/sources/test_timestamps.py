from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionlapse.sources.timestamps import MediaClock

MILLISECONDS = Fraction(1, 1000)


def times(pts: list[int | None], *, start: int | None = 0) -> tuple[list[float], str]:
    clock = MediaClock(MILLISECONDS, start, 0.04)
    return [clock.time(value) for value in pts], clock.repairs()


def test_timestamps_count_from_the_start() -> None:
    assert times([500, 540, 620], start=500) == ([0.0, pytest.approx(0.04), 0.12], "")


def test_the_first_timestamp_is_the_start_where_none_is_said() -> None:
    assert times([700, 740], start=None) == ([0.0, pytest.approx(0.04)], "")


def test_a_missing_timestamp_is_one_frame_later() -> None:
    seen, repairs = times([0, None, 80])
    assert seen == pytest.approx([0.0, 0.04, 0.08])
    assert repairs == (
        "missing or backward timestamps of 1 frame repaired, the first at 00:00:00.0"
    )


def test_a_small_step_back_moves_none_that_follow() -> None:
    seen, repairs = times([0, 40, 30, 80])
    assert seen == pytest.approx([0.0, 0.04, 0.041, 0.08])
    assert "1 frame " in repairs


def test_a_long_step_back_starts_a_new_count_where_the_last_ended() -> None:
    seen, repairs = times([0, 5000, 1000, 1040, 1080])
    assert seen == pytest.approx([0.0, 5.0, 5.04, 5.08, 5.12])
    assert repairs.endswith("repaired, the first at 00:00:05.0")


def test_repairs_are_counted() -> None:
    assert "of 3 frames" in times([0, None, None, 70, 1000])[1]


def test_seek_is_the_way_back() -> None:
    clock = MediaClock(MILLISECONDS, 500, 0.04)
    assert clock.seek(2.5) == 3000


@given(
    pts=st.lists(st.one_of(st.none(), st.integers(0, 20_000)), max_size=40),
    start=st.sampled_from([0, None]),
)
def test_time_always_goes_forward(pts: list[int | None], start: int | None) -> None:
    seen, _ = times(pts, start=start)
    assert all(later > earlier for earlier, later in pairwise(seen))
