"""A watch replaces nothing of what another has written."""

import signal
import subprocess
import sys
from pathlib import Path

from films import FRAMES, table, write_film

from motionlapse.cli.watch_output import WatchOutput
from motionlapse.clock import SystemClock
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.address import parse_address
from motionlapse.watch.controls import Controls
from motionlapse.watch.session import Watch


def watch(film: Path, tmp_path: Path, masks: str = "seen.mp4") -> WatchOutput:
    settings = Settings.model_validate(
        {
            "sinks": {
                "out": tmp_path / "captures",
                "masks": tmp_path / masks,
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


def test_a_second_watch_leaves_a_folder_of_masks_alone_and_says_so(tmp_path: Path) -> None:
    film = write_film(tmp_path / "door.mp4", times=[index / 25 for index in range(20)])
    (tmp_path / "masks").mkdir()
    watch(film, tmp_path, "masks")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "masks").iterdir()}
    told = [note.text for note in watch(film, tmp_path, "masks").chronicle.notes]
    assert told[0].endswith(f"masks: already exists; this watch writes to {tmp_path / 'masks-2'}")
    after = {path: path.stat().st_mtime_ns for path in (tmp_path / "masks").iterdir()}
    assert (after, len(after)) == (before, 20)
    assert len(list((tmp_path / "masks-2").iterdir())) == 20


# Ends the program, as kill -9 does, where its metrics are about to get their name.
_KILLED = """
import os, signal
import signal
import subprocess
import sys
from pathlib import Path
from motionlapse.cli.app import main
if __name__ == "__main__":
    def kill(part, name):
        if name.name == "rows.csv":
            os.kill(os.getpid(), signal.SIGKILL)
        return linked(part, name)
    linked, os.link = os.link, kill
    main()
"""


def test_what_a_killed_watch_left_of_its_metrics_is_kept_and_told(tmp_path: Path) -> None:
    film = write_film(tmp_path / "door.mp4", times=[index / 25 for index in range(20)])
    words = ("watch", film, "--out", tmp_path / "captures", "--metrics", tmp_path / "rows.csv")
    done = subprocess.run([sys.executable, "-c", _KILLED, *map(str, words)], check=False)
    assert done.returncode == -signal.SIGKILL
    [part] = tmp_path.glob(".rows.csv.*.part")
    with part.open("a") as file:
        file.write("20,0.8")  # it may be killed anywhere
    told = [note.text for note in watch(film, tmp_path).chronicle.notes]
    assert told[0].startswith(f"{tmp_path}/rows.csv: left unfinished by the watch before")
    assert told[1].endswith("rows-2.csv")
    assert [len(table(tmp_path / name)) for name in ("rows.csv", "rows-2.csv")] == [20, 20]
    assert not list(tmp_path.glob(".*.part"))
