from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from motionlapse.errors import SourceError
from motionlapse.files import ARCHIVE_FILE
from motionlapse.frames import SourceInfo
from motionlapse.sinks.archive_reader import ArchiveReader, EventFilter
from motionlapse.sinks.archive_store import ArchiveStore, StoredRun
from motionlapse.sinks.event_records import CSV_COLUMNS, as_record, as_row
from motionlapse.types import Event, KeptEvent

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def store(here: Path) -> Iterator[ArchiveStore]:
    with closing(ArchiveStore(Path("captures"))) as opened:
        yield opened


def begin(store: ArchiveStore, location: str) -> StoredRun:
    info = SourceInfo(location, Path(location).stem, "recording", 320, 240)
    return store.begin_run(info, Path(location), {}, NOON)


def add(store: ArchiveStore, run: StoredRun, event: Event, wall: datetime | None = None) -> Event:
    event = replace(event, number=store.next_event(run))
    path = run.folder / f"event-{event.number:04d}.jpg"
    walls = (wall, wall + timedelta(seconds=1) if wall else None)
    store.add_event(
        run, event, walls=walls, mask_png=b"PNG", snapshots=[(path, event.peak_s, 10, 3.0)]
    )
    return event


def events(folder: str = "captures", **wanted: object) -> list[KeptEvent]:
    with ArchiveReader(Path(folder)) as reader:
        return list(reader.events(EventFilter(**wanted)))  # type: ignore[arg-type]


def test_what_was_added_comes_back(store: ArchiveStore, make_event: Callable[..., Event]) -> None:
    run = begin(store, "clips/door.mp4")
    event = add(store, run, make_event(), NOON)
    assert events() == [
        KeptEvent(
            source="clips/door.mp4",
            event=event,
            start_wall=NOON,
            end_wall=NOON + timedelta(seconds=1),
            snapshots=("captures/door/event-0001.jpg",),
        )
    ]
    with ArchiveReader(Path("captures")) as reader:
        assert reader.mask_png(run.source_id, 1) == b"PNG"
        assert reader.mask_png(run.source_id, 2) == b""


def test_the_newest_run_of_each_source_is_shown_unless_all_are(
    store: ArchiveStore, make_event: Callable[..., Event]
) -> None:
    for location in ("a.mp4", "b.mp4", "a.mp4"):
        run = begin(store, location)
        add(store, run, make_event())
    shown = [(kept.source, kept.event.number) for kept in events()]
    assert shown == [("a.mp4", 2), ("b.mp4", 1)]
    every = [(kept.source, kept.event.number) for kept in events(all_runs=True)]
    assert every == [("a.mp4", 1), ("a.mp4", 2), ("b.mp4", 1)]


def test_a_newest_run_without_events_shows_none(
    store: ArchiveStore, make_event: Callable[..., Event]
) -> None:
    add(store, begin(store, "a.mp4"), make_event())
    begin(store, "a.mp4")
    assert events() == []
    assert len(events(all_runs=True)) == 1


def test_paths_are_as_typed_from_the_current_folder(
    store: ArchiveStore,
    here: Path,
    make_event: Callable[..., Event],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add(store, begin(store, "clips/door.mp4"), make_event())
    (here / "elsewhere").mkdir()
    monkeypatch.chdir(here / "elsewhere")
    (kept,) = events("../captures")
    assert kept.source == "../clips/door.mp4"
    assert kept.snapshots == ("../captures/door/event-0001.jpg",)


def test_an_archive_may_move_with_its_footage(here: Path, make_event: Callable[..., Event]) -> None:
    (here / "old").mkdir()
    with closing(ArchiveStore(here / "old" / "captures")) as store:
        add(store, begin(store, "old/door.mp4"), make_event())
    (here / "old").rename(here / "new")
    (kept,) = events("new/captures")
    assert kept.source == "new/door.mp4"
    assert kept.snapshots == ("new/captures/door/event-0001.jpg",)
    with closing(ArchiveStore(here / "new" / "captures")) as store:
        assert store.next_event(begin(store, "new/door.mp4")) == 2  # the same source still


def test_filters(store: ArchiveStore, make_event: Callable[..., Event]) -> None:
    door, gate = begin(store, "door.mp4"), begin(store, "gate.mp4")
    add(store, door, make_event(peak=2.0), NOON)
    add(store, door, replace(make_event(peak=9.0), regions=("path",)), NOON + timedelta(hours=1))
    add(store, gate, make_event(peak=5.0))
    found = lambda **wanted: [kept.event.peak_score for kept in events(**wanted)]  # noqa: E731
    assert found() == [2.0, 9.0, 5.0]
    assert found(source="gat") == [5.0]
    assert found(region="path") == [9.0]
    assert found(min_score=5.0) == [9.0, 5.0]
    assert found(since=NOON + timedelta(minutes=1)) == [9.0]
    assert found(source="door", min_score=3.0) == [9.0]


def test_reading_goes_on_while_someone_writes(
    store: ArchiveStore, make_event: Callable[..., Event]
) -> None:
    run = begin(store, "door.mp4")
    with ArchiveReader(Path("captures")) as reader:
        assert list(reader.events()) == []
        add(store, run, make_event())
        assert len(list(reader.events())) == 1


def test_no_archive_is_a_source_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"not an archive; it has no archive\.sqlite"):
        ArchiveReader(tmp_path)


def test_what_is_no_database_is_a_source_error(tmp_path: Path) -> None:
    (tmp_path / ARCHIVE_FILE).write_text("this is no database, " * 100)
    with pytest.raises(SourceError, match="cannot be read"):
        ArchiveReader(tmp_path)


def test_close_may_be_called_again(store: ArchiveStore) -> None:
    reader = ArchiveReader(Path("captures"))
    reader.close()
    reader.close()


# ---- events as records ---------------------------------------------------------------------------


def test_a_record_is_what_the_contract_says(make_event: Callable[..., Event]) -> None:
    kept = KeptEvent("clips/door.mp4", make_event(), NOON, None, ("a.jpg", "b.jpg"))
    assert json.loads(json.dumps(as_record(kept))) == {
        "source": "clips/door.mp4", "event": 1, "start_s": 1.0, "end_s": 2.0, "start_frame": 10,
        "end_frame": 20, "start_wall": "2026-05-04T12:00:00.000+00:00", "end_wall": None,
        "peak_s": 1.0, "peak_score": 3.0, "peak_fraction": 0.01,
        "reason": "foreground 3 x threshold", "regions": ["door"],
        "snapshots": ["a.jpg", "b.jpg"], "clip": None,
    }  # fmt: skip


def test_a_row_has_the_same_in_order(make_event: Callable[..., Event]) -> None:
    row = as_row(KeptEvent("d.mp4", make_event(), None, None, ("a.jpg", "b.jpg")))
    assert dict(zip(CSV_COLUMNS, row, strict=True))["snapshots"] == "a.jpg;b.jpg"
    assert row[CSV_COLUMNS.index("start_wall")] == ""
    assert tuple(as_record(KeptEvent("d", make_event()))) == CSV_COLUMNS
