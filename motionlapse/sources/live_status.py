"""How a live source is doing, for the dashboard and messages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LiveState(StrEnum):
    """How a live source is doing."""

    CONNECTING = "connecting"
    LIVE = "live"
    LOST = "lost"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """A live source at one moment.

    Attributes
    ----------
    state
        How it is doing.
    since_s
        Since when it has been in this state, on the monotonic clock.
    reason
        Why it was lost or ended, in words; ``""`` while all is well.
    detail
        What is received: size, codec, transport.
    retry_s
        If it is lost, the time from `since_s` to the next attempt to connect, in seconds.
    losses
        How often it was lost.
    pictures, dropped, unusable
        How many pictures came; how many of them were replaced by newer ones before they were
        analysed; and how many were grey or torn.
    fps
        Pictures a second in the last few seconds; 0 while none come.
    """

    state: LiveState
    since_s: float
    reason: str = ""
    detail: str = ""
    retry_s: float = 0.0
    losses: int = 0
    pictures: int = 0
    dropped: int = 0
    unusable: int = 0
    fps: float = 0.0
