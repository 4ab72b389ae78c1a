from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from motionlapse.errors import SinkError
from motionlapse.files import ARCHIVE_FILE
from motionlapse.frames import SourceInfo
from motionlapse.sinks.archive_store import ArchiveStore, StoredRun
from motionlapse.types import Event
from tests.films import LONG_S

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ArchiveStore]:
    with closing(ArchiveStore(tmp_path / "captures")) as opened:
        yield opened


def begin(store: ArchiveStore, location: str, label: str | None = None) -> StoredRun:
    info = SourceInfo(
        location, Path(location).stem if label is None else label, "recording", 320, 240
    )
    return store.begin_run(info, Path(location), {"decision": {"hold": 2.0}}, NOW)


def rows(store: ArchiveStore, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(store.folder / ARCHIVE_FILE)) as db:
        return db.execute(query).fetchall()


def test_folders_are_named_after_the_source(store: ArchiveStore) -> None:
    assert begin(store, "clips/door.mp4").folder == store.folder / "door"


def test_the_same_name_gets_a_number(store: ArchiveStore) -> None:
    names = [begin(store, f"{folder}/door.mp4").folder.name for folder in "abc"]
    assert names == ["door", "door-2", "door-3"]
    assert begin(store, "d/door-2.mp4").folder.name == "door-2-2"


def test_a_source_keeps_its_folder_in_a_new_run(store: ArchiveStore) -> None:
    first, again = begin(store, "a/door.mp4"), begin(store, "a/../a/door.mp4")
    assert (again.source_id, again.folder) == (first.source_id, first.folder)
    assert again.run_id > first.run_id


@pytest.mark.parametrize("label", ["..", ".", " . ", ""])
def test_no_folder_is_outside(store: ArchiveStore, label: str) -> None:
    folder = begin(store, "a/x.mp4", label).folder
    assert folder == store.folder / "source"


def test_a_film_may_be_named_as_the_database(tmp_path: Path) -> None:
    code = (
        "import sys; from datetime import datetime; from pathlib import Path\n"
        "from motionlapse.frames import SourceInfo\n"
        "from motionlapse.sinks.archive_store import ArchiveStore\n"
        "info = SourceInfo('a', sys.argv[2], 'recording', 320, 240)\n"
        "store = ArchiveStore(Path(sys.argv[1]))\n"
        "print(store.begin_run(info, Path('a.mp4'), {}, datetime.now()).folder.name)"
    )
    # In a program of its own, so that a search for a name that never ends fails here.
    command = [sys.executable, "-c", code, str(tmp_path), ARCHIVE_FILE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONG_S, check=True)
    assert done.stdout.strip() not in ("", ARCHIVE_FILE)


def test_event_numbers_are_never_used_again(
    store: ArchiveStore, make_event: Callable[..., Event]
) -> None:
    first = begin(store, "a/door.mp4")
    assert [store.next_event(first), store.next_event(first)] == [1, 2]
    again = begin(store, "a/door.mp4")
    assert store.next_event(again) == 3  # although nothing was kept of 1 and 2
    assert store.next_event(begin(store, "b/door.mp4")) == 1


def test_an_event_is_there_once_or_not_at_all(
    store: ArchiveStore, make_event: Callable[..., Event]
) -> None:
    run = begin(store, "a/door.mp4")
    snapshot = (run.folder / "event-0001.jpg", 1.5, 15, 3.0)
    event, none = make_event(number=1), (None, None)
    store.add_event(run, event, walls=none, mask_png=b"", snapshots=[snapshot])
    with pytest.raises(SinkError, match="UNIQUE"):
        store.add_event(run, event, walls=none, mask_png=b"", snapshots=[snapshot])
    assert rows(store, "SELECT path FROM snapshots") == [("door/event-0001.jpg",)]


def test_a_run_says_how_it_ended(store: ArchiveStore) -> None:
    run = begin(store, "a/door.mp4")
    query = "SELECT state, frames, end_s, faults FROM runs"
    assert rows(store, query) == [("running", None, None, "[]")]
    store.end_run(run, state="interrupted", frames=7, end_s=0.24, faults=["é"])
    assert rows(store, query) == [("interrupted", 7, 0.24, '["é"]')]


def test_an_archive_is_opened_again(store: ArchiveStore) -> None:
    begin(store, "a/door.mp4")
    with closing(ArchiveStore(store.folder)) as second:
        assert begin(second, "b/door.mp4").folder.name == "door-2"


def test_an_archive_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / ARCHIVE_FILE)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(SinkError, match="has schema 99, but this version of motionlapse knows 3"):
        ArchiveStore(tmp_path)


def test_a_file_that_is_no_database_is_a_sink_error(tmp_path: Path) -> None:
    (tmp_path / ARCHIVE_FILE).write_text("this is no database, " * 100)
    with pytest.raises(SinkError, match=r"archive\.sqlite: cannot be written"):
        ArchiveStore(tmp_path)


def test_close_may_be_called_again_and_ends_writing(tmp_path: Path) -> None:
    store = ArchiveStore(tmp_path)
    run = begin(store, "a/door.mp4")
    store.close()
    store.close()
    with pytest.raises(SinkError):
        store.next_event(run)


_WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from motionlapse.frames import SourceInfo
from motionlapse.sinks.archive_store import ArchiveStore

sys.stdin.readline()  # until all are ready
store = ArchiveStore(Path(sys.argv[1]))
own = SourceInfo(sys.argv[2], "door", "recording", 320, 240)
shared = SourceInfo("shared.mp4", "shared", "recording", 320, 240)
now = datetime(2026, 5, 4, tzinfo=UTC)
print(store.begin_run(own, Path(sys.argv[2]), {}, now).folder.name)
run = store.begin_run(shared, Path("shared.mp4"), {}, now)
print(*[store.next_event(run) for _ in range(40)])
store.close()
"""


def test_several_programs_write_into_one_archive(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", _WRITER, str(tmp_path / "new"), f"{name}/door"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in "abc"
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    told = [writer.communicate(timeout=LONG_S) for writer in writers]
    assert [err for _, err in told] == ["", "", ""]
    folders, numbers = zip(*(out.splitlines() for out, _ in told), strict=True)
    assert sorted(folders) == ["door", "door-2", "door-3"]
    assert sorted(int(n) for line in numbers for n in line.split()) == list(range(1, 121))


def test_a_new_archive_may_be_opened_by_several_at_once(tmp_path: Path) -> None:
    together, errors = threading.Barrier(4, timeout=LONG_S), []

    def open_each() -> None:
        for number in range(150):  # each is another chance to make the tables at one moment
            together.wait()
            try:
                ArchiveStore(tmp_path / str(number)).close()
            except SinkError as error:
                errors.append(str(error))

    threads = [threading.Thread(target=open_each) for _ in range(together.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.parametrize("made_anew", [False, True])
def test_an_archive_that_is_removed_while_it_is_open_is_not_written(
    store: ArchiveStore, made_anew: bool
) -> None:
    run = begin(store, "door.mp4")
    shutil.rmtree(store.folder)
    if made_anew:
        ArchiveStore(store.folder).close()
    with pytest.raises(SinkError, match=r"archive\.sqlite: cannot be written: it was removed or"):
        store.next_event(run)
