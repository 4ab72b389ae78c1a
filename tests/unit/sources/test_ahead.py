from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import pytest

from motionlapse.errors import SourceError
from motionlapse.sources.ahead import Ahead


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
    before = threading.active_count()
    ahead = Ahead(itertools.count(), depth=1)
    assert next(iter(ahead)) == 0
    ahead.close()
    ahead.close()
    assert threading.active_count() == before
    assert list(ahead) == []
