from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import cv2
import numpy as np
import pytest

from motionlapse.decision.decider import Decider
from motionlapse.decision.settings import DecisionSettings
from motionlapse.frames import Frame
from motionlapse.inside import Blob
from motionlapse.sinks.settings import SinkSettings
from motionlapse.sinks.snapshots import Snapshot, SnapshotSink
from motionlapse.types import Analysis

# Ten frames a second; motion in 0.2–0.6 (best 0.4) and in 1.4–1.6 (best 1.5).
SCORES = [0, 0, 2, 3, 9, 3, 2, 0, 0, 0, 0, 0, 0, 0, 2, 8, 8, 0]


@pytest.fixture
def keep(
    tmp_path: Path, make_frame: Callable[..., Frame], make_analysis: Callable[..., Analysis]
) -> Callable[..., list[Snapshot]]:
    """Return a function that runs the scores and returns the snapshots that were kept."""

    def run(
        snapshots: str, *, live: bool = False, wall: datetime | None = None, **decision: object
    ) -> list[Snapshot]:
        kept: list[Snapshot] = []
        settings = SinkSettings(snapshots=snapshots)
        sink = SnapshotSink(tmp_path / "door", settings, live=live, keep=kept.append)
        chosen = {"min_event": 0.2, "hold": 0.3, **decision}
        decider = Decider(DecisionSettings.model_validate(chosen))
        for index, score in enumerate(SCORES):
            time = index / 10
            frame = make_frame(
                np.full((24, 32), 10 * index, np.uint8),
                index=index,
                time=time,
                wall=wall + timedelta(seconds=time) if wall else None,
            )
            analysis = make_analysis(frame, float(score))
            sink.write(analysis, decider.step(time, index, analysis.score, ready=True))
        sink.finish(decider.finish("end of footage"))
        sink.close()
        return kept

    return run


@pytest.mark.parametrize(
    ("choice", "frames"),
    [
        ("best", [4, 15]),
        ("first", [2, 14]),
        ("last", [6, 16]),
        ("all", [2, 3, 4, 5, 6, 14, 15, 16]),
        ("every:0.2s", [2, 4, 6, 14, 16]),
        ("every:10s", [2, 14]),
    ],
)
def test_choices(
    keep: Callable[..., list[Snapshot]], tmp_path: Path, choice: str, frames: list[int]
) -> None:
    kept = keep(choice)
    assert [snapshot.frame for snapshot in kept] == frames
    assert [snapshot.event for snapshot in kept] == [1 if frame < 10 else 2 for frame in frames]
    assert [snapshot.time_s for snapshot in kept] == [frame / 10 for frame in frames]
    assert sorted(snapshot.path for snapshot in kept) == sorted((tmp_path / "door").iterdir())


def test_names_are_event_and_media_time(keep: Callable[..., list[Snapshot]]) -> None:
    names = [snapshot.path.name for snapshot in keep("best")]
    assert names == ["event-0001_00-00-00.400.jpg", "event-0002_00-00-01.500.jpg"]


def test_live_names_are_event_and_time_of_day(keep: Callable[..., list[Snapshot]]) -> None:
    zone = timezone(timedelta(hours=-3, minutes=-30))
    wall = datetime(2026, 5, 4, 23, 59, 59, tzinfo=zone)
    first, second = keep("best", live=True, wall=wall)
    assert first.path.name == "event-0001_2026-05-04T23-59-59.400-0330.jpg"
    assert second.path.name == "event-0002_2026-05-05T00-00-00.500-0330.jpg"


def test_footage_is_named_by_media_time_also_where_the_time_of_day_is_known(
    keep: Callable[..., list[Snapshot]],
) -> None:
    kept = keep("first", wall=datetime(2026, 5, 4, 12, tzinfo=UTC))
    assert kept[0].path.name == "event-0001_00-00-00.200.jpg"


def test_the_picture_is_that_of_its_frame(keep: Callable[..., list[Snapshot]]) -> None:
    for snapshot in keep("best"):
        picture = cv2.imread(str(snapshot.path))
        assert picture.shape == (24, 32, 3)
        assert picture.mean() == pytest.approx(10 * snapshot.frame, abs=1)


@pytest.mark.parametrize(
    ("choice", "frames"), [("best", [4]), ("last", [16]), ("every:1s", [2, 14])]
)
def test_merged_events_are_one(
    keep: Callable[..., list[Snapshot]], choice: str, frames: list[int]
) -> None:
    kept = keep(choice, merge="2s")
    assert [(snapshot.event, snapshot.frame) for snapshot in kept] == [(1, f) for f in frames]


def test_motion_that_is_no_event_leaves_nothing(
    keep: Callable[..., list[Snapshot]], tmp_path: Path
) -> None:
    assert keep("all", min_event="5s") == []
    assert not (tmp_path / "door").exists()


def test_boxes_are_drawn_on_request_and_on_a_copy(
    make_frame: Callable[..., Frame],
    make_analysis: Callable[..., Analysis],
    tmp_path: Path,
) -> None:
    luma = np.full((60, 80), 50, np.uint8)
    analysis = make_analysis(make_frame(luma), 2.0, blobs=(Blob(10, 20, 30, 25, 0.2),))
    pictures = []
    for draw in (False, True):
        decider = Decider(DecisionSettings(min_event=0.0))
        kept: list[Snapshot] = []
        settings = SinkSettings(snapshots="all", draw=draw)
        sink = SnapshotSink(tmp_path / str(draw), settings, live=False, keep=kept.append)
        sink.write(analysis, decider.step(0.0, 0, analysis.score, ready=True))
        pictures.append(cv2.imread(str(kept[0].path)).astype(int))
    changed = abs(pictures[1] - pictures[0]).max(axis=2) > 60
    assert (luma == 50).all()
    assert changed[20, 15:35].all()
    assert changed[25:40, 10].all()
    assert not changed[26:39, 16:34].any()


def test_the_pictures_quality_is_as_set(
    make_frame: Callable[..., Frame], make_analysis: Callable[..., Analysis], tmp_path: Path
) -> None:
    luma = np.random.default_rng(1).integers(0, 256, (60, 80), dtype=np.uint8)
    sizes = []
    for quality in (20, 95):
        decider = Decider(DecisionSettings(min_event=0.0))
        settings = SinkSettings(snapshots="all", jpeg_quality=quality)
        sink = SnapshotSink(tmp_path / str(quality), settings, live=False, keep=lambda _: None)
        analysis = make_analysis(make_frame(luma), 2.0)
        sink.write(analysis, decider.step(0.0, 0, analysis.score, ready=True))
        (path,) = (tmp_path / str(quality)).iterdir()
        sizes.append(path.stat().st_size)
    assert sizes[0] < sizes[1] / 2


def test_frames_of_one_millisecond_have_numbers(
    make_frame: Callable[..., Frame], make_analysis: Callable[..., Analysis], tmp_path: Path
) -> None:
    """As where times that go back have been repaired."""
    decider = Decider(DecisionSettings(min_event=0.0))
    kept: list[Snapshot] = []
    folder = tmp_path / "door"
    sink = SnapshotSink(folder, SinkSettings(snapshots="all"), live=False, keep=kept.append)
    for index, time_s in enumerate((3.92, 3.9201, 3.9202, 3.95)):
        luma = np.full((60, 80), 40 * index, np.uint8)
        analysis = make_analysis(make_frame(luma, index=index, time=time_s), 2.0)
        sink.write(analysis, decider.step(time_s, index, analysis.score, ready=True))
    names = [f"event-0001_00-00-03.{rest}.jpg" for rest in ("920", "920-2", "920-3", "950")]
    assert [snapshot.path.name for snapshot in kept] == names
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    for snapshot in kept:
        assert cv2.imread(str(snapshot.path)).mean() == pytest.approx(40 * snapshot.frame, abs=1)
