from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from motionlapse.frames import SourceInfo
from motionlapse.sinks.archive_reader import ArchiveReader
from motionlapse.sinks.archive_store import ArchiveStore
from motionlapse.sinks.packet_ring import PacketRing
from motionlapse.sinks.retention import Retention, Swept, folder_size
from motionlapse.sinks.retention_settings import RetentionSettings
from motionlapse.sinks.snapshot_budget import SnapshotBudget
from motionlapse.types import Event

NOW = datetime(2026, 5, 10, tzinfo=UTC)
PICTURE = b"x" * 1_000_000


@pytest.fixture
def store(tmp_path: Path, make_event: Callable[..., Event]) -> Iterator[ArchiveStore]:
    """An archive with five events of a camera, one a day, and one of a film, much older."""
    store = ArchiveStore(tmp_path)
    for kind, name, days in (("camera", "demo:", range(5)), ("recording", "film.mp4", [300])):
        info = SourceInfo(name, name.strip(":"), kind, 32, 24)
        place = name if kind == "camera" else tmp_path / name
        run = store.begin_run(info, place, {}, NOW)
        run.folder.mkdir()
        for age in sorted(days, reverse=True):
            event = make_event(number=store.next_event(run))
            path = run.folder / f"event-{event.number:04d}.jpg"
            path.write_bytes(PICTURE)
            wall = NOW - timedelta(days=age, hours=1)
            store.add_event(
                run, event, walls=(wall, wall), mask_png=b"", snapshots=[(path, 1.0, 1, 2.0)]
            )
        store.next_event(run)  # of an event that was never finished
        opened = f"event-{store.next_event(run):04d}.jpg"
        (run.folder / opened).write_bytes(PICTURE)  # of the event that is open
    yield store
    store.close()


def left(store: ArchiveStore, source: str = "demo:") -> list[int]:
    with ArchiveReader(store.folder) as reader:
        kept = [item for item in reader.events() if source in item.source]
    for item in kept:
        assert all(Path(path).exists() for path in item.snapshots)
    return [item.event.number for item in kept]


def swept(store: ArchiveStore, **limits: object) -> Swept:
    return Retention(store, RetentionSettings.model_validate(limits)).sweep(NOW)


def test_old_events_go_with_their_files(store: ArchiveStore) -> None:
    assert str(swept(store, keep="2d")) == "deleted 3 events with 3 files, 3 MB (--keep)"
    assert left(store) == [4, 5]
    assert left(store, "film") == [1], "recorded footage is never touched"
    assert sorted(path.name for path in (store.folder / "demo").iterdir()) == [
        "event-0004.jpg", "event-0005.jpg", "event-0007.jpg",
    ]  # fmt: skip


def test_the_oldest_go_until_the_rest_fits(store: ArchiveStore) -> None:
    before = folder_size(store.folder)
    swept(store, max_size=before - 1_500_000)
    assert left(store) == [3, 4, 5]


def test_room_is_made_and_what_cannot_be_met_is_said(store: ArchiveStore) -> None:
    settings = RetentionSettings.model_validate({"min_free": "1GB"})
    frees = iter([0, 10, 2_000_000_000, 2_000_000_000, 2_000_000_000])
    result = Retention(store, settings, lambda _: next(frees)).sweep(NOW)
    assert (result.events, result.unmet) == (2, "")
    result = Retention(store, settings, lambda _: 7).sweep(NOW)
    assert left(store) == []
    assert result.unmet.startswith("--min-free cannot be met")


def test_what_a_killed_program_left_goes_too_once_it_is_old(store: ArchiveStore) -> None:
    folder = store.folder / "demo"
    written = (NOW - timedelta(days=3)).timestamp()
    for name in (
        "event-0006_x.mp4",
        ".event-0006_y.jpg.ab.part",
        "snapshot_1.jpg",
        "event-0005.png",
    ):
        (folder / name).write_bytes(PICTURE)
        os.utime(folder / name, (written, written))
    for open_event in (folder / "event-0007.jpg", store.folder / "film.mp4" / "event-0003.jpg"):
        os.utime(open_event, (written, written))
    assert swept(store, keep="30d", max_size="1GB").files == 0
    before = folder_size(store.folder)
    assert str(swept(store, max_size=before - 10)) == (
        "deleted 1 file of events never finished, 1 MB (--max-size)"
    )
    assert str(swept(store, keep="2d")) == "deleted 3 events with 4 files, 4 MB (--keep)"
    assert {path.name for path in folder.iterdir()} >= {"snapshot_1.jpg", "event-0007.jpg"}
    assert not list(folder.glob("*0006*"))
    assert (store.folder / "film.mp4" / "event-0003.jpg").exists()


def test_files_that_are_gone_already_do_not_matter(store: ArchiveStore) -> None:
    (store.folder / "demo" / "event-0001.jpg").unlink()
    swept(store, keep="1s")
    assert left(store) == []


def test_a_budget_holds_back_and_tells_twice() -> None:
    told: list[str] = []
    budget = SnapshotBudget(3, told.append)
    assert [budget.allow(time_s) for time_s in (0, 1, 2, 3, 4)] == [True] * 3 + [False] * 2
    assert len(told) == 1
    assert budget.allow(3600.5)
    assert told[1] == "snapshots are written again; 2 were left out"


class _Packet:
    def __init__(self, key: bool, size: int = 10) -> None:
        self.is_keyframe, self.size = key, size


def ring_of(count: int, *, seconds: float, most: int) -> PacketRing:
    ring = PacketRing(seconds, most)
    ring.attach("stream")
    for number in range(count):  # 10 a second, a key frame each second
        ring.add(_Packet(number % 10 == 0), number / 10)
    ring.align(0.0, 100.0)
    return ring


def test_a_ring_keeps_whole_groups_and_at_least_its_seconds() -> None:
    ring = ring_of(100, seconds=3.0, most=10_000)
    packets = ring.from_key(107.55)
    assert packets[0].time_s == pytest.approx(107.0)
    assert (packets[0].stamp_s, packets[0].key) == (7.0, True)
    oldest = ring.from_key(0.0)[0]
    assert oldest.key
    assert 6.0 <= oldest.stamp_s <= 6.9
    assert [item.number for item in ring.after(packets[-1].number - 2)] == [99, 100]


def test_a_ring_is_bounded_in_bytes_and_ends_with_its_connection() -> None:
    ring = ring_of(100, seconds=30.0, most=250)
    assert sum(item.packet.size for item in ring.from_key(0.0)) <= 250
    ring.detach()
    with ring.using() as stream:
        assert stream is None
    assert ring.from_key(0.0) == []
