"""A scheduler that does not answer, or not yet."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from films import run_here, write_film
from listening import Heard

from motionlapse.batch.batch import Batch
from motionlapse.clock import ManualClock
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.footage import find_footage

pytest.importorskip(
    "distributed", reason="Dask is not installed: pip install 'motionlapse[cluster]'"
)


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / "a.mp4")


@pytest.fixture
def unanswered(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An address at which nobody listens, and called for a short time."""
    monkeypatch.setattr("motionlapse.batch.cluster._ATTEMPT_S", 0.2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"tcp://127.0.0.1:{taken.getsockname()[1]}"


def test_without_a_scheduler_it_is_said_what_is_waited_for(
    unanswered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("motionlapse.batch.cluster._CONNECT_S", 0.3)
    ran = run_here("scan", "a.mp4", "--out", "kept", "--cluster", unanswered)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"--cluster {unanswered}: no scheduler answers; waiting for one, 0.3 s at most\n"
        f"error: --cluster {unanswered}: no scheduler answers within 0.3 s\n"
    )
    assert not Path("kept").exists()


def test_waiting_for_a_scheduler_can_be_interrupted(unanswered: str) -> None:
    settings = Settings.model_validate({"batch": {"cluster": unanswered}, "sinks": {"out": "kept"}})
    heard = Heard()
    batch = Batch(settings, heard, ManualClock(), lambda: bool(heard.said))
    result = batch.scan(list(find_footage(["a.mp4"])))
    assert result.interrupted
    assert heard.said == [
        f"--cluster {unanswered}: no scheduler answers; waiting for one, 30 s at most"
    ]
    assert not Path("kept").exists()
