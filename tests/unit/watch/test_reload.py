"""A watch that reads its settings again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from films import write_film

from motionlapse.cli.watch_output import WatchOutput
from motionlapse.clock import SystemClock
from motionlapse.frames import SourceInfo
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.address import parse_address
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
        if self.runs == 1:
            self.controls.ask("reload")

    def frame(self, analysis: Analysis, decision: Decision) -> None:
        super().frame(analysis, decision)
        self.on_frame()


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
