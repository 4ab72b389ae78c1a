"""Fixtures that make short films of small pictures be treated like long ones of large ones."""

from __future__ import annotations

import pytest

from motionlapse.sources import disposable, leapfrog
from motionlapse.sources.late import LateDecoder, Passage
from tests.disposable_films import ROOM


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let only `ROOM` whole pictures of 160×120 wait: otherwise a whole film would fit."""
    monkeypatch.setattr(leapfrog, "_ROOM_BYTES", 160 * 120 * 3 // 2 * ROOM)


@pytest.fixture
def soon_left_out(monkeypatch: pytest.MonkeyPatch, little_room: None) -> None:
    """Leave out disposable pictures once a few were not wanted: these films are short."""
    monkeypatch.setattr(disposable, "_FEWEST", 6)


@pytest.fixture
def all_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thin all waiting pictures except those that are needed next."""
    monkeypatch.setattr(leapfrog, "_WHOLE_BYTES", 0)
    monkeypatch.setattr(leapfrog, "_THINNED_BYTES", 0)


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list of the timestamps of pictures that are decoded late."""
    asked: list[int] = []
    decode = LateDecoder.picture

    def noted(self: LateDecoder, passage: Passage, pts: int) -> object:
        asked.append(pts)
        return decode(self, passage, pts)

    monkeypatch.setattr(LateDecoder, "picture", noted)
    return asked
