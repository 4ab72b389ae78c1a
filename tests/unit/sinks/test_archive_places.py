from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from motionlapse.files import ARCHIVE_FILE
from motionlapse.frames import SourceInfo
from motionlapse.sinks.archive_places import Places
from motionlapse.sinks.archive_reader import ArchiveReader
from motionlapse.sinks.archive_schema import SCHEMA_VERSION, make_database
from motionlapse.sinks.archive_store import ArchiveStore, StoredRun
from tests.films import LONG_S

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ArchiveStore]:
    with closing(ArchiveStore(tmp_path / "captures")) as opened:
        yield opened


def begin(store: ArchiveStore, location: str) -> StoredRun:
    info = SourceInfo(location, Path(location).stem, "recording", 320, 240)
    return store.begin_run(info, Path(location), {"decision": {"hold": 2.0}}, NOW)


def end(store: ArchiveStore, run: StoredRun, state: str = "done", mark: str = "1:2:3") -> None:
    store.end_run(run, state=state, frames=7, end_s=0.24, faults=[], mark=mark)


def test_a_place_is_that_of_the_run_that_follows(store: ArchiveStore) -> None:
    places = Places(store)
    first = places.reserve("door", "recording", Path("a/door.mp4"))
    second = places.reserve("door", "recording", Path("b/door.mp4"))
    assert [place.folder.name for place in (first, second)] == ["door", "door-2"]
    run = begin(store, "b/door.mp4")
    assert (run.source_id, run.folder, run.last_event) == (second.source_id, second.folder, 0)
    store.next_event(run)
    assert places.reserve("door", "recording", Path("b/door.mp4")).last_event == 1


def test_a_place_without_a_run_is_given_back(store: ArchiveStore) -> None:
    places = Places(store)
    for location in ("a/door.mp4", "b/door.mp4"):
        places.release(places.reserve("door", "recording", Path(location)))
    assert places.reserve("door", "recording", Path("c/door.mp4")).folder.name == "door"


def test_a_place_with_a_run_stays(store: ArchiveStore) -> None:
    run = begin(store, "a/door.mp4")
    places = Places(store)
    places.release(places.reserve("door", "recording", Path("a/door.mp4")))
    assert begin(store, "a/door.mp4").source_id == run.source_id


def test_whole_runs_are_those_of_the_same_file(store: ArchiveStore) -> None:
    end(store, begin(store, "a/door.mp4"))
    places = Places(store)
    [settings] = places.whole_runs(Path("a/door.mp4"), "1:2:3")
    assert settings == '{"decision": {"hold": 2.0}}'
    assert places.whole_runs(Path("a/../a/door.mp4"), "1:2:3") == [settings]
    assert places.whole_runs(Path("a/door.mp4"), "1:2:4") == []
    assert places.whole_runs(Path("b/door.mp4"), "1:2:3") == []


@pytest.mark.parametrize(("state", "mark"), [("done", ""), ("interrupted", "m"), ("failed", "m")])
def test_a_run_that_is_not_whole_is_none(store: ArchiveStore, state: str, mark: str) -> None:
    end(store, begin(store, "door.mp4"), state, mark)
    begin(store, "door.mp4")  # was killed
    assert Places(store).whole_runs(Path("door.mp4"), mark) == []


def test_films_that_were_left_are_those_of_the_same_source(
    store: ArchiveStore, tmp_path: Path
) -> None:
    film = tmp_path / "seen.mp4"
    run = begin(store, "a/door.mp4")
    store.end_run(run, state="failed", frames=7, end_s=0.24, faults=[], films={film: "1:2:3"})
    end(store, begin(store, "b/door.mp4"))
    places = Places(store)
    assert places.left_films(Path("a/door.mp4")) == [(film.resolve(), "1:2:3")]
    assert places.left_films(Path("b/door.mp4")) == []


@pytest.mark.skipif(sys.platform == "darwin", reason="all names are text there")
def test_a_film_that_was_left_is_known_by_a_name_that_is_no_text(
    store: ArchiveStore, tmp_path: Path
) -> None:
    film = tmp_path / os.fsdecode(b"caf\xe9.mp4")
    run = begin(store, "a/door.mp4")
    store.end_run(run, state="failed", frames=7, end_s=0.24, faults=[], films={film: "1:2:3"})
    assert Places(store).left_films(Path("a/door.mp4")) == [(film.resolve(), "1:2:3")]


# ---- archives of the version before ------------------------------------------------------------


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An archive of schema 1 with a run."""
    make_database(tmp_path / ARCHIVE_FILE)
    with closing(ArchiveStore(tmp_path)) as store:
        end(store, begin(store, "door.mp4"), mark="")
    with closing(sqlite3.connect(tmp_path / ARCHIVE_FILE)) as db:
        db.execute("ALTER TABLE runs DROP COLUMN films")
        db.execute("ALTER TABLE runs DROP COLUMN mark")
        db.execute("PRAGMA user_version = 1")
        db.commit()
    return tmp_path


def version(archive: Path) -> int:
    with closing(sqlite3.connect(archive / ARCHIVE_FILE)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def test_an_old_archive_is_read_as_it_is(old: Path) -> None:
    with ArchiveReader(old) as reader:
        assert [run.state for run in reader.runs()] == ["done"]
    assert version(old) == 1


def test_an_old_archive_is_brought_up_to_date_by_who_writes(old: Path) -> None:
    with closing(ArchiveStore(old)) as store:
        assert Places(store).whole_runs(Path("door.mp4"), "") == []
        end(store, begin(store, "door.mp4"))
        assert len(Places(store).whole_runs(Path("door.mp4"), "1:2:3")) == 1
    assert version(old) == SCHEMA_VERSION
    with ArchiveReader(old) as reader:
        assert [run.state for run in reader.runs(all_runs=True)] == ["done", "done"]


def test_an_old_archive_may_be_opened_by_several_at_once(old: Path) -> None:
    together, errors = threading.Barrier(4, timeout=LONG_S), []

    def opens() -> None:
        together.wait()
        try:
            ArchiveStore(old).close()
        except Exception as error:  # told by the assertion
            errors.append(error)

    threads = [threading.Thread(target=opens) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert version(old) == SCHEMA_VERSION
