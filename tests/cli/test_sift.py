"""A folder of stills, as a person sifts it."""

import json
import re

import cv2
import numpy as np
import pytest
from films import picture, run_here, write_stills
from PIL import ExifTags
from PIL import Image as Pictures

from motionlapse.units import format_size

TIMES = [0.0] * 12 + [1.2, 1.2, 1.2] + [0.0] * 10 + [1.5] + [0.0] * 4
NEWS = {0, 12, 15, 25, 26}  # the first, what comes, what goes


@pytest.fixture
def stills(tmp_path):
    write_stills(tmp_path / "stills", TIMES)
    return "stills"


def numbers(folder):
    return {int(path.stem.removeprefix("shot")) for path in folder.glob("*.jpg")}


@pytest.mark.parametrize("measure", ["background", "ssim", "phash", "psnr"])
def test_what_comes_and_goes_is_kept(stills, tmp_path, measure):
    ran = run_here("sift", stills, "--out", "kept", "--json", "--measure", measure)
    assert ran.code == 0, ran.err
    assert numbers(tmp_path / "kept") == NEWS
    assert len(ran.records) == len(TIMES)
    assert {next(iter(record)) for record in ran.records} == {"still"}
    kept = [record for record in ran.records if record["state"] == "kept"]
    assert [record["against"] for record in kept[1:]] == [record["still"] for record in kept[:-1]]
    assert all((tmp_path / record["file"]).exists() for record in kept)
    assert "kept 5 of 30 stills (16.7%)" in ran.err
    assert "saved" in ran.err


@pytest.mark.parametrize("align", ["shift", "ecc"])
def test_a_camera_that_is_nudged_is_no_news_where_stills_are_aligned(tmp_path, align):
    (tmp_path / "nudged").mkdir()
    rng = np.random.default_rng(4)
    for number in range(30):
        wide = picture(1.4 if number == 20 else 0.0)
        dx, dy = rng.integers(-6, 7, 2)
        moved = np.roll(wide, (dy, dx), (0, 1))[8:-8, 8:-8]
        cv2.imwrite(str(tmp_path / "nudged" / f"n{number:02d}.png"), moved)
    kept = {}
    for how in ("none", align):
        run_here("sift", "nudged", "--out", how, "--align", how)
        kept[how] = {path.name for path in (tmp_path / how).glob("*.png")}
    assert kept[align] >= {"n00.png", "n20.png", "n21.png"}
    assert len(kept[align]) <= 4  # what comes in at the edges is laid there from another still
    assert len(kept["none"]) > 10


def test_slow_light_is_no_news(tmp_path):
    (tmp_path / "dusk").mkdir()
    rng = np.random.default_rng(3)
    for number in range(80):
        light = picture(0.0).astype(np.float32) * (1 - number / 130)
        noisy = np.clip(light + rng.normal(0, 1, light.shape), 0, 255).astype(np.uint8)
        if number == 60:
            noisy[60:90, 40:70] = 220
        cv2.imwrite(str(tmp_path / "dusk" / f"d{number:03d}.png"), noisy)
    for measure in ("background", "manhattan", "ssim"):
        ran = run_here("sift", "dusk", "--out", f"k_{measure}", "--measure", measure)
        kept = {path.name for path in (tmp_path / f"k_{measure}").glob("*.png")}
        assert kept == {"d000.png", "d060.png", "d061.png"}, (measure, ran.out)
        slow = ran.out.count(": changed slowly")
        assert (slow > 20) == (measure != "background")
        assert (f"; {slow} dropped for changing only slowly" in ran.err) == (slow > 0)


def test_links_copies_and_moves(stills, tmp_path):
    first = tmp_path / "stills" / "shot0.jpg"
    run_here("sift", stills, "--out", "linked")
    assert (tmp_path / "linked" / "shot0.jpg").samefile(first)
    run_here("sift", stills, "--out", "copied", "--copy")
    copied = tmp_path / "copied" / "shot0.jpg"
    assert not copied.samefile(first)
    assert copied.read_bytes() == first.read_bytes()
    assert copied.stat().st_mtime == first.stat().st_mtime
    run_here("sift", stills, "--out", "moved", "--move")
    assert not first.exists()
    assert numbers(tmp_path / "moved") == NEWS
    assert numbers(tmp_path / "stills") == set(range(len(TIMES))) - NEWS
    assert run_here("sift", stills, "--out", "x", "--move", "--copy").code == 2


@pytest.mark.parametrize("out", ["stills", "stills/../stills", "link"])
@pytest.mark.parametrize("how", ["--link", "--copy", "--move", "--dry-run"])
def test_kept_stills_do_not_go_where_they_come_from(stills, tmp_path, out, how):
    (tmp_path / "link").symlink_to("stills")
    before = sorted((tmp_path / "stills").iterdir())
    ran = run_here("sift", stills, "--out", out, how)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"error: --out {out}: the stills are in it; name another folder\n"
    assert sorted((tmp_path / "stills").iterdir()) == before


def test_a_still_that_is_none_leaves_the_others_in_order_of_time(tmp_path):
    folder = tmp_path / "stills"
    folder.mkdir()
    for number, name in enumerate("dcba"):
        exif = Pictures.Exif()
        exif[ExifTags.Base.DateTime] = f"2024:05:04 12:00:0{number}"
        Pictures.fromarray(picture(0.0)).save(folder / f"{name}.jpg", exif=exif)
    (folder / "b.jpg").write_text("no picture")
    ran = run_here("sift", "stills", "--out", "kept", "--json")
    assert ran.code == 3
    states = [(record["still"][-5], record["state"]) for record in ran.records]
    assert states == [("b", "corrupt"), ("d", "kept"), ("c", "dropped"), ("a", "dropped")]


def test_a_dry_run_writes_nothing(stills, tmp_path):
    ran = run_here("sift", stills, "--out", "kept", "--dry-run", "--move")
    assert ran.code == 0
    assert "kept 5 of 30" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["stills"]
    assert numbers(tmp_path / "stills") == set(range(len(TIMES)))


def test_corrupt_stills_are_told_and_never_compared_with(stills, tmp_path):
    folder = tmp_path / "stills"
    whole = (folder / "shot5.jpg").read_bytes()
    (folder / "shot5.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "shot7.jpg").write_bytes(b"")
    cv2.imwrite(str(folder / "shot9.jpg"), np.full((120, 160, 3), 128, np.uint8))
    for measure in ("background", "ssim"):
        ran = run_here("sift", stills, "--out", measure, "--measure", measure, "--json")
        assert ran.code == 3
        assert numbers(tmp_path / measure) == NEWS
        corrupt = [record for record in ran.records if record["state"] == "corrupt"]
        assert [record["still"][-9:] for record in corrupt] == [
            "shot5.jpg", "shot7.jpg", "shot9.jpg",
        ]  # fmt: skip
        assert "diverges from both neighbours" in corrupt[2]["reason"]
        assert "3 corrupt" in ran.err
    off = run_here(
        "sift", stills, "--out", "off", "--measure", "ssim", "--set", "measures.corrupt=0"
    )
    assert off.code == 3
    assert {9, 10} <= numbers(tmp_path / "off")


def test_a_second_run_goes_on_where_the_first_ended(stills, tmp_path):
    late = [tmp_path / "stills" / f"shot{number}.jpg" for number in range(14, len(TIMES))]
    kept_apart = {path: path.read_bytes() for path in late}
    for measure in ("background", "ssim"):
        words = ("sift", stills, "--out", measure, "--measure", measure, "--threshold", "3%")
        words = (*words[:-1], "0.98") if measure == "ssim" else words
        for path in late:
            path.unlink()
        assert run_here(*words).code == 0
        for path, content in kept_apart.items():
            path.write_bytes(content)
        ran = run_here(*words, "--json")
        assert "14 of them judged before" in ran.err
        assert len(ran.records) == len(TIMES) - 14
        assert numbers(tmp_path / measure) == NEWS
        again = run_here(*words, "--json")
        assert (again.out, again.code) == ("", 0)
        assert numbers(tmp_path / measure) == NEWS


def test_after_a_move_the_rest_goes_on_too(stills, tmp_path):
    words = ("sift", stills, "--out", "kept", "--move", "--measure", "ssim", "--threshold", "0.98")
    held_back = tmp_path / "later.jpg"
    (tmp_path / "stills" / "shot29.jpg").rename(held_back)
    assert run_here(*words).code == 0
    held_back.rename(tmp_path / "stills" / "shot29.jpg")
    ran = run_here(*words, "--json")
    assert ran.code == 0
    assert [record["state"] for record in ran.records] == ["dropped"]


def test_other_rules_need_another_folder(stills):
    assert run_here("sift", stills, "--out", "kept").code == 0
    ran = run_here("sift", stills, "--out", "kept", "--threshold", "5%")
    assert ran.code == 2
    assert "threshold was auto, is 0.05" in ran.err


def test_a_line_that_was_cut_off_is_done_again(stills, tmp_path):
    run_here("sift", stills, "--out", "kept")
    journal = tmp_path / "kept" / "sift.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[:20]) + lines[20][:30])
    ran = run_here("sift", stills, "--out", "kept", "--json")
    assert ran.code == 0
    assert len(ran.records) == len(TIMES) - 19
    assert numbers(tmp_path / "kept") == NEWS
    assert all(json.loads(line) for line in journal.read_text().splitlines())


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["none"], 3, "no such file or folder"),
        (["stills", "--measure", "sim"], 2, "did you mean 'ssim'"),
        (["stills", "--threshold", "much"], 2, "not a threshold"),
        (["stills", "--region", "0,0 900,0 900,9"], 2, "outside the picture"),
    ],
)
def test_mistakes_get_one_line(stills, words, code, said):
    ran = run_here("sift", *words, "--out", "kept")
    assert ran.code == code
    assert said in ran.err


def test_regions_limit_what_counts(stills, tmp_path):
    words = ("--ignore", "0%,45% 100%,45% 100%,80% 0%,80%")
    run_here("sift", stills, "--out", "kept", *words)
    assert numbers(tmp_path / "kept") == {0}
    run_here("sift", stills, "--out", "small", "--resize", "80", "--gray", "--blur", "1")
    assert numbers(tmp_path / "small") == NEWS


def test_a_folder_that_cannot_be_written(stills):
    ran = run_here("sift", stills, "--out", "/proc/kept")
    assert ran.code == 4
    assert "/proc/kept: cannot be written" in ran.err


def test_films_are_sent_to_scan(door):
    ran = run_here("sift", door, "--out", "kept")
    assert ran.code == 2
    assert "motionlapse scan" in ran.err


def test_numbers_are_written_as_elsewhere_and_once(stills, tmp_path):
    ran = run_here("sift", stills, "--out", "kept", "--dry-run")
    said = [line.split(maxsplit=2)[2] for line in ran.out.splitlines()]
    share = r"(0|[1-9]\d*|\d*\.\d+)%"
    for words in said[1:]:
        match = re.fullmatch(
            rf"foreground came or went in {share} \(threshold {share} against shot\d+.jpg\)", words
        )
        assert match, words
        assert all(len(number.replace(".", "").lstrip("0")) <= 3 for number in match.groups())
    files = [path.stat().st_size for path in (tmp_path / "stills").iterdir()]
    assert f" of {format_size(sum(files))}: " in ran.err
    by_ssim = run_here("sift", stills, "--out", "kept", "--dry-run", "--measure", "ssim")
    kept = [line for line in by_ssim.out.splitlines() if line.startswith("kept")]
    for line in kept[1:]:
        assert re.search(r"ssim [\d.]+ ≤ ([\d.]+) against the last one kept \(shot\d+.jpg\)$", line)
        assert "threshold" not in line  # that is what it is no greater than
    assert sum("threshold" in line for line in by_ssim.out.splitlines()) == len(TIMES) - len(NEWS)
