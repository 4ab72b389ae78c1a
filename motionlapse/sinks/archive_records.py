"""What an archive has, beside events as everybody knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from motionlapse.types import KeptEvent


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One scan of one source, as an archive has it.

    Attributes
    ----------
    run_id, source_id
        Keys in the database.
    source, kind
        As a person would type it, and ``recording``, ``stills`` or ``camera``.
    start_wall
        Time of day at media time 0, aware, or None.
    end_s
        Media time of the last frame; None for a run that is going on or was killed.
    state
        ``done``, ``interrupted``, ``failed`` or ``running``.
    settings
        As JSON held them.
    """

    run_id: int
    source_id: int
    source: str
    kind: str
    start_wall: datetime | None
    end_s: float | None
    state: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event with what only a page about it needs.

    Attributes
    ----------
    run_id, source_id
        Keys in the database.
    kept
        The event.
    best
        Path of the snapshot with the highest score, or None.
    mask_png
        The foreground of its best frame as a 1-bit PNG; ``b""`` without.
    """

    run_id: int
    source_id: int
    kept: KeptEvent
    best: str | None
    mask_png: bytes


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A snapshot.

    Attributes
    ----------
    path
        Where it is.
    time_s
        Media time.
    wall
        Time of day, aware, or None.
    """

    path: Path
    time_s: float
    wall: datetime | None
