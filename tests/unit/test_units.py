from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from motionlapse.units import (
    format_duration,
    format_score,
    format_share,
    parse_duration,
    parse_share,
    parse_wall,
)


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        (90, 90.0),
        (0.5, 0.5),
        ("90", 90.0),
        ("90s", 90.0),
        ("1m30s", 90.0),
        ("500ms", 0.5),
        ("1h", 3600.0),
        ("1.5h", 5400.0),
        (".5s", 0.5),
        (" 2M ", 120.0),
        ("1:30", 90.0),
        ("90:00", 5400.0),
        ("00:01:30.5", 90.5),
        ("25:00:00", 90_000.0),
        ("0", 0.0),
    ],
)
def test_durations(typed: object, seconds: float) -> None:
    assert parse_duration(typed) == pytest.approx(seconds, abs=1e-12)


@pytest.mark.parametrize(
    "typed",
    ["", "abc", "-1", "-1s", "1w", "1m30", "s", "1:60", "1:60:00", "1:2:3:4", "1e3", "inf", "nan",
     ":30", "1:", True, None, [1], float("nan"), float("inf"), -0.5],
)  # fmt: skip
def test_no_durations(typed: object) -> None:
    with pytest.raises(ValueError, match=r"is not a duration; write 90, 90s, 1m30s or 00:01:30\.5"):
        parse_duration(typed)


@pytest.mark.parametrize(
    ("typed", "share"),
    [(0.004, 0.004), ("0.004", 0.004), ("0.4%", 0.004), ("100%", 1.0), (0, 0.0), (" 5 % ", 0.05)],
)
def test_shares(typed: object, share: float) -> None:
    assert parse_share(typed) == pytest.approx(share, rel=1e-12)


@pytest.mark.parametrize("typed", ["", "%", "4 percent", "101%", 1.5, -0.1, "nan", True, None, []])
def test_no_shares(typed: object) -> None:
    with pytest.raises(ValueError, match=r"is not a share; write 0\.004 or 0\.4%, from 0 to 1"):
        parse_share(typed)


@pytest.mark.parametrize("parse", [parse_duration, parse_share])
def test_numbers_beyond_all_measure_are_value_errors(parse: object) -> None:
    with pytest.raises(ValueError, match="is no"):
        parse(10**400)  # type: ignore[operator]  # TOML's whole numbers have no end


def test_wall_times_keep_their_offset() -> None:
    moment = parse_wall("2026-05-04T12:00:00+02:00")
    assert moment.utcoffset() == timedelta(hours=2)
    assert moment == datetime(2026, 5, 4, 10, tzinfo=UTC)


def test_wall_times_without_an_offset_are_local() -> None:
    assert parse_wall("2026-05-04T12:00:00") == datetime(2026, 5, 4, 12).astimezone()
    assert parse_wall(datetime(2026, 5, 4, 12)).tzinfo is not None


def test_no_wall_time() -> None:
    with pytest.raises(
        ValueError, match="'noon' is not a date and time; write 2026-05-04T12:00:00"
    ):
        parse_wall("noon")


@pytest.mark.parametrize(
    ("seconds", "decimals", "text"),
    [
        (0, 1, "00:00:00.0"),
        (90.5, 1, "00:01:30.5"),
        (59.96, 1, "00:01:00.0"),
        (3599.9996, 3, "01:00:00.000"),
        (2.1, 3, "00:00:02.100"),
        (360_000, 0, "100:00:00"),
    ],
)
def test_durations_for_people(seconds: float, decimals: int, text: str) -> None:
    assert format_duration(seconds, decimals=decimals) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.004, "0.4%"), (0.0015, "0.15%"), (1, "100%"), (0, "0%")]
)
def test_shares_for_people(share: float, text: str) -> None:
    assert format_share(share) == text


@pytest.mark.parametrize(
    ("score", "digits", "text"),
    [
        (0, 2, "0"),
        (0.7512, 2, "0.75"),
        (99.4, 2, "99"),
        (99.5, 2, "100"),
        (195.8, 2, "196"),
        (999.6, 3, "1000"),
        (1431.2, 3, "1431"),
        (float("inf"), 2, "inf"),
        (float("nan"), 2, "nan"),
    ],
)
def test_scores_for_people(score: float, digits: int, text: str) -> None:
    assert format_score(score, digits=digits) == text
