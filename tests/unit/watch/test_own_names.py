"""A watch replaces nothing of what another has written."""

from pathlib import Path

from films import FRAMES, table, write_film

from motionlapse.cli.watch_output import WatchOutput
from motionlapse.clock import SystemClock
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.address import parse_address
from motionlapse.watch.controls import Controls
from motionlapse.watch.session import Watch


def watch(film: Path, tmp_path: Path) -> WatchOutput:
    settings = Settings.model_validate(
        {
            "sinks": {
                "out": tmp_path / "captures",
                "masks": tmp_path / "seen.mp4",
                "metrics": tmp_path / "rows.csv",
            }
        }
    )
    clock, controls = SystemClock(), Controls()
    output = WatchOutput("door", clock, json=False, quiet=True, lines=False)
    watch = Watch(parse_address(str(film)), settings, output, clock, controls, realtime=False)
    assert watch.run().exit_code == 0
    return output


def test_a_second_watch_takes_names_that_nothing_has_and_says_so(tmp_path: Path) -> None:
    film = write_film(tmp_path / "door.mp4")
    assert list(watch(film, tmp_path).chronicle.notes) == []
    before = {name: (tmp_path / name).read_bytes() for name in ("seen.mp4", "rows.csv")}
    told = [note.text for note in watch(film, tmp_path).chronicle.notes]
    assert [text.rpartition("/")[2] for text in told] == ["seen-2.mp4", "rows-2.csv"]
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert len(table(tmp_path / "rows-2.csv")) == FRAMES
    assert (tmp_path / "seen-2.mp4").stat().st_size > 1000
