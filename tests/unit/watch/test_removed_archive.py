"""An archive that somebody removes while a watch writes to it."""

import shutil
from pathlib import Path

import pytest
from films import write_film

from motionlapse.cli.watch_output import WatchOutput
from motionlapse.clock import SystemClock
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.address import parse_address
from motionlapse.types import KeptEvent
from motionlapse.watch.controls import Controls
from motionlapse.watch.session import Watch


class Removing(WatchOutput):
    """Removes the archive after the first event."""

    def event(self, kept: KeptEvent) -> None:
        super().event(kept)
        if kept.event.number == 1:
            shutil.rmtree("kept")


@pytest.mark.parametrize("limits", [{}, {"keep": "1d"}], ids=["no limits", "limits"])
def test_that_is_told_in_one_line_and_by_the_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limits: dict[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    film = write_film(tmp_path / "door.mp4")
    clock, controls = SystemClock(), Controls()
    output = Removing("door", clock, json=False, quiet=True, lines=False)
    sinks = {"out": "kept", "retention": limits}
    settings = Settings.model_validate({"sinks": sinks})
    watch = Watch(parse_address(str(film)), settings, output, clock, controls, realtime=False)
    assert watch.run().exit_code == 4
    [told] = output.chronicle.notes
    assert told.grave
    assert told.text.startswith("kept/archive.sqlite: cannot be written: it was removed or")
    assert [kept.event.number for kept in output.chronicle.ended] == [1, 2]
    assert not Path("kept/archive.sqlite").exists()
