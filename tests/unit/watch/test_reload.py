"""A watch that reads its settings again."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import av
import pytest
from films import FPS, FRAMES, table, write_film

from motionlapse.cli.watch_output import WatchOutput
from motionlapse.clock import SystemClock
from motionlapse.errors import SourceError
from motionlapse.frames import SourceInfo
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.address import parse_address
from motionlapse.sources.connection import Picture
from motionlapse.sources.demo import DemoConnection
from motionlapse.sources.live_status import LiveState
from motionlapse.types import Analysis, Decision, KeptEvent
from motionlapse.watch.controls import Controls
from motionlapse.watch.session import Watch


class Listening(WatchOutput):
    """Asks for a reload when the first event begins."""

    def __init__(self, controls: Controls) -> None:
        super().__init__("door", SystemClock(), json=False, quiet=True, lines=False)
        self.controls = controls
        self.runs = 0
        self.on_frame: Callable[[], object] = lambda: None

    @property
    def warnings(self) -> list[str]:
        return [note.text for note in self.chronicle.notes]

    def begin(self, info: SourceInfo, folder: Path) -> None:
        super().begin(info, folder)
        self.runs += 1

    def started(self, kept: KeptEvent) -> None:
        super().started(kept)
        if kept.event.number == 1:
            self.controls.ask("reload")

    def frame(self, analysis: Analysis, decision: Decision) -> None:
        super().frame(analysis, decision)
        self.on_frame()


class OneConnection(DemoConnection):
    """Breaks after a few pictures, and cannot be made again."""

    made = 0

    def __init__(self, *_: object) -> None:
        super().__init__()
        type(self).made += 1
        if self.made > 1:
            raise SourceError("connection refused")

    def pictures(self) -> Iterator[Picture]:
        yield from islice(super().pictures(), 10)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("films") / "door.mp4")


@pytest.fixture
def listener() -> Listening:
    return Listening(Controls())


@pytest.fixture
def make_watch(
    film: Path, tmp_path: Path, listener: Listening
) -> Callable[[Settings, Callable[[], Settings | None]], Watch]:
    def make(settings: Settings, reload: Callable[[], Settings | None]) -> Watch:
        address = parse_address(str(film))
        return Watch(
            address,
            settings,
            listener,
            SystemClock(),
            listener.controls,
            reload=reload,
            realtime=False,
        )

    return make


def settings(tmp_path: Path, **more: object) -> Settings:
    sinks = {"out": tmp_path / "captures", **dict(more.pop("sinks", {}))}  # type: ignore[call-overload]
    return Settings.model_validate({"sinks": sinks, **more})


def test_a_hook_that_runs_does_not_hold_up_the_next_run(
    tmp_path: Path, listener: Listening, make_watch: Callable[..., Watch]
) -> None:
    go = tmp_path / "go"
    waits = f"sh -c 'until [ -e {go} ]; do sleep 0.02; done'"
    hooks = {"on_event_start": waits, "time_limit": "20s"}
    chosen = settings(tmp_path, sinks={"hooks": hooks})
    listener.on_frame = lambda: listener.runs > 1 and go.touch()
    assert make_watch(chosen, lambda: chosen).run().exit_code == 0
    assert listener.runs == 2
    assert listener.warnings == []


def test_settings_that_do_not_fit_the_picture_are_refused_and_those_before_stay(
    tmp_path: Path, listener: Listening, make_watch: Callable[..., Watch]
) -> None:
    wrong = settings(tmp_path, analysis={"regions": ["9000,9000 9500,9000 9500,9500"]})
    result = make_watch(settings(tmp_path), lambda: wrong).run()
    assert (result.exit_code, result.events, result.frames) == (0, 2, FRAMES)
    assert listener.runs == 1
    [said] = listener.warnings
    assert said.startswith("the new settings cannot be used, so the old ones stay: region '9000,")


def test_a_run_goes_on_where_the_archive_cannot_take_the_next(
    tmp_path: Path, listener: Listening, make_watch: Callable[..., Watch]
) -> None:
    chosen = settings(tmp_path)

    def fill_disk_and_reload() -> Settings:
        with contextlib.closing(sqlite3.connect(tmp_path / "captures" / "archive.sqlite")) as db:
            db.execute(
                "CREATE TRIGGER full BEFORE INSERT ON runs "
                "BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
            )
        return chosen

    result = make_watch(chosen, fill_disk_and_reload).run()
    assert (result.exit_code, result.events, result.frames) == (0, 2, FRAMES)
    assert listener.runs == 1
    [said] = listener.warnings
    assert said.startswith("the new settings cannot be used, so the old ones stay: ")
    assert "cannot be written: disk is full" in said


def test_a_run_goes_on_where_a_sink_of_the_next_cannot_be_and_leaves_no_row(
    tmp_path: Path, listener: Listening, make_watch: Callable[..., Watch]
) -> None:
    (tmp_path / "file").touch()
    outside = {"masks": tmp_path / "seen.mp4", "metrics": tmp_path / "file" / "rows.csv"}
    wrong = settings(tmp_path, sinks=outside)
    assert make_watch(settings(tmp_path), lambda: wrong).run().exit_code == 0
    assert (listener.runs, len(listener.warnings)) == (1, 1)
    assert not list(tmp_path.glob(".*")), "what another sink of it has begun is gone"
    with contextlib.closing(sqlite3.connect(tmp_path / "captures" / "archive.sqlite")) as db:
        assert db.execute("SELECT COUNT(*), MIN(state) FROM runs").fetchone() == (1, "done")


@pytest.mark.parametrize("key", ["metrics", "masks"])
def test_a_run_goes_on_where_there_can_be_no_file_of_a_name(
    tmp_path: Path, listener: Listening, make_watch: Callable[..., Watch], key: str
) -> None:
    name = "long" * 100 + (".csv" if key == "metrics" else ".mp4")
    wrong = settings(tmp_path, sinks={key: tmp_path / name})
    assert make_watch(settings(tmp_path), lambda: wrong).run().exit_code == 0
    [said] = listener.warnings
    assert said.startswith("the new settings cannot be used, so the old ones stay: ")
    assert said.endswith(f"{name}: cannot be written: file name too long")
    assert listener.runs == 1


def test_a_run_goes_on_where_reading_the_settings_fails_for_no_known_reason(
    tmp_path: Path, listener: Listening, make_watch: Callable[..., Watch]
) -> None:
    def fail() -> Settings:
        raise RuntimeError("a defect")

    assert make_watch(settings(tmp_path), fail).run().exit_code == 0
    [said] = listener.warnings
    assert "so the old ones stay: unexpected RuntimeError: a defect" in said


def test_each_run_writes_what_it_saw_under_a_name_of_its_own(
    tmp_path: Path, listener: Listening, make_watch: Callable[..., Watch]
) -> None:
    chosen = settings(tmp_path, sinks={"metrics": tmp_path / "rows.csv"})
    listener.on_frame = lambda: listener.runs == 2 and listener.controls.ask("reload")
    assert make_watch(chosen, lambda: chosen).run().exit_code == 0
    assert listener.runs == 3
    rows = [len(table(tmp_path / f"rows{number}.csv")) for number in ("", "-2", "-3")]
    assert all(rows)
    assert sum(rows) == FRAMES, "each frame is looked at by one run"
    told = [said.rpartition("/")[2] for said in listener.warnings]
    assert told == ["rows-2.csv", "rows-3.csv"]


def test_a_folder_of_masks_is_gone_on_with(
    tmp_path: Path, listener: Listening, make_watch: Callable[..., Watch]
) -> None:
    chosen = settings(tmp_path, sinks={"masks": tmp_path / "masks"})
    assert make_watch(chosen, lambda: chosen).run().exit_code == 0
    assert (listener.runs, listener.warnings) == (2, [])
    assert len(list((tmp_path / "masks").iterdir())) == FRAMES


@pytest.mark.parametrize(
    ("before", "after", "codec"),
    [("none", "copy", "mpeg4"), ("copy", "encode", "h264"), ("copy", "none", None)],
)
def test_clips_are_copied_or_encoded_as_the_new_settings_say(
    tmp_path: Path, listener: Listening, before: str, after: str, codec: str | None
) -> None:
    film = write_film(tmp_path / "door.mp4", codec="mpeg4")
    chosen = settings(tmp_path, sinks={"clips": after, "pre_roll": "2s"})
    watch = Watch(
        parse_address(str(film)),
        settings(tmp_path, sinks={"clips": before, "pre_roll": "0s"}),
        listener,
        SystemClock(),
        listener.controls,
        reload=lambda: chosen,
        realtime=False,
    )
    assert (watch.run().exit_code, listener.runs, listener.warnings) == (0, 2, [])
    last = listener.chronicle.ended[-1]
    if codec is None:
        assert last.clip is None
        return
    assert last.clip is not None
    with av.open(last.clip) as clip:
        assert clip.streams.video[0].codec_context.name == codec
        seconds = sum(1 for _ in clip.decode(video=0)) / FPS
    assert seconds > last.event.end_s - last.event.start_s + 1.5, "with all that comes before it"


def test_settings_are_read_again_while_the_source_is_lost(
    tmp_path: Path, listener: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OneConnection, "made", 0)
    chosen, controls = settings(tmp_path), listener.controls
    watch = Watch(
        parse_address("demo:"),
        chosen,
        listener,
        SystemClock(),
        controls,
        reload=lambda: chosen,
        connect=OneConnection,
    )
    looks = 0

    def look() -> None:
        nonlocal looks
        if watch.live.status.state is LiveState.LOST:
            looks += 1
            if looks == 1:
                controls.ask("reload")
            if listener.runs == 2 or looks == 40:  # looks are a fourth of a second apart
                controls.stop("the test has seen enough")

    listener.on_tick(look)
    assert watch.run().exit_code == 0
    assert listener.runs == 2
