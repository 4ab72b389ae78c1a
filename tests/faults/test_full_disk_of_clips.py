"""Clips of a watch on a full disk: what cannot be written leaves nothing, and is told."""

from pathlib import Path

import av
import pytest
from films import files_below, run_here, write_film

from motionlapse.cli.watch_output import WatchOutput
from motionlapse.clock import SystemClock
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.address import parse_address
from motionlapse.watch.controls import Controls
from motionlapse.watch.session import Watch


def watch(film: Path, how: str) -> WatchOutput:
    """Watch a film as fast as it goes; it is to end with a fault."""
    sinks = {"out": Path("kept"), "snapshots": "none", "clips": how}
    clock, controls = SystemClock(), Controls()
    output = WatchOutput("door", clock, json=False, quiet=True, lines=False)
    settings = Settings.model_validate({"sinks": sinks})
    address = parse_address(str(film))
    watch = Watch(address, settings, output, clock, controls, realtime=False)
    assert watch.run().exit_code == 4
    return output


@pytest.mark.parametrize("how", ["copy", "encode"])
@pytest.mark.parametrize("left_kb", [0, 4])  # for its header, and for its pictures
def test_a_clip_that_cannot_be_begun_leaves_nothing(film, small_disk, how, left_kb):
    disk = small_disk(64, "kept/door")
    (disk / "filling").write_bytes(bytes((64 - left_kb) * 1024))
    chronicle = watch(film("door.mp4"), how).chronicle
    assert [kept.clip for kept in chronicle.ended] == [None, None]
    assert chronicle.clips == 0
    [told] = [note.text for note in chronicle.notes if note.grave]
    assert told.startswith("kept/door/event-0001_")
    assert "cannot be written: no space left on device" in told
    assert [path.name for path in files_below(disk)] == ["filling"]
    listed = run_here("events", "kept", "--json").records
    assert [record["clip"] for record in listed] == [None, None]


@pytest.mark.parametrize("how", ["copy", "encode"])
def test_of_a_clip_that_the_disk_is_too_small_for_what_can_be_played_stays(
    tmp_path, small_disk, how
):
    rough = write_film(tmp_path / "door.mp4", options={"crf": "2"})
    disk = small_disk(48, "kept/door")
    chronicle = watch(rough, how).chronicle
    left = sorted(str(path.relative_to(tmp_path)) for path in files_below(disk))
    assert left
    assert left == [kept.clip for kept in chronicle.ended if kept.clip]
    for path in left:
        with av.open(path) as clip:
            assert next(clip.decode(video=0)).pts == 0
