"""What may be kept of an event, held until it is known whether there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from motionlapse.types import Decision, State

T = TypeVar("T")


class Scored(Protocol):
    """An item with the change score of its frame."""

    @property
    def score(self) -> float:
        """The change score."""


S = TypeVar("S", bound=Scored)


def best(items: list[S]) -> list[S]:
    """Return the item with the highest score, the first of equals, alone."""
    return [max(items, key=lambda item: item.score)]


class Candidates(Generic[T]):
    """Items of an event. Those of rising motion are held until it is confirmed, or dropped with it.

    Parameters
    ----------
    choose
        Given the items so far, returns those that are still wanted. Called after each addition, so
        that no more of them are held than needed.
    """

    def __init__(self, choose: Callable[[list[T]], list[T]]) -> None:
        self._choose = choose
        self._rising: list[T] = []
        self._event: list[T] = []

    def step(self, decision: Decision, make: Callable[[], T]) -> list[T] | None:
        """Take one frame.

        Parameters
        ----------
        decision
            What was decided on it.
        make
            Makes the frame's item; called only if the frame has motion.

        Returns
        -------
        list or None
            The items of the event that this decision closed, or None.
        """
        closed = self._take() if decision.closed else None
        if not decision.motion:
            self._rising = []
        elif decision.state is State.RISING:
            self._rising = self._choose([*self._rising, make()])
        else:
            self._event = self._choose([*self._event, *self._rising, make()])
            self._rising = []
        return closed

    def finish(self, decision: Decision) -> list[T] | None:
        """Return the items of the event that the last decision closed, if any."""
        return self._take() if decision.closed else None

    def drain(self) -> list[T]:
        """Return the items of the confirmed event so far, and hold them no longer."""
        return self._take()

    def _take(self) -> list[T]:
        items, self._event = self._event, []
        return items
