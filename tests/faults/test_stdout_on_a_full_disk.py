"""What a watch prints while its disk is full comes when there is room."""

import json
import signal

from films import LONG_S, start, wait_for


def test_events_are_printed_once_there_is_room(film, small_disk, tmp_path):
    film("door.mp4")
    disk = small_disk(64)
    filler = disk / "filler"
    with (disk / "events.jsonl").open("wb") as out:
        filler.write_bytes(b"x" * (64 * 1024))
        hooked = tmp_path / "hooked"
        words = ("--json", "--no-dashboard", "--hold", "0.3s", "--on-event-end", f"touch {hooked}")
        process = start("watch", "door.mp4", "--out", tmp_path / "kept", *words, stdout=out)
        with process:
            said = process.stderr.readline()
            while "standard output: cannot be written: no space left" not in said:
                assert said, "it ended without a word of it"
                said = process.stderr.readline()
            wait_for(hooked.exists, process)
            filler.unlink()
            wait_for(lambda: (disk / "events.jsonl").stat().st_size, process)
            _, err = process.communicate(timeout=LONG_S)
    lines = (disk / "events.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == [1, 2]
    assert "could not be printed" not in err
    assert process.returncode == 4


def test_what_never_could_be_printed_is_told(film, small_disk, tmp_path):
    film("door.mp4")
    disk = small_disk(64)
    with (disk / "events.jsonl").open("wb") as out:
        (disk / "filler").write_bytes(b"x" * (64 * 1024))
        words = ("--json", "--no-dashboard", "--hold", "0.3s")
        with start("watch", "door.mp4", "--out", tmp_path / "kept", *words, stdout=out) as process:
            said = process.stderr.readline()
            while said and "standard output: cannot be written" not in said:
                said = process.stderr.readline()
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=LONG_S)
    assert "could not be printed: 1 event" in err
    assert "Exception ignored" not in err
    assert process.returncode == 4
