from __future__ import annotations

from datetime import UTC, datetime, timedelta

from motionlapse.clock import ManualClock, SystemClock


def test_a_manual_clock_stands_until_it_is_told() -> None:
    start = datetime(2026, 5, 4, 12, tzinfo=UTC)
    clock = ManualClock(start)
    assert (clock.now(), clock.monotonic()) == (start, 0.0)
    clock.advance(1.5)
    assert (clock.now(), clock.monotonic()) == (start + timedelta(seconds=1.5), 1.5)


def test_the_systems_clock_is_aware_and_never_goes_back() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is not None
    assert clock.monotonic() <= clock.monotonic()
