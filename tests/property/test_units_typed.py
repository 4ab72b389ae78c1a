from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionlapse.units import format_duration, format_share, parse_duration, parse_share

seconds = st.floats(0, 1e6)
hours, sixty = st.integers(0, 200), st.integers(0, 59)
thousandths = st.integers(0, 999)


@given(value=seconds, decimals=st.integers(0, 6))
def test_a_formatted_duration_is_read_as_its_nearest_tick(value: float, decimals: int) -> None:
    again = parse_duration(format_duration(value, decimals=decimals))
    assert abs(again - value) <= 0.5 * 10.0**-decimals + 1e-6


@given(h=hours, m=sixty, s=sixty, ms=thousandths)
def test_every_way_of_writing_a_duration_means_the_same(h: int, m: int, s: int, ms: int) -> None:
    total = h * 3600 + m * 60 + s + ms / 1000
    minutes = h * 60 + m
    for text in (
        f"{h}:{m:02d}:{s:02d}.{ms:03d}",
        f"{minutes}:{s:02d}.{ms:03d}",
        f"{h}h{m}m{s}s{ms}ms",
        f"{h}H {m}".replace(" ", "") + f"M{s}.{ms:03d}S",
        f"  {h * 3600 + m * 60 + s}.{ms:03d}s ",
        f"{h * 3600 + m * 60 + s}.{ms:03d}",
    ):
        assert parse_duration(text) == pytest.approx(total, abs=1e-9)


@given(value=seconds)
def test_numbers_are_seconds(value: float) -> None:
    assert parse_duration(value) == value


@given(text=st.text(alphabet="0123456789.:hms- \n", max_size=8))
def test_a_text_is_a_duration_or_a_value_error(text: str) -> None:
    try:
        value = parse_duration(text)
    except ValueError:  # any other kind of error fails
        return
    assert math.isfinite(value)
    assert value >= 0


@given(text=st.text(alphabet="0123456789.%e+-naif \n", max_size=8))
def test_a_text_is_a_share_or_a_value_error(text: str) -> None:
    try:
        value = parse_share(text)
    except ValueError:  # any other kind of error fails
        return
    assert 0 <= value <= 1


@given(value=st.floats(0, 1))
def test_shares_may_be_numbers_or_texts_or_percent(value: float) -> None:
    assert parse_share(value) == value
    assert parse_share(repr(value)) == value
    assert parse_share(f" {value * 100!r}% ") == pytest.approx(value, rel=1e-12)


@given(value=st.floats(1e-6, 1))
def test_a_formatted_share_keeps_three_digits(value: float) -> None:
    assert parse_share(format_share(value)) == pytest.approx(value, rel=0.005)
