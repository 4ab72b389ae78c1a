from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from motionlapse.types import State
from motionlapse.units import format_size, parse_moment, parse_size
from motionlapse.watch.headroom import Headroom

DAWN = datetime(2026, 5, 4, tzinfo=UTC)


def watched(scores: list[float], *, step_s: float = 1.0, events: int = 0) -> Headroom:
    headroom = Headroom()
    headroom.events = events
    for number, score in enumerate(scores):
        time_s = number * step_s
        state = State.ACTIVE if score >= 1 else State.QUIET
        headroom.add(time_s, DAWN + timedelta(seconds=time_s), score, state)
    return headroom


def test_the_last_hour_forgets_what_is_older() -> None:
    headroom = watched([0.9] + [0.2] * 59 + [0.3] + [0.1] * 70, step_s=60)
    assert headroom.hour is not None
    assert headroom.hour.value == pytest.approx(0.1)
    headroom = watched([0.2] * 10 + [0.8] + [0.1] * 30, step_s=60)
    assert headroom.hour is not None
    assert (headroom.hour.value, f"{headroom.hour.wall:%H:%M}") == (0.8, "00:10")


def test_the_quiet_level_leaves_out_one_in_a_hundred() -> None:
    assert watched([0.3] * 995 + [0.95] * 5).quiet_level == pytest.approx(0.3, rel=0.09)
    assert watched([0.0] * 100).quiet_level == 0.0
    assert Headroom().quiet_level is None


@pytest.mark.parametrize(
    ("count", "step_s", "known"),
    [(75, 1 / 25, False), (1400, 1 / 25, False), (1600, 1 / 25, True), (90, 10, False),
     (110, 10, True)],
)  # fmt: skip
def test_a_scene_is_called_quiet_once_it_was_for_a_while(
    count: int, step_s: float, known: bool
) -> None:
    headroom = watched([0.0] * count, step_s=step_s)
    assert (headroom.quiet_level is not None) == known
    assert ("nothing moves" in headroom.scores()) == known
    assert headroom.scores().startswith("highest score 0 at 00:00")


@pytest.mark.parametrize(
    ("headroom", "words"),
    [
        (watched([0.02] * 500), "nothing came near the threshold"),
        (watched([0.9] * 500), "the quiet scene nearly sets off events by itself"),
        (watched([0.1] * 500, events=5000), "so many events"),
        (Headroom(), "no picture was analysed"),
        (watched([0.1] * 500 + [5.0] * 10, events=3), ""),
    ],
)
def test_death_and_frenzy_are_noticed(headroom: Headroom, words: str) -> None:
    assert words in headroom.verdict
    assert bool(headroom.verdict) == bool(words)


def test_the_account_is_one_line_and_begins_anew() -> None:
    headroom = watched([0.2] * 500 + [8.0] * 3, events=1)
    assert headroom.summary().startswith("1 event, 0 snapshots; highest score 8 at 00:08; 99% of")
    headroom.reset()
    assert headroom.summary() == "0 events, 0 snapshots"
    assert headroom.scores() == ""
    assert headroom.hour is not None, "the last hour goes on"
    headroom.snapshots = 1
    assert headroom.summary() == "0 events, 1 snapshot"


@pytest.mark.parametrize(
    ("typed", "size"),
    [("20GB", 20 * 10**9), ("1.5 tb", 1_500_000_000_000), ("2GiB", 2**31), ("7B", 7), (7, 7),
     ("500m", 500_000_000), ("3kB", 3000)],
)  # fmt: skip
def test_sizes(typed: object, size: int) -> None:
    assert parse_size(typed) == size


@pytest.mark.parametrize("typed", ["", "GB", "-1GB", "1.2.3", "20XB", "20", "20.5", -1, True, None])
def test_no_sizes(typed: object) -> None:
    with pytest.raises(ValueError, match="is not a size; write 20GB, 500MB or 2GiB"):
        parse_size(typed)


def test_sizes_are_shown_with_three_digits() -> None:
    sizes = (0, 999, 1_500_000, 20e9, 3e12)
    assert [format_size(size) for size in sizes] == ["0 B", "999 B", "1.5 MB", "20 GB", "3 TB"]


@pytest.mark.parametrize(
    ("typed", "moment"),
    [("14:30", "2026-05-04T14:30:00"), ("9:05:30", "2026-05-05T09:05:30"),
     ("2026-06-01T00:00:00+00:00", "2026-06-01T00:00:00")],
)  # fmt: skip
def test_a_time_of_day_is_the_next_one(typed: str, moment: str) -> None:
    now = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    assert parse_moment(typed, now).astimezone(UTC).isoformat() == f"{moment}+00:00"


@pytest.mark.parametrize(
    ("typed", "moment"),
    [("9:05:30", "2026-05-04T09:05:30"), ("10:00", "2026-05-04T10:00:00"),
     ("10:01", "2026-05-03T10:01:00"), ("2026-06-01T00:00:00+00:00", "2026-06-01T00:00:00")],
)  # fmt: skip
def test_a_time_of_day_may_be_the_last_one(typed: str, moment: str) -> None:
    now = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    assert parse_moment(typed, now, past=True).astimezone(UTC).isoformat() == f"{moment}+00:00"


@pytest.mark.parametrize("typed", ["25:00", "12:60", "noon", ""])
def test_no_times_of_day(typed: str) -> None:
    with pytest.raises(ValueError, match="is not a time of day"):
        parse_moment(typed, DAWN)
