"""Footage that cannot be read, or only in part: exit 3, one line, the rest is used."""

import av
import numpy as np
import pytest
from complaints import error_line, only_line
from films import FRAMES, damage, key_packets, picture, run_here, scan_here, table, write_film

from motionlapse.cli.watch_output import WatchOutput

WHOLE = [(25, 49), (115, 139)]
NOT_USED = "the pictures there are not used"


def indices(metrics):
    return [int(row["index"]) for row in table(metrics)]


def write_sound(path):
    with av.open(str(path), "w") as film:
        stream = film.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
        frame.sample_rate = 8000
        film.mux(stream.encode(frame))
        film.mux(stream.encode(None))


def add_sound(film, path, seconds):
    """Write the pictures of a film once more, with `seconds` of silence beside them."""
    with av.open(str(film)) as silent, av.open(str(path), "w") as out:
        pictures = out.add_stream_from_template(silent.streams.video[0])
        sound = out.add_stream("aac", rate=8000)
        packets = [packet for packet in silent.demux(video=0) if packet.dts is not None]
        for packet in packets:
            packet.stream = pictures
        for second in range(seconds):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
            frame.sample_rate, frame.pts = 8000, second * 8000
            packets += sound.encode(frame)
        packets += sound.encode(None)
        out.mux(sorted(packets, key=lambda packet: packet.dts * packet.time_base))


@pytest.fixture(scope="module")
def whole_rows(tmp_path_factory):
    """Metrics of the good film."""
    folder = tmp_path_factory.mktemp("good")
    film = write_film(folder / "good.mp4")
    assert scan_here(film, folder / "kept", "--metrics", folder / "good.csv").spans == WHOLE
    return table(folder / "good.csv")


def test_text_named_as_a_film(tmp_path):
    (tmp_path / "notes.mp4").write_text("this is no film\n" * 100)
    ran = scan_here("notes.mp4", tmp_path / "kept")
    assert (ran.code, ran.out) == (3, "")
    assert "notes.mp4: not a film" in only_line(ran)


def test_empty_file(tmp_path):
    (tmp_path / "nothing.mp4").touch()
    ran = scan_here("nothing.mp4", tmp_path / "kept")
    assert (ran.code, ran.out) == (3, "")
    assert "nothing.mp4: the file is empty" in only_line(ran)


def test_sound_without_pictures(tmp_path):
    write_sound(tmp_path / "song.mp4")
    ran = scan_here("song.mp4", tmp_path / "kept")
    assert (ran.code, ran.out) == (3, "")
    assert "song.mp4: has no video stream" in only_line(ran)


@pytest.mark.parametrize("name", ["cut.mp4", "cut.mkv"])
def test_frames_before_a_cut_are_used(film, tmp_path, whole_rows, name):
    path = film(name)
    path.write_bytes(path.read_bytes()[: key_packets(path)[4][0]])
    ran = scan_here(name, tmp_path / "kept", "--metrics", "m.csv")
    assert (ran.code, ran.spans) == (3, WHOLE[:1])
    assert "cut off: it ends at 00:00:04.0 of 00:00:07.0" in error_line(ran)
    rows = table(tmp_path / "m.csv")
    assert 60 < len(rows) < FRAMES
    assert rows == whole_rows[: len(rows)]


def test_a_film_that_is_watched_is_told_of_that_it_is_cut_off(film):
    path = film("cut.mp4")
    path.write_bytes(path.read_bytes()[: key_packets(path)[4][0]])
    ran = run_here("watch", "cut.mp4", "--no-dashboard", "--out", "kept")
    assert ran.code == 3
    assert "cut off: it ends at 00:00:04.0 of 00:00:07.0" in error_line(ran)
    assert "cut.mp4: 1 event" in ran.err  # of what was before, once


def test_of_a_film_that_is_watched_damage_in_its_middle_is_told_at_its_end(film):
    name = "hurt.mp4"
    path = film(name)
    for number in (1, 3):
        place, size = key_packets(path)[number]
        damage(path, place + 20, size // 2)
    scanned = scan_here(name, "scanned")
    told = [line for line in scanned.err.splitlines() if line.startswith("error: ")]
    ran = run_here("watch", name, "--no-dashboard", "--out", "kept")
    assert (ran.code, len(told)) == (3, 2)
    assert error_line(ran) == told[0] + told[1].removeprefix(f"error: {name}").replace(":", ";", 1)
    assert f"{name}: " in ran.err.splitlines()[-1]


@pytest.mark.parametrize("hurt", [True, False])
def test_of_a_film_that_is_not_watched_to_its_end_the_damage_so_far_is_told(
    film, monkeypatch, hurt
):
    """As of a scan with --end."""

    def note_and_stop(self, analysis, decision):
        note(self, analysis, decision)
        if analysis.frame.time >= 2.5:
            self._watch.controls.stop("--for")

    note = WatchOutput.frame
    monkeypatch.setattr(WatchOutput, "frame", note_and_stop)
    path = film("hurt.mp4")
    if hurt:
        place, size = key_packets(path)[1]
        damage(path, place + 20, size // 2)
    ran = run_here("watch", "hurt.mp4", "--no-dashboard", "--out", "kept")
    told = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert (ran.code, told) == (
        (3, [f"error: hurt.mp4: damaged between 00:00:01.0 and 00:00:02.0; {NOT_USED}"])
        if hurt
        else (0, [])
    )
    assert "hurt.mp4 (--for): " in ran.err


def test_avi_that_is_cut_off(film, tmp_path):
    path = film("cut.avi")
    assert scan_here("cut.avi", tmp_path / "whole").code == 0
    path.write_bytes(path.read_bytes()[: key_packets(path)[4][0]])
    ran = scan_here("cut.avi", tmp_path / "kept")
    assert (ran.code, ran.spans) == (3, WHOLE[:1])
    assert "cut off: it ends at 00:00:04.0 of 00:00:07.0" in error_line(ran)


def test_film_with_sound_that_does_not_say_how_long_its_pictures_are(film, tmp_path):
    """The file's size tells a film that is cut off from one whose sound goes on after it."""
    add_sound(film("silent.mkv"), tmp_path / "tagged.mkv", seconds=12)
    untagged = (tmp_path / "tagged.mkv").read_bytes().replace(b"DURATION", b"DURATIOM")
    (tmp_path / "whole.mkv").write_bytes(untagged)
    ran = scan_here("whole.mkv", tmp_path / "whole")
    assert (ran.code, ran.spans) == (0, WHOLE)
    (tmp_path / "cut.mkv").write_bytes(untagged[: key_packets(tmp_path / "whole.mkv")[4][0]])
    ran = scan_here("cut.mkv", tmp_path / "kept")
    assert (ran.code, ran.spans) == (3, WHOLE[:1])
    assert error_line(ran) == "error: cut.mkv: is cut off: it ends at 00:00:04.0"


def test_film_with_sound_that_is_cut_off(film, tmp_path, whole_rows):
    """Matroska states how long the longest of its streams is, which need not be the pictures."""
    add_sound(film("silent.mkv"), tmp_path / "whole.mkv", seconds=12)
    ran = scan_here("whole.mkv", tmp_path / "whole")
    assert (ran.code, ran.spans) == (0, WHOLE)
    whole = (tmp_path / "whole.mkv").read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: key_packets(tmp_path / "whole.mkv")[4][0]])
    ran = scan_here("cut.mkv", tmp_path / "kept", "--metrics", "m.csv")
    assert (ran.code, ran.spans) == (3, WHOLE[:1])
    assert "cut off: it ends at 00:00:04.0 of 00:00:07.0" in error_line(ran)
    rows = table(tmp_path / "m.csv")
    assert rows == whole_rows[: len(rows)]


def test_film_whose_index_is_cut_off(film, tmp_path):
    """An MP4 that was being recorded when the power went has no index, so nothing can be read."""
    path = film("unfinished.mkv")
    with av.open(str(path)) as whole, av.open("unfinished.mp4", "w") as out:
        stream = out.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    unfinished = tmp_path / "unfinished.mp4"
    unfinished.write_bytes(unfinished.read_bytes()[:20_000])
    ran = scan_here("unfinished.mp4", tmp_path / "kept")
    assert (ran.code, ran.out) == (3, "")
    assert "unfinished.mp4" in only_line(ran)


@pytest.mark.parametrize("name", ["hurt.mp4", "hurt.mkv", "hurt.ts"])
def test_frames_around_damage_are_used_and_keep_their_index(film, tmp_path, whole_rows, name):
    place, size = key_packets(film(name))[3]
    damage(tmp_path / name, place + 20, size // 2)
    ran = scan_here(name, tmp_path / "kept", "--metrics", "m.csv")
    rows = table(tmp_path / "m.csv")
    assert [row["time_s"] for row in rows[:75]] == [row["time_s"] for row in whole_rows[:75]]
    times = {row["index"]: row["time_s"] for row in whole_rows}
    assert [row["time_s"] for row in rows] == [times[row["index"]] for row in rows]
    assert FRAMES - 25 <= len(rows) < FRAMES
    assert ran.spans == WHOLE
    assert ran.code == 3
    assert "damaged between 00:00:03.0 and" in error_line(ran)


@pytest.mark.parametrize("name", ["hurt.mp4", "hurt.mkv"])
def test_damage_in_the_middle_of_a_motion_ends_no_scan(film, tmp_path, name):
    place, size = key_packets(film(name))[1]
    damage(tmp_path / name, place + 20, size // 2)
    ran = scan_here(name, tmp_path / "kept")
    assert ran.code == 3
    assert ran.spans[-1] == WHOLE[1]
    assert "damaged between 00:00:0" in error_line(ran)


def test_a_torn_picture_after_damage_is_no_event(tmp_path, monkeypatch):
    """It stands for its own time, not for that of the pictures that are missing before it."""
    monkeypatch.chdir(tmp_path)

    def torn_at_4_s(time_s):
        image = picture(time_s, moves=())
        if 4.0 <= time_s < 4.03:
            image[60:] = 128
        return image

    path = write_film(tmp_path / "hurt.mp4", pictures=torn_at_4_s)
    assert scan_here("hurt.mp4", tmp_path / "whole").spans == []
    place, size = key_packets(path)[3]
    damage(path, place + 20, size // 2)
    ran = scan_here("hurt.mp4", tmp_path / "kept", "--metrics", "m.csv")
    assert (ran.code, ran.spans) == (3, [])
    assert "damaged between 00:00:03.0 and 00:00:04.0" in error_line(ran)
    rows = {row["index"]: row for row in table(tmp_path / "m.csv")}
    assert "99" not in rows
    assert float(rows["100"]["score"]) > 10  # it was looked at


@pytest.mark.parametrize("name", ["late.mp4", "late.mkv"])
def test_first_frame_that_does_not_decode(film, tmp_path, name):
    place, size = key_packets(film(name))[0]
    damage(tmp_path / name, place + 20, size - 40)
    ran = scan_here(name, tmp_path / "kept", "--metrics", "m.csv")
    assert ran.code == 3
    assert "damaged between 00:00:00.0 and 00:00:01.0" in error_line(ran)
    assert indices(tmp_path / "m.csv") == list(range(25, FRAMES))
    assert ran.spans[-1][1] == WHOLE[1][1]


def test_film_of_which_nothing_decodes(film, tmp_path):
    for place, size in key_packets(film("noise.mkv")):
        damage(tmp_path / "noise.mkv", place + 6, size - 6)
    ran = scan_here("noise.mkv", tmp_path / "kept")
    assert (ran.code, ran.out) == (3, "")
    assert "noise.mkv: no picture can be decoded" in only_line(ran)


def test_one_bad_file_among_good_ones(film, tmp_path):
    film("first.mp4"), film("third.mkv")
    (tmp_path / "second.mp4").write_text("no film")
    ran = run_here("scan", "first.mp4", "second.mp4", "third.mkv", "--out", "kept", "--json")
    assert ran.code == 3
    assert "second.mp4" in error_line(ran)
    assert [record["source"] for record in ran.records] == ["first.mp4"] * 2 + ["third.mkv"] * 2
    assert run_here("events", "kept", "--json").spans == WHOLE * 2


@pytest.mark.parametrize(
    "words",
    [
        ("calibrate", "door.mp4", "--out", "new/below/found.toml"),  # somebody moves in it
        ("calibrate", "bad.mp4", "--out", "new/below/found.toml"),
        ("explain", "bad.mp4", "--at", "1s", "--out", "new/below/layers.png"),
        ("explain", "door.mp4", "--at", "1h", "--out", "new/below/layers.png"),
        ("lapse", "bad", "--out", "new/below/lapse.mp4"),
        ("evaluate", "bad", "--worst", "3", "--out", "new/below"),
        ("scan", "bad.mp4", "bad", "--masks", "new/below/masks", "--metrics", "rows.csv"),
        ("scan", "bad.mp4", "--masks", "new/below/masks", "--metrics", "new/below/metrics.csv"),
    ],
)
def test_what_fails_leaves_no_empty_folder_behind(film, tmp_path, words):
    film("door.mp4")
    (tmp_path / "bad.mp4").write_bytes(b"no film")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "1.jpg").write_bytes(b"no picture")
    assert run_here(*words).code in {2, 3}
    assert not (tmp_path / "new").exists()
