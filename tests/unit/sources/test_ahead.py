from __future__ import annotations

import itertools
import sys
import threading
import time
import weakref
from collections.abc import Iterator

import pytest

from motionlapse.errors import SourceError
from motionlapse.sources.ahead import Ahead
from tests.films import LONG_S


def test_items_come_in_order() -> None:
    ahead = Ahead(range(100), depth=3)
    assert list(ahead) == list(range(100))
    ahead.close()


def test_an_error_comes_in_its_place() -> None:
    def failing() -> Iterator[int]:
        yield 1
        yield 2
        raise SourceError("the disk is gone")

    ahead = Ahead(failing())
    items = iter(ahead)
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(SourceError, match="the disk is gone"):
        next(items)
    ahead.close()


def test_close_stops_a_thread_that_waits_for_room() -> None:
    before = set(threading.enumerate())
    ahead = Ahead(itertools.count(), depth=1)
    assert next(iter(ahead)) == 0
    ahead.close()
    ahead.close()
    assert set(threading.enumerate()) <= before
    assert list(ahead) == []


def test_nothing_is_held_after_closing() -> None:
    """Items may refer back to the owner: then only the cycle collector would free them."""
    items = [{number} for number in range(3)]
    left = [weakref.ref(item) for item in items]
    ahead = Ahead(iter(items), depth=4)  # all items wait, and the thread has ended
    ahead._thread.join()
    items.clear()
    ahead.close()
    assert [item() for item in left] == [None] * 3
    assert list(ahead) == []


def test_after_an_item_that_is_not_eager_nothing_is_made_before_the_consumer_comes_back() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(20):
            made.append(number)
            yield number

    ahead = Ahead(items(), depth=4, eager=lambda number: number < 10)
    seen: list[int] = []
    for number in ahead:
        seen.append(number)
        if number >= 10:
            time.sleep(0.01)  # enough time for a thread that does not wait to go on
            assert made[-1] == number
    assert seen == list(range(20))
    ahead.close()


def test_close_stops_a_thread_that_waits_for_the_consumer() -> None:
    before = set(threading.enumerate())
    ahead = Ahead(itertools.count(), depth=3, eager=lambda _: False)
    assert next(iter(ahead)) == 0
    ahead.close()
    assert set(threading.enumerate()) <= before


def test_of_large_items_fewer_wait() -> None:
    """The thread may hold one more item; closing releases a thread that does."""
    given: list[int] = []

    def noted(count: Iterator[int]) -> Iterator[int]:
        for item in count:
            given.append(item)
            yield item

    ahead = Ahead(noted(itertools.count()), 90, size=lambda n: 5 * (n % 2 == 0), most=15)
    for expected, item in enumerate(ahead):
        assert item == expected
        # Of the items that were read and not yet taken, at most 3 are large, besides the one that
        # the thread holds.
        assert sum(n % 2 == 0 for n in given[item + 1 :]) <= 3 + 1
        if item == 200:
            break
    ahead.close()


@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("eager", [True, False])
@pytest.mark.parametrize("large", [True, False])
@pytest.mark.parametrize("length", [0, 1, 3, 1000])
def test_it_can_be_closed_at_any_time(depth: int, eager: bool, large: bool, length: int) -> None:
    """Wherever the thread is at that moment, it must not wait for ever."""
    before = set(threading.enumerate())
    for taken in [*range(5)] * 5:
        ahead = Ahead(iter(range(length)), depth, lambda _: eager, size=lambda _: 4 * large, most=9)
        seen = list(itertools.islice(ahead, taken))
        ahead.close()
        assert seen == list(range(min(taken, length)))
        assert list(ahead) == []
    assert set(threading.enumerate()) <= before


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_it_can_be_closed_by_many_at_once() -> None:
    def slow(go: threading.Event) -> Iterator[int]:
        go.wait()
        yield 0

    for _ in range(200):
        go = threading.Event()
        ahead = Ahead(slow(go), depth=1)
        threads = [threading.Thread(target=ahead.close, daemon=True) for _ in range(8)]
        for thread in threads:
            thread.start()
        go.set()  # now all of them wait for the thread
        for thread in threads:
            thread.join(LONG_S)
            assert not thread.is_alive()
