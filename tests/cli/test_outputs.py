"""Nothing is written over footage, films or an archive, nor two things into one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import cv2
import pytest
from films import FRAMES, run_apart, run_here, scan_here, table

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@pytest.mark.parametrize(
    "flags", [("--masks",), ("--clips", "copy", "--join"), ("--csv",)], ids=lambda flags: flags[-1]
)
def test_a_film_is_not_replaced_by_what_is_made_of_it(door: str, flags: tuple[str, ...]) -> None:
    before = Path(door).read_bytes()
    ran = run_here("scan", door, *flags, door)
    assert ran.code == 2
    assert f"{flags[-1]} {door}: this file is footage" in ran.err
    assert Path(door).read_bytes() == before
    assert not Path("captures").exists()


def test_masks_are_not_put_among_stills() -> None:
    shutil.copytree(FIXTURES / "stills", "yard")
    ran = run_here("scan", "yard", "--masks", "yard")
    assert ran.code == 2
    assert "this file is footage" in ran.err


def test_events_come_to_standard_output_in_one_form(door: str) -> None:
    for command in ("scan", "events"):
        ran = run_here(command, door, "--json", "--csv", "-")
        assert ran.code == 2
        assert "both write to standard output" in ran.err


@pytest.mark.parametrize("others", [[], ["other.mp4", "--workers", "2"]], ids=["alone", "many"])
def test_a_slash_at_its_end_makes_a_folder_of_what_is_named_like_a_film(
    door: str, tmp_path: Path, others: list[str]
) -> None:
    shutil.copyfile(door, "other.mp4")
    scan_here(door, "kept", "--masks", "seen.mp4/", *others)
    folder = tmp_path / "seen.mp4" / ("door" if others else "")
    assert len(list(folder.glob("bin*.png"))) == FRAMES
    shown = run_here("config", "show", "--set", "sinks.masks=seen.mp4/")
    assert '"seen.mp4/"' in shown.out


FILMS = [("--masks", "mine.mp4"), ("--clips", "encode", "--join", "mine.mkv")]


@pytest.mark.parametrize("words", FILMS, ids=lambda words: words[-2])
def test_a_film_that_exists_is_not_replaced(door: str, words: tuple[str, ...]) -> None:
    mine = Path(words[-1])
    mine.write_text("mine")
    ran = run_here("scan", door, *words)
    assert (ran.code, ran.out) == (2, "")
    assert f"{mine}: already exists; name another film with {words[-2]}" in ran.err
    assert mine.read_text() == "mine"
    assert not list(Path("captures").glob("*/*.jpg"))  # it was not scanned


def test_of_many_only_the_source_whose_film_exists_is_left_out(door: str) -> None:
    shutil.copyfile(door, "gate.mp4")
    Path("seen-door.mp4").write_text("mine")
    ran = run_here("scan", door, "gate.mp4", "--masks", "seen.mp4", "--workers", "1", "--json")
    assert ran.code == 2
    assert "seen-door.mp4: already exists" in ran.err
    assert {record["source"] for record in ran.records} == {"gate.mp4"}
    assert Path("seen-gate.mp4").stat().st_size > 1000
    assert Path("seen-door.mp4").read_text() == "mine"
    assert {record["source"] for record in run_here("events", "--json").records} == {"gate.mp4"}


def make_all(door: str) -> None:
    scan = ("--csv", "events.csv", "--metrics", "rows.csv", "--log-file", "said.log")
    assert run_apart("scan", door, "--out", "kept", *scan).code == 0
    assert run_here("report", "kept", "--out", "page.html").code == 0
    assert run_here("explain", door, "--at", "1.5", "--out", "one.png").code == 0
    for name in ("two.png", "two.jpg", "two.webp"):
        assert run_here("compare", "one.png", "one.png", "--diff", name).code == 0


MADE = ["events.csv", "rows.csv", "said.log", "page.html", "one.png"]
MADE += ["two.png", "two.jpg", "two.webp"]


def test_tables_pages_and_pictures_are_written_anew(door: str) -> None:
    make_all(door)
    before = {name: Path(name).stat().st_mtime_ns for name in MADE}
    for name in ("one.png", "two.png", "two.jpg", "two.webp"):
        picture = cv2.imread(name)
        assert picture is not None
        assert picture.size
    make_all(door)
    assert all(Path(name).stat().st_mtime_ns > before[name] for name in MADE)
    assert run_here("events", "kept", "--csv", "events.csv").code == 0
    assert len(table(Path("events.csv"))) == 2
    Path("events.csv").write_text("")  # as mktemp leaves it
    assert run_here("events", "kept", "--csv", "events.csv").code == 0
    assert len(table(Path("events.csv"))) == 2


@pytest.mark.parametrize("mine", ["mine.mp4", "mine.toml", "mine.csv", "mine.png", "empty.sqlite"])
def test_what_is_something_else_is_not_written_over(door: str, mine: str) -> None:
    scan_here(door, "kept")
    contents = {
        "mine.mp4": Path(door).read_bytes(),
        "mine.toml": b"[decision]\nhold = 3\n",
        "mine.csv": b"day,visitors\n1,3\n",
        "mine.png": next(Path("kept").glob("*/*.jpg")).read_bytes(),
        "empty.sqlite": Path("kept/archive.sqlite").read_bytes(),
    }
    commands = [
        ("events", "kept", "--csv"),
        ("report", "kept", "--out"),
        ("scan", door, "--csv"),
        ("scan", door, "--log-file"),
        ("watch", door, "--log-file"),
    ]
    if mine == "mine.csv":
        commands.append(("scan", door, "--metrics"))
    if mine == "mine.png":
        commands += [("explain", door, "--at", "1", "--out"), ("compare", mine, mine, "--diff")]
    if mine in ("mine.csv", "mine.toml"):  # a log is appended to any text
        commands = [words for words in commands if words[-1] != "--log-file"]
    for words in commands:
        Path(mine).write_bytes(contents[mine])
        target = mine
        if words[0] == "compare":
            target = shutil.copyfile(mine, "still.png")
        ran = run_here(*words, target)
        assert (ran.code, ran.out) == (2, ""), words
        assert f"{target}: already exists and is not a " in ran.err
        assert len(ran.err.splitlines()) == 1
        assert Path(target).read_bytes() == contents[mine]
    assert not Path("captures").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--csv", "same.csv", "--metrics", "same.csv"),
        ("--masks", "same.mp4", "--clips", "copy", "--join", "./same.mp4"),
        ("--csv", "same.csv", "--log-file", "same.csv"),
    ],
    ids=lambda words: words[-2],
)
def test_two_things_are_not_written_into_one_file(door: str, words: tuple[str, ...]) -> None:
    ran = run_apart("scan", door, *words)
    assert ran.code == 2
    assert f" {Path(words[-1])}: " in ran.err
    assert " writes to the same file; name another" in ran.err
    assert not Path("captures").exists()


def test_of_many_the_source_whose_metrics_are_something_else_is_left_out(door: str) -> None:
    shutil.copyfile(door, "gate.mp4")
    Path("rows-door.csv").write_text("mine")
    ran = run_here("scan", door, "gate.mp4", "--metrics", "rows.csv", "--json")
    assert ran.code == 2
    assert "rows-door.csv: already exists and is not a table of frames" in ran.err
    assert {record["source"] for record in ran.records} == {"gate.mp4"}
    assert Path("rows-door.csv").read_text() == "mine"


@pytest.mark.parametrize(
    "words",
    [
        ("events", "kept", "--csv"),
        ("report", "kept", "--out"),
        ("scan", "door.mp4", "--out", "kept", "--csv"),
    ],
    ids=lambda words: words[0],
)
def test_an_archive_is_not_replaced_by_what_is_made_of_it(
    door: str, words: tuple[str, ...]
) -> None:
    assert len(scan_here(door, "kept").records) == 2
    ran = run_here(*words, "kept/archive.sqlite")
    assert (ran.code, ran.out) == (2, "")
    assert "kept/archive.sqlite: " in ran.err
    assert len(run_here("events", "kept", "--json").records) == 2


def test_nor_is_one_that_is_still_to_be_made(door: str) -> None:
    ran = run_here("scan", door, "--out", "kept", "--csv", "kept/../kept/archive.sqlite")
    assert (ran.code, ran.out) == (2, "")
    assert "archive.sqlite: this file is the archive" in ran.err
    assert not Path("kept").exists()


def test_a_still_is_not_replaced_by_its_explanation() -> None:
    shutil.copytree(FIXTURES / "stills", "yard")
    still = next(path for path in sorted(Path("yard").iterdir()) if path.suffix == ".jpg")
    png = still.rename(still.with_suffix(".png"))
    before = png.read_bytes()
    ran = run_here("explain", "yard", "--at", "2", "--out", png)
    assert ran.code == 2
    assert "this file is footage" in ran.err
    assert png.read_bytes() == before


def test_what_is_compared_is_not_replaced_by_the_difference() -> None:
    shutil.copytree(FIXTURES / "stills", "yard")
    shutil.copytree("yard", "later")
    first, second = sorted(Path("yard").glob("*.jpg"))[:2]
    before = {path: path.read_bytes() for path in sorted(Path("yard").iterdir())}
    for words in ((first, second, "--diff", first), (first, second, "--diff", second),
                  ("yard", "later", "--diff", "yard")):  # fmt: skip
        ran = run_here("compare", *words)
        assert (ran.code, ran.out) == (2, "")
        assert f"--diff {words[-1]}: would overwrite what is being compared" in ran.err
    assert {path: path.read_bytes() for path in sorted(Path("yard").iterdir())} == before


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "door.mp4", "--at", "1.5", "--out", "wall/one.png"),
        ("calibrate", "door.mp4", "--out", "wall/mine.toml"),
        ("scan", "door.mp4", "--out", "wall/kept"),
        ("sift", "yard", "--out", "wall"),
    ],
    ids=lambda words: words[0],
)
def test_a_file_where_a_folder_is_wanted_is_named(door: str, words: tuple[str, ...]) -> None:
    shutil.copytree(FIXTURES / "stills", "yard")
    Path("wall").write_text("mine")
    ran = run_here(*words)
    assert (ran.code, ran.out) == (4, "")
    assert "wall" in ran.err
    assert re.search(r"(it|wall) is a file,? (and|not) a folder", ran.err)
