"""What judges the frames of a watch."""

import signal

from films import LONG_S, picture, start, write_film

from motionlapse.cli.watch_output import WatchOutput
from motionlapse.clock import SystemClock
from motionlapse.pipeline_settings import Settings
from motionlapse.sinks.archive_reader import ArchiveReader
from motionlapse.sources.address import parse_address
from motionlapse.watch.controls import Controls
from motionlapse.watch.session import Watch


def test_the_highest_score_of_a_time_lapse_is_that_of_what_was_kept(tmp_path):
    # Something bright stands there from 3 s to 5 s.
    def shown(time_s):
        image = picture(0.0, moves=())
        if 3.0 <= time_s < 5.0:
            image[30:90, 40:120] = 235
        return image

    film = write_film(tmp_path / "desk.mp4", pictures=shown)
    settings = Settings.model_validate(
        {"sinks": {"out": tmp_path / "captures"}, "decision": {"lapse": {"every": "1s"}}}
    )
    clock, controls = SystemClock(), Controls()
    output = WatchOutput("desk", clock, json=False, quiet=True, lines=False)
    watch = Watch(parse_address(str(film)), settings, output, clock, controls, realtime=False)
    assert watch.run().exit_code == 0
    scores = [kept.event.peak_score for kept in ArchiveReader(tmp_path / "captures").events()]
    assert len(scores) == 3
    assert output.chronicle.headroom.hour.value == max(scores)
    assert max(step.highest for step in output.chronicle.scores) == max(scores)


def test_a_watch_tells_each_thing_once_at_its_end_and_writes_one_colon(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with start("watch", "demo:", "--every", "1h", "--no-dashboard") as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LONG_S)
    live, kept, scores = err.splitlines()
    assert live.startswith("demo: live: ")
    assert kept.startswith("demo (Ctrl-C): 1 event (")
    assert kept.endswith("; 1 snapshot in captures/demo/")
    assert scores.startswith("demo: highest score 0 at ")
    assert "event" not in scores
    assert first.startswith("demo: event 1 at ")


def test_each_line_of_a_verbose_watch_has_its_colons_in_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with start("watch", "demo:", "--no-dashboard", "--verbose") as process:
        said = [process.stderr.readline()]
        while "live" not in said[-1]:
            said.append(process.stderr.readline())
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LONG_S)
    lines = [line for line in "".join([*said, err]).splitlines() if " = " not in line]
    assert lines[0] == "demo: connecting"
    assert any("pictures were not decoded" in line for line in lines)
    assert not any("::" in line or line != line.strip() for line in lines)


def test_a_watch_tells_at_its_end_how_many_clips_it_kept(tmp_path, caplog):
    film = write_film(tmp_path / "door.mp4")
    settings = Settings.model_validate({"sinks": {"out": tmp_path / "kept", "clips": "encode"}})
    clock, controls = SystemClock(), Controls()
    output = WatchOutput("door", clock, json=False, quiet=True, lines=False)
    watch = Watch(parse_address(str(film)), settings, output, clock, controls, realtime=False)
    output.follow(watch)
    with caplog.at_level("INFO", "motionlapse"):
        output.finish(watch.run())
    folder = f"{output.chronicle.folder}/"
    assert len(list((tmp_path / "kept" / "door").glob("*.mp4"))) == 2
    [line] = [text for text in caplog.messages if "events" in text]
    assert line.endswith(f"; 2 snapshots in {folder}; 2 clips in {folder}")
