"""``scan --prescan``: the same events, from a part of the film."""

import re

import av
import numpy as np
import pytest
from films import scan_here, write_film, write_stills
from long_films import MOVES, RATE, write_long

import motionlapse.prescan.prescan
from motionlapse.batch.parts import analyzer_maker
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.footage import one_footage


def both(film, out, *words):
    full = scan_here(film, out / "full", "--snapshots", "none", *words)
    part = scan_here(film, out / "part", "--snapshots", "none", "--prescan", *words)
    assert (full.code, part.code) == (0, 0), part.err
    return full, part


def frames(ran):
    return int(re.search(r"\((\d+) frames\)", ran.err)[1])


def test_events_are_those_of_the_full_scan(long_film, tmp_path):
    full, part = both(long_film, tmp_path)
    assert len(full.records) == len(MOVES)
    assert len(part.records) == len(full.records)
    for one, other in zip(full.records, part.records, strict=True):
        for end in ("start", "end"):
            assert other[f"{end}_s"] == pytest.approx(one[f"{end}_s"], abs=0.15)
            assert other[f"{end}_frame"] == round(other[f"{end}_s"] * RATE)
    total, share = re.search(r"\((\d+) frames, ([\d.]+)% of them scanned\)", part.err).groups()
    assert int(total) == frames(full) == 110 * RATE
    skipped = float(re.search(r"([\d.]+)% of it is skipped", part.err)[1])
    # After an event, scanning goes on as long as the event may.
    assert 100 - skipped - 0.2 < float(share) < min(50, 100 - skipped + 10)


def test_it_says_what_it_skipped_and_what_that_risks(long_film, tmp_path):
    _, part = both(long_film, tmp_path)
    said = re.search(
        r"([\d.]+)% of it is skipped.*?; as a check, (\d+) of .* fewer than ([\d.]+)%", part.err
    )
    assert 50 < float(said[1]) < 99
    assert int(said[2]) == 20
    assert float(said[3]) == pytest.approx(100 * 3 / 20, rel=0.1)


def test_all_clips_are_in_one_joined_film(long_film, tmp_path):
    film = tmp_path / "all.mp4"
    words = ("--prescan", "--clips", "encode", "--pre", "0s", "--post", "0s", "--join", film)
    part = scan_here(long_film, tmp_path / "part", *words)
    assert part.code == 0, part.err
    shown_s = sum(record["end_s"] - record["start_s"] for record in part.records)
    with av.open(str(film)) as container:
        assert float(container.duration / av.time_base) == pytest.approx(shown_s, abs=0.5)
    assert [path.name for path in tmp_path.glob("*.mp4")] == ["all.mp4"]


@pytest.mark.parametrize(("crf", "hide"), [("23", True), ("35", False)])
def test_it_says_if_short_events_may_hide(tmp_path, crf, hide):
    """At CRF 23, grain fills the packets of such a small film."""
    film = write_long(tmp_path / "grain.mp4", crf=crf)
    _, part = both(film, tmp_path)
    words = "; its packets hardly grow with motion, so an event shorter than 1 s between"
    assert (words in part.err) == hide


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("matroska.mkv", {}),
        ("bframes.mkv", {"b_frames": 3}),
        ("rate.mp4", {"maxrate": "200k", "minrate": "200k", "bufsize": "400k", "b": "200k"}),
        ("hevc.mp4", {"codec": "libx265"}),
        ("stream.ts", {}),
    ],
)
def test_other_films_lose_nothing_either(tmp_path, name, options):
    film = write_long(tmp_path / name, seconds=80, moves=((31.3, 35.3),), **options)
    full, part = both(film, tmp_path)
    assert len(part.records) == len(full.records) == 1
    assert part.records[0]["start_frame"] == pytest.approx(full.records[0]["start_frame"], abs=1)


def test_a_part_of_a_film(long_film, tmp_path):
    full, part = both(long_film, tmp_path, "--start", "20.5s", "--end", "104.7s")
    assert len(part.spans) == len(full.spans) == 2
    assert np.array(part.spans) == pytest.approx(np.array(full.spans), abs=1)
    assert "is skipped" in part.err


def test_snapshots_and_clips_are_kept(long_film, tmp_path):
    ran = scan_here(long_film, tmp_path / "kept", "--prescan", "--clips", "copy")
    assert ran.code == 0, ran.err
    for record in ran.records:
        assert len(record["snapshots"]) == 1
        assert record["clip"]


# ---- falling back ------------------------------------------------------------------------------


def whole_because(reason, film, out, *words, code=0):
    ran = scan_here(film, out / "archive", "--snapshots", "none", "--prescan", *words)
    assert ran.code == code, ran.err
    assert re.search(f"--prescan: .*{reason}.*; all of it is scanned", ran.err), ran.err
    assert ran.err.count("--prescan") == 1
    return ran


def test_too_short(long_film, tmp_path):
    ran = whole_because("too short: 40 key frames", long_film, tmp_path, "--end", "40s")
    assert len(ran.records) == 1


def test_key_frames_too_far_apart(tmp_path):
    film = write_long(tmp_path / "far.mp4", seconds=30, moves=(), key_s=6)
    whole_because("key frames are 6 s apart", film, tmp_path)


def test_stills(tmp_path):
    write_stills(tmp_path / "stills", [0.0, 0.5, 1.0, 1.5])
    whole_because("stills", tmp_path / "stills", tmp_path, "--fps", "2")


@pytest.mark.parametrize("sink", ["--masks", "--metrics"])
def test_what_covers_every_frame(long_film, tmp_path, sink):
    target = tmp_path / ("seen" if sink == "--masks" else "numbers.csv")
    ran = whole_because("cover every frame", long_film, tmp_path, sink, target, "--end", "5s")
    if sink == "--masks":
        written = len(list(target.iterdir()))
    else:
        written = len(target.read_text(encoding="utf-8").splitlines()) - 1
    assert written == frames(ran) == 5 * RATE


def test_damage_and_a_film_that_is_cut_off(long_film, tmp_path):
    cut = tmp_path / "cut.mkv"
    film = write_long(cut, seconds=80, moves=())
    cut.write_bytes(film.read_bytes()[: film.stat().st_size * 2 // 3])
    whole_because("cut off", cut, tmp_path, code=3)


def test_most_of_it_moves(tmp_path):
    film = write_long(tmp_path / "busy.mp4", seconds=80, moves=((2, 30), (34, 50), (53, 78)))
    whole_because("too little of it is certain to be quiet|a check", film, tmp_path)


def test_what_hides_between_key_frames_is_found_by_the_check(tmp_path):
    # Something moves in the middle of every group: no group stands out, and no key frame shows it.
    moves = [(second + 0.25, second + 0.85) for second in range(2, 79)]
    film = write_long(tmp_path / "hidden.mp4", seconds=80, moves=moves)
    ran = whole_because("a check of what it would skip found an event", film, tmp_path)
    assert ran.records


def test_pictures_of_two_sizes(tmp_path):
    small = write_film(tmp_path / "small.ts", times=[n / RATE for n in range(20)])
    large = write_film(
        tmp_path / "large.ts", times=[n / RATE for n in range(20)], size=(320, 240), first_s=2.0
    )
    film = tmp_path / "both.ts"
    film.write_bytes(small.read_bytes() + large.read_bytes())
    ran = scan_here(film, tmp_path / "archive", "--prescan", "--snapshots", "none")
    assert "all of it is scanned" in ran.err


def test_it_tells_how_far_it_is_to_the_end(long_film):
    told = {}
    found = motionlapse.prescan.prescan.prescan(
        one_footage(str(long_film)),
        settings := Settings(),
        analyzer_maker(settings),
        lambda _: None,
        on_share=lambda what, share: told.setdefault(what, []).append(share),
    )
    found.close()
    assert list(told) in (
        ["key frames", "more key frames", "check"],
        ["key frames", "all key frames", "check"],
        ["key frames", "more key frames", "all key frames", "check"],
    )
    for shares in told.values():
        assert shares == sorted(shares)
        assert shares[0] < 0.5
        assert 0.5 < shares[-1] <= 1


def test_where_nothing_lasts_all_key_frames_are_looked_at_at_once(tmp_path):
    whats = []
    found = motionlapse.prescan.prescan.prescan(
        one_footage(str(write_long(tmp_path / "quiet.mp4", seconds=70, moves=()))),
        settings := Settings(),
        analyzer_maker(settings),
        lambda _: None,
        on_share=lambda what, _: whats.append(what),
    )
    found.close()
    assert list(dict.fromkeys(whats)) == ["key frames", "all key frames", "check"]


def test_stopping_in_the_middle_of_it(long_film, monkeypatch):
    asked = []

    def should_stop():
        asked.append(1)
        return len(asked) > 5

    told = []
    settings = Settings()
    found = motionlapse.prescan.prescan.prescan(
        one_footage(str(long_film)), settings, analyzer_maker(settings), told.append, should_stop
    )
    assert found is None
    assert told == []
