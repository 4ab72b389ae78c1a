"""Scans apart from their archive, without a cluster."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from films import write_film
from listening import Heard

from motionlapse.batch.batch_state import BatchState
from motionlapse.batch.delivery import Delivery
from motionlapse.batch.remote_scan import STOP, RemoteJob, scan_remotely
from motionlapse.batch.source_recorder import SourceRecorder
from motionlapse.batch.work import Job
from motionlapse.clock import ManualClock
from motionlapse.errors import ConfigError, SinkError, SourceError
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.footage import Footage


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("films") / "door.mp4")


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def recorder(film: Path, tmp_path: Path, heard: Heard) -> Iterator[SourceRecorder]:
    """The recorder of the film, with a place in a new archive."""
    settings = Settings.model_validate({"sinks": {"out": tmp_path / "kept"}})
    batch = BatchState(settings, heard, ManualClock(), lambda: False, total=1)
    made = SourceRecorder(batch, 1, Footage("door.mp4", film))
    made.reserve()
    yield made
    batch.close()


@pytest.fixture
def remote(film: Path, tmp_path: Path, recorder: SourceRecorder) -> RemoteJob:
    settings = Settings.model_validate({"sinks": {"out": tmp_path / "kept", "clips": "copy"}})
    staging = tmp_path / "kept" / ".scan-1"
    staging.mkdir()
    job = Job(1, Footage("door.mp4", film), settings, many=False)
    return RemoteJob(job, staging, recorder.place.folder, recorder.place.last_event)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_nothing_is_in_its_place_before_it_is_taken(
    remote: RemoteJob, recorder: SourceRecorder, tmp_path: Path, heard: Heard
) -> None:
    result = scan_remotely(remote)
    assert result.error is None
    assert not recorder.place.folder.exists()
    names = files(result.attempt)
    assert len(names) == 4
    assert heard.said == []
    Delivery(result, recorder).take()
    assert files(tmp_path / "kept" / "door") == names
    assert files(result.attempt) == []
    assert [kept.event.number for kept in heard.events] == [1, 2]
    for kept in heard.events:
        assert all(Path(path).is_file() for path in [*kept.snapshots, str(kept.clip)])
    assert "begin door.mp4 1/1" in heard.said


def test_numbers_that_somebody_else_took_are_not_given_twice(
    remote: RemoteJob, recorder: SourceRecorder, tmp_path: Path
) -> None:
    result = scan_remotely(remote)
    with closing(sqlite3.connect(tmp_path / "kept" / "archive.sqlite")) as db:
        db.execute("UPDATE sources SET last_event = 7")
        db.commit()
    with pytest.raises(SinkError, match=r"door\.mp4: another program scanned it .* scan it again"):
        Delivery(result, recorder).take()
    assert not (tmp_path / "kept" / "door").exists()
    with closing(sqlite3.connect(tmp_path / "kept" / "archive.sqlite")) as db:
        assert db.execute("SELECT state, mark FROM runs").fetchall() == [("failed", "")]


def test_a_file_that_is_there_is_not_replaced(
    remote: RemoteJob, recorder: SourceRecorder, tmp_path: Path
) -> None:
    result = scan_remotely(remote)
    taken = tmp_path / "kept" / "door" / files(result.attempt)[-1]
    taken.parent.mkdir()
    taken.write_text("older")
    with pytest.raises(SinkError, match="it already exists"):
        Delivery(result, recorder).take()
    assert taken.read_text() == "older"
    with closing(sqlite3.connect(tmp_path / "kept" / "archive.sqlite")) as db:
        assert db.execute("SELECT state, mark FROM runs").fetchall() == [("failed", "")]


def test_films_of_an_attempt_that_never_came_home_are_made_anew(
    remote: RemoteJob, recorder: SourceRecorder, tmp_path: Path
) -> None:
    seen = tmp_path / "seen.mp4"
    sinks = remote.job.settings.sinks.model_copy(update={"masks": seen})
    job = replace(remote.job, settings=remote.job.settings.model_copy(update={"sinks": sinks}))
    remote = replace(remote, job=job)
    scan_remotely(remote)
    before = seen.stat()
    Delivery(scan_remotely(remote), recorder).take()
    assert seen.stat().st_mtime_ns > before.st_mtime_ns
    assert [path.name for path in tmp_path.glob("*.mp4")] == ["seen.mp4"]


def test_an_attempt_does_not_begin_after_a_stop(remote: RemoteJob) -> None:
    (remote.staging / STOP).touch()
    result = scan_remotely(remote)
    assert isinstance(result.error, SourceError)
    assert result.calls == []


def test_another_version_does_not_begin(remote: RemoteJob) -> None:
    result = scan_remotely(replace(remote, version="0.0.1"))
    assert isinstance(result.error, ConfigError)
    assert "this is 0.0.1: install the same version" in str(result.error)


def test_an_archive_that_is_not_shared_is_told(remote: RemoteJob, tmp_path: Path) -> None:
    result = scan_remotely(replace(remote, staging=tmp_path / "elsewhere" / ".scan-1"))
    assert isinstance(result.error, ConfigError)
    assert f"{tmp_path}/elsewhere: the cluster cannot see this archive" in str(result.error)
    assert not (tmp_path / "elsewhere").exists()


def test_what_cannot_be_read_is_brought_as_an_error(remote: RemoteJob, tmp_path: Path) -> None:
    gone = Footage("gone.mp4", tmp_path / "gone.mp4")
    result = scan_remotely(replace(remote, job=replace(remote.job, footage=gone)))
    assert isinstance(result.error, SourceError)
    assert result.calls == []
