"""Work in another thread: in order, bounded, and with its errors."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from motionlapse.errors import SinkError
from motionlapse.sinks.work_queue import WorkQueue


def test_all_is_done_in_order_and_elsewhere() -> None:
    queue, done = WorkQueue(), []
    for number in range(50):
        queue.do(lambda number=number: done.append((number, threading.get_ident())))
    queue.finish()
    queue.finish()
    assert [number for number, _ in done] == list(range(50))
    assert {thread for _, thread in done}.isdisjoint({threading.get_ident()})


def test_every_error_is_raised_and_what_follows_it_is_done() -> None:
    queue, done, raised = WorkQueue(), [], []

    def piece(number: int) -> None:
        if number % 10 == 3:
            raise SinkError(f"piece {number}")
        done.append(number)

    for number in range(30):
        try:
            queue.do(partial(piece, number))
        except SinkError as error:
            raised.append(str(error))
    try:
        queue.finish()
    except SinkError as error:
        raised.append(str(error))
    assert raised == ["piece 3", "piece 13", "piece 23"]
    assert len(done) == 27


def test_only_a_few_pieces_wait() -> None:
    queue, go, given = WorkQueue(), threading.Event(), []

    def give() -> None:
        for number in range(20):
            queue.do(go.wait)
            given.append(number)

    giver = threading.Thread(target=give)
    giver.start()
    giver.join(0.2)  # it can only be stuck: nothing is done before `go`
    assert len(given) <= 4
    go.set()
    giver.join()
    queue.finish()
    assert len(given) == 20


def test_what_is_dropped_is_not_begun() -> None:
    queue, begun, go, done = WorkQueue(), threading.Event(), threading.Event(), []

    def first() -> None:
        begun.set()
        go.wait()
        done.append("first")

    queue.do(first)
    queue.do(lambda: done.append("second"))
    queue._pending[-1].add_done_callback(lambda _: go.set())  # once it has been dropped
    begun.wait()
    queue.drop()
    assert done == ["first"]
    with pytest.raises(RuntimeError):
        queue.do(lambda: None)
