"""What holds for every sink: a short run, and every way in which it may end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from motionlapse.decision.decider import Decider
from motionlapse.decision.settings import DecisionSettings
from motionlapse.errors import SinkError
from motionlapse.frames import Frame, SourceInfo
from motionlapse.sinks.archive import ArchiveSink
from motionlapse.sinks.archive_reader import ArchiveReader
from motionlapse.sinks.archive_store import ArchiveStore
from motionlapse.sinks.mask_film import MaskFilm
from motionlapse.sinks.masks import MaskFolder
from motionlapse.sinks.metrics import COLUMNS, MetricsFile
from motionlapse.sinks.metrics_parquet import MetricsParquet
from motionlapse.sinks.settings import LAYERS, SinkSettings
from motionlapse.sinks.snapshots import SnapshotSink
from motionlapse.types import Analysis, Decision, Event, KeptEvent, Sink

SIZE = (24, 32)
SCORES = [0.0, 0.0, 2.0, 5.0, 3.0, 0.0, 0.0, 0.0, 0.0, 4.0, 6.0, 2.0]
MASK = np.zeros((SIZE[0] // 2, SIZE[1] // 2), np.uint8)
MASK[2:6, 3:9] = 255

MakeSink = Callable[[Path], Sink]
Run = tuple[list[tuple[Analysis, Decision]], Decision]


def archive_sink(
    folder: Path,
    emit: Callable[[KeptEvent], None] = lambda _: None,
    on_start: Callable[[KeptEvent], None] = lambda _: None,
) -> ArchiveSink:
    info = SourceInfo("clips/door.mp4", "door", "recording", SIZE[1], SIZE[0])
    store = ArchiveStore(folder)
    run = store.begin_run(info, Path("clips/door.mp4"), {}, datetime(2026, 1, 1, tzinfo=UTC))
    sink = ArchiveSink(store, run, Path(info.name), info.start_wall, emit, on_start=on_start)
    _STORES.append(store)
    return sink


_STORES: list[ArchiveStore] = []
SINKS: dict[str, MakeSink] = {
    "snapshots": lambda out: SnapshotSink(
        out, SinkSettings(snapshots="all"), live=False, keep=lambda _: None
    ),
    "best snapshots": lambda out: SnapshotSink(
        out, SinkSettings(), live=False, keep=lambda _: None
    ),
    "masks": lambda out: MaskFolder(out, "door"),
    "metrics": lambda out: MetricsFile(out / "metrics.csv"),
    "parquet": lambda out: MetricsParquet(out / "metrics.parquet"),
    "mask film": lambda out: MaskFilm(
        out / "masks.mp4",
        layers=LAYERS,
        size=(SIZE[1], SIZE[0]),
        most=640,
        text=True,
        stays=0.5,
        fps=10.0,
    ),
    "archive": archive_sink,
}


@pytest.fixture(params=SINKS)
def make_sink(request: pytest.FixtureRequest) -> Iterator[MakeSink]:
    yield SINKS[request.param]
    while _STORES:
        _STORES.pop().close()


@pytest.fixture(scope="module")
def run(make_frame: Callable[..., Frame], make_analysis: Callable[..., Analysis]) -> Run:
    """Return a run with one event that ends and one that the end of footage ends."""
    decider = Decider(DecisionSettings(min_event=0.1, hold=0.2))
    luma = np.random.default_rng(3).integers(0, 256, SIZE, dtype=np.uint8)
    steps = []
    for index, value in enumerate(SCORES):
        frame = make_frame(luma, index=index, time=index / 10)
        analysis = make_analysis(frame, value, mask=MASK if value else MASK * 0, scale=2)
        decision = decider.step(frame.time, index, analysis.score, ready=index > 0)
        steps.append((analysis, decision))
    return steps, decider.finish("end of footage")


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def feed(sink: Sink, run: Run) -> None:
    steps, last = run
    for analysis, decision in steps:
        sink.write(analysis, decision)
    sink.finish(last)


def test_a_run_leaves_whole_files(make_sink: MakeSink, run: Run, tmp_path: Path) -> None:
    sink = make_sink(tmp_path / "deep" / "out")
    feed(sink, run)
    sink.close()
    left = files(tmp_path)
    assert left
    assert not [name for name in left if name.endswith(".part")]
    assert all(left.values())


def test_close_may_be_called_again(make_sink: MakeSink, run: Run, tmp_path: Path) -> None:
    sink = make_sink(tmp_path)
    feed(sink, run)
    sink.close()
    left = files(tmp_path)
    sink.close()
    assert files(tmp_path) == left


def test_close_works_without_finish(make_sink: MakeSink, run: Run, tmp_path: Path) -> None:
    sink = make_sink(tmp_path)
    for analysis, decision in run[0][:4]:  # an event is open
        sink.write(analysis, decision)
    sink.close()
    sink.close()
    assert not [name for name in files(tmp_path) if name.endswith(".part")]


def test_close_works_without_a_frame(make_sink: MakeSink, tmp_path: Path) -> None:
    sink = make_sink(tmp_path)
    sink.close()
    sink.close()
    assert not [name for name in files(tmp_path) if name.endswith(".part")]


def test_what_it_is_given_is_not_modified(make_sink: MakeSink, run: Run, tmp_path: Path) -> None:
    before = [(a.mask.copy(), a.frame.planes.luma.buffer.copy()) for a, _ in run[0]]
    sink = make_sink(tmp_path)
    feed(sink, run)
    sink.close()
    for (analysis, _), (mask, luma) in zip(run[0], before, strict=True):
        assert np.array_equal(analysis.mask, mask)
        assert np.array_equal(analysis.frame.planes.luma.buffer, luma)


def test_the_same_run_leaves_the_same_files(make_sink: MakeSink, run: Run, tmp_path: Path) -> None:
    for name in ("one", "other"):
        sink = make_sink(tmp_path / name)
        feed(sink, run)
        sink.close()
    one, other = files(tmp_path / "one"), files(tmp_path / "other")
    assert one.keys() == other.keys()
    pictures = [name for name in one if not name.endswith(".sqlite")]
    assert all(one[name] == other[name] for name in pictures)


def test_a_folder_that_cannot_be_made_is_a_sink_error(
    make_sink: MakeSink, run: Run, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("I am no folder")

    def use() -> None:
        sink = make_sink(in_the_way / "out")
        feed(sink, run)
        sink.close()

    with pytest.raises(SinkError, match="file"):
        use()
    assert in_the_way.read_text() == "I am no folder"


# ---- what each of them leaves --------------------------------------------------------------------


def test_every_frame_has_a_mask_of_the_sources_size(run: Run, tmp_path: Path) -> None:
    feed(MaskFolder(tmp_path, "door"), run)
    assert sorted(files(tmp_path)) == [f"bin{index:06d}.png" for index in range(len(SCORES))]
    mask = cv2.imread(str(tmp_path / "bin000003.png"), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(mask, MASK.repeat(2, axis=0).repeat(2, axis=1))


def test_a_folder_holds_masks_of_one_source(run: Run, tmp_path: Path) -> None:
    feed(MaskFolder(tmp_path, "door"), run)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(SinkError, match=r"holds bin000000\.png, which was not made from yard"):
        MaskFolder(tmp_path, "yard")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    feed(MaskFolder(tmp_path, "door"), run)  # the same source again
    (tmp_path / "bin000009.png").write_bytes(b"not by this program")
    with pytest.raises(SinkError, match=r"bin000009\.png"):
        MaskFolder(tmp_path, "door")


def test_masks_carry_the_number_of_the_frame(
    make_frame: Callable[..., Frame],
    make_analysis: Callable[..., Analysis],
    make_decision: Callable[..., Decision],
    tmp_path: Path,
) -> None:
    frame = make_frame(np.zeros(SIZE, np.uint8), index=4, number=4711)
    MaskFolder(tmp_path, "door").write(make_analysis(frame), make_decision())
    assert list(files(tmp_path)) == ["bin004711.png"]


def test_masks_cover_what_a_whole_scale_leaves_over(
    make_frame: Callable[..., Frame], make_analysis: Callable[..., Analysis]
) -> None:
    frame = make_frame(np.zeros((11, 14), np.uint8))
    mask = np.full((3, 4), 255, np.uint8)
    source_mask = make_analysis(frame, mask=mask, scale=3).source_mask()
    assert source_mask.shape == (11, 14)
    assert (source_mask == 255).all()


def test_every_frame_has_a_row_of_metrics(run: Run, tmp_path: Path) -> None:
    sink = MetricsFile(tmp_path / "metrics.csv")
    feed(sink, run)
    assert not (tmp_path / "metrics.csv").exists()
    sink.close()
    heading, *rows = (tmp_path / "metrics.csv").read_text(encoding="utf-8").splitlines()
    assert heading == "index,time_s,wall,fraction,flow,score,state,learning_rate,light_gain,reason"
    assert heading == ",".join(COLUMNS)
    assert len(rows) == len(SCORES)
    assert rows[3].startswith("3,0.300000,,0.050000,,5.0000,active,0.10000,,")


def test_the_archive_holds_events_scores_and_masks(run: Run, tmp_path: Path) -> None:
    told: list[KeptEvent] = []
    sink = archive_sink(tmp_path, told.append)
    feed(sink, run)
    sink.close()
    with ArchiveReader(tmp_path) as reader:
        kept = list(reader.events())
        png = reader.mask_png(1, 1)
        bins = list(reader.scores(1))
    _STORES.pop().close()
    assert [item.event for item in kept] == [item.event for item in told]
    assert [(e.start_frame, e.end_frame) for e in (k.event for k in kept)] == [(2, 4), (9, 11)]
    assert [item.event.ending for item in kept] == ["quiet for longer than hold", "end of footage"]
    mask = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert np.array_equal(mask, MASK)
    assert [(b.time_s, b.lowest, b.highest) for b in bins] == [
        (0.0, 0.0, 5.0),
        (0.5, 0.0, 4.0),
        (1.0, 2.0, 6.0),
    ]


def test_an_event_that_cannot_be_told_keeps_no_other_from_beginning(
    run: Run, make_event: Callable[..., Event], tmp_path: Path
) -> None:
    def full(_: KeptEvent) -> None:
        raise SinkError("standard output: cannot be written: the disk is full")

    began: list[int] = []
    sink = archive_sink(tmp_path, full, on_start=lambda kept: began.append(kept.event.number))
    analysis, decision = run[0][0]
    both = replace(decision, closed=make_event(1), opened=make_event(2))
    with pytest.raises(SinkError, match="standard output"):
        sink.write(analysis, both)
    assert began == [2]
    sink.close()
    with ArchiveReader(tmp_path) as reader:
        assert [kept.event.number for kept in reader.events()] == [1]
    _STORES.pop().close()
