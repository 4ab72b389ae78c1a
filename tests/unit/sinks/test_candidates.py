from __future__ import annotations

from collections.abc import Callable

import pytest

from motionlapse.sinks.candidates import Candidates
from motionlapse.types import Decision, Event, State


@pytest.fixture
def decide(
    make_decision: Callable[..., Decision], make_event: Callable[..., Event]
) -> Callable[[str], Decision]:
    """Return the decision of a letter: rising, confirmed, active, fading, quiet, closed."""
    event = make_event()
    decisions = {
        "r": make_decision(State.RISING, motion=True),
        "c": make_decision(State.ACTIVE, motion=True, opened=event),
        "a": make_decision(State.ACTIVE, motion=True),
        "f": make_decision(State.FADING),
        "q": make_decision(State.QUIET),
        "x": make_decision(State.QUIET, closed=event),
        "X": make_decision(State.ACTIVE, motion=True, opened=event, closed=event),
    }
    return decisions.__getitem__


@pytest.mark.parametrize(
    ("letters", "kept"),
    [
        ("qrrcaffx", [[1, 2, 3, 4]]),
        ("rrqrcx", [[3, 4]]),  # motion that came to nothing is dropped
        ("cfaafx", [[0, 2, 3]]),
        ("carX", [[0, 1]]),  # what rose belongs to the event that opens, not to the one that ends
        ("carXaqx", [[0, 1], [2, 3, 4]]),
        ("caxqrax", [[0, 1], [4, 5]]),
        ("qqx", [[]]),
    ],
)
def test_items_are_given_out_with_their_event(
    decide: Callable[[str], Decision], letters: str, kept: list[list[int]]
) -> None:
    candidates: Candidates[int] = Candidates(lambda items: items)
    given = [
        items
        for index, letter in enumerate(letters)
        if (items := candidates.step(decide(letter), lambda index=index: index)) is not None
    ]
    assert given == kept


def test_no_item_is_made_without_motion(decide: Callable[[str], Decision]) -> None:
    candidates: Candidates[int] = Candidates(lambda items: items)
    for letter in "qfx":
        candidates.step(decide(letter), lambda: pytest.fail("made an item"))


def test_no_more_is_held_than_is_chosen(decide: Callable[[str], Decision]) -> None:
    held: list[int] = []

    def best(items: list[int]) -> list[int]:
        held.append(len(items))
        return [max(items)]

    candidates: Candidates[int] = Candidates(best)
    for index, letter in enumerate("rrrrcaaaaa"):
        candidates.step(decide(letter), lambda index=index: -index)
    assert candidates.finish(decide("x")) == [0]
    assert max(held) <= 3


def test_finish_gives_nothing_where_nothing_closed(decide: Callable[[str], Decision]) -> None:
    candidates: Candidates[int] = Candidates(lambda items: items)
    candidates.step(decide("r"), lambda: 1)
    assert candidates.finish(decide("q")) is None


def test_drained_items_are_not_given_again(decide: Callable[[str], Decision]) -> None:
    candidates: Candidates[int] = Candidates(lambda items: items)
    candidates.step(decide("r"), lambda: 1)
    assert candidates.drain() == []  # not confirmed yet
    candidates.step(decide("c"), lambda: 2)
    assert candidates.drain() == [1, 2]
    assert candidates.step(decide("x"), lambda: 3) == []
