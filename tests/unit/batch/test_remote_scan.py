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

from motionlapse.batch.apart import STOP, Errand, scan_apart
from motionlapse.batch.books import Books
from motionlapse.batch.delivery import Delivery
from motionlapse.batch.desk import Desk
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
def desk(film: Path, tmp_path: Path, heard: Heard) -> Iterator[Desk]:
    """The desk of the film, with a place in a new archive."""
    settings = Settings.model_validate({"sinks": {"out": tmp_path / "kept"}})
    books = Books(settings, heard, ManualClock(), lambda: False, total=1)
    made = Desk(books, 1, Footage("door.mp4", film))
    made.reserve()
    yield made
    books.close()


@pytest.fixture
def errand(film: Path, tmp_path: Path, desk: Desk) -> Errand:
    settings = Settings.model_validate({"sinks": {"out": tmp_path / "kept", "clips": "copy"}})
    yard = tmp_path / "kept" / ".scan-1"
    yard.mkdir()
    job = Job(1, Footage("door.mp4", film), settings, many=False)
    return Errand(job, yard, desk.place.folder, desk.place.last_event)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_nothing_is_in_its_place_before_it_is_taken(
    errand: Errand, desk: Desk, tmp_path: Path, heard: Heard
) -> None:
    brought = scan_apart(errand)
    assert brought.error is None
    assert not desk.place.folder.exists()
    names = files(brought.attempt)
    assert len(names) == 4
    assert heard.said == []
    Delivery(brought, desk).take()
    assert files(tmp_path / "kept" / "door") == names
    assert files(brought.attempt) == []
    assert [kept.event.number for kept in heard.events] == [1, 2]
    for kept in heard.events:
        assert all(Path(path).is_file() for path in [*kept.snapshots, str(kept.clip)])
    assert "begin door.mp4 1/1" in heard.said


def test_numbers_that_somebody_else_took_are_not_given_twice(
    errand: Errand, desk: Desk, tmp_path: Path
) -> None:
    brought = scan_apart(errand)
    with closing(sqlite3.connect(tmp_path / "kept" / "archive.sqlite")) as db:
        db.execute("UPDATE sources SET last_event = 7")
        db.commit()
    with pytest.raises(SinkError, match=r"door\.mp4: somebody else scanned it .* scan it again"):
        Delivery(brought, desk).take()
    assert not (tmp_path / "kept" / "door").exists()
    with closing(sqlite3.connect(tmp_path / "kept" / "archive.sqlite")) as db:
        assert db.execute("SELECT state, mark FROM runs").fetchall() == [("failed", "")]


def test_a_file_that_is_there_is_not_replaced(errand: Errand, desk: Desk, tmp_path: Path) -> None:
    brought = scan_apart(errand)
    taken = tmp_path / "kept" / "door" / files(brought.attempt)[-1]
    taken.parent.mkdir()
    taken.write_text("older")
    with pytest.raises(SinkError, match="it is there already"):
        Delivery(brought, desk).take()
    assert taken.read_text() == "older"
    with closing(sqlite3.connect(tmp_path / "kept" / "archive.sqlite")) as db:
        assert db.execute("SELECT state, mark FROM runs").fetchall() == [("failed", "")]


def test_films_of_an_attempt_that_never_came_home_are_made_anew(
    errand: Errand, desk: Desk, tmp_path: Path
) -> None:
    seen = tmp_path / "seen.mp4"
    sinks = errand.job.settings.sinks.model_copy(update={"masks": seen})
    job = replace(errand.job, settings=errand.job.settings.model_copy(update={"sinks": sinks}))
    errand = replace(errand, job=job)
    scan_apart(errand)
    before = seen.stat()
    Delivery(scan_apart(errand), desk).take()
    assert seen.stat().st_mtime_ns > before.st_mtime_ns
    assert [path.name for path in tmp_path.glob("*.mp4")] == ["seen.mp4"]


def test_an_attempt_does_not_begin_after_a_stop(errand: Errand) -> None:
    (errand.yard / STOP).touch()
    brought = scan_apart(errand)
    assert isinstance(brought.error, SourceError)
    assert brought.notes == []


def test_another_version_does_not_begin(errand: Errand) -> None:
    brought = scan_apart(replace(errand, version="0.0.1"))
    assert isinstance(brought.error, ConfigError)
    assert "this is 0.0.1: install the same" in str(brought.error)


def test_an_archive_that_is_not_shared_is_told(errand: Errand, tmp_path: Path) -> None:
    brought = scan_apart(replace(errand, yard=tmp_path / "elsewhere" / ".scan-1"))
    assert isinstance(brought.error, ConfigError)
    assert f"{tmp_path}/elsewhere: the archive is not there on the cluster" in str(brought.error)
    assert not (tmp_path / "elsewhere").exists()


def test_what_cannot_be_read_is_brought_as_an_error(errand: Errand, tmp_path: Path) -> None:
    gone = Footage("gone.mp4", tmp_path / "gone.mp4")
    brought = scan_apart(replace(errand, job=replace(errand.job, footage=gone)))
    assert isinstance(brought.error, SourceError)
    assert brought.notes == []
