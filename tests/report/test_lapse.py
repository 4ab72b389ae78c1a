"""Time-lapse films: every picture once, steady, stamped, of any size."""

from __future__ import annotations

import shutil
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from films import run_here, scan_here, write_film, write_stills

from motionlapse.files import ARCHIVE_FILE
from motionlapse.sinks.archive_schema import make_database


def frames_of(path: str) -> list[tuple[float, np.ndarray]]:
    with av.open(path) as film:
        return [(float(f.time), f.to_ndarray(format="bgr24")) for f in film.decode(video=0)]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write_grey(folder: str, levels: list[int], size: tuple[int, int] = (160, 120)) -> None:
    Path(folder).mkdir(exist_ok=True)
    for number, level in enumerate(levels):
        cv2.imwrite(f"{folder}/shot{number}.png", np.full(size[::-1], level, np.uint8))


def test_every_still_is_shown_once_in_natural_order() -> None:
    write_grey("yard", list(range(20, 236, 18)))
    ran = run_here("lapse", "yard", "--fps", "8", "--out", "deep/film.mp4")
    assert (ran.code, ran.out) == (0, "deep/film.mp4\n")
    assert "12 pictures, 1.5 s" in ran.err
    frames = frames_of("deep/film.mp4")
    assert [time_s for time_s, _ in frames] == pytest.approx([n / 8 for n in range(12)])
    means = [picture.mean() for _, picture in frames]
    assert means == pytest.approx(list(range(20, 236, 18)), abs=3)


def test_the_pictures_of_an_archive(tmp_path: Path) -> None:
    write_film(tmp_path / "door.mp4")
    kept = scan_here("door.mp4", "kept", "--snapshots", "every:0.2s").records
    count = sum(len(record["snapshots"]) for record in kept)
    ran = run_here("lapse", "kept", "--stamp")
    assert ran.code == 0
    frames = frames_of("lapse.mp4")
    assert len(frames) == count > 4
    corner = frames[0][1][-24:, -80:]
    assert corner.max() > 180  # letters
    assert np.median(corner) < 70  # on a dark ground


def test_pictures_of_other_sizes_are_fitted_in() -> None:
    write_grey("yard", [200, 200, 200])
    cv2.imwrite("yard/shot9.png", np.full((300, 100), 200, np.uint8))
    run_here("lapse", "yard")
    last = frames_of("lapse.mp4")[-1][1]
    assert last.shape == (120, 160, 3)
    assert last[:, :50].mean() < 5
    assert last[:, 70:90].mean() > 190
    run_here("lapse", "yard", "--fit", "320x200", "--out", "wide.mp4")
    assert {picture.shape for _, picture in frames_of("wide.mp4")} == {(200, 320, 3)}


def test_deflicker_keeps_the_exposure_steady() -> None:
    dusk = np.linspace(180, 90, 60)
    flicker = dusk * np.random.default_rng(2).uniform(0.85, 1.15, 60)
    write_grey("yard", [round(level) for level in flicker])
    means = {}
    for name, words in (("plain", []), ("steady", ["--deflicker"])):
        run_here("lapse", "yard", *words, "--out", f"{name}.mp4")
        means[name] = np.array([picture.mean() for _, picture in frames_of(f"{name}.mp4")])
    jumps = {name: np.abs(np.diff(values)).mean() for name, values in means.items()}
    assert jumps["steady"] < jumps["plain"] / 5
    assert np.abs(means["steady"] - dusk).max() < 15  # dusk still falls


def test_crossfade_blends_between_two() -> None:
    write_grey("yard", [40, 200])
    run_here("lapse", "yard", "--fps", "2", "--crossfade", "3")
    frames = frames_of("lapse.mp4")
    assert [picture.mean() for _, picture in frames] == pytest.approx(
        [40, 80, 120, 160, 200], abs=3
    )
    assert [time_s for time_s, _ in frames] == pytest.approx([0, 1 / 8, 2 / 8, 3 / 8, 4 / 8])


def test_broken_pictures_are_left_out_and_told_of() -> None:
    write_grey("yard", [100, 110, 120])
    Path("yard/shot1.png").write_bytes(Path("yard/shot1.png").read_bytes()[:60])
    Path("yard/shot7.png").write_text("no picture")
    ran = run_here("lapse", "yard")
    assert ran.code == 3
    assert "shot1.png" in ran.err
    assert "shot7.png" in ran.err
    assert len(frames_of("lapse.mp4")) == 2


def test_stamps_come_from_names(fixtures: Path) -> None:
    shutil.copytree(fixtures / "stills", "stills")
    assert run_here("lapse", "stills", "--stamp").code == 0
    assert len(frames_of("lapse.mp4")) == 16


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("gone",), 3, "gone: no archive, folder or picture of that name"),
        (("yard", "gone.jpg"), 3, "gone.jpg: no such"),
        (("yard", "--out", "mine.mp4"), 2, "mine.mp4: already exists; name another film"),
        (
            ("yard", "--out", "mine.mp4/film.mp4"),
            4,
            "mine.mp4: cannot be written: it is a file, not a folder",
        ),
        (("gone", "--out", "mine.mp4"), 3, "gone: no archive"),  # what is wrong first comes first
        (("yard", "kept"), 2, "kept: is an archive; give one archive, or pictures alone"),
        (("empty",), 3, "neither an archive nor a folder of pictures"),
        (("yard", "--stamp"), 2, "--stamp"),
        (("yard", "--fit", "big"), 2, "WIDTHxHEIGHT"),
        (("yard", "--fps", "0"), 2, "--fps"),
        (("yard", "--out", "film.gif"), 2, ".mp4 or .mkv"),
        (("broken",), 3, "picture"),
    ],
)
def test_what_cannot_be_is_said(
    tmp_path: Path, words: tuple[str, ...], code: int, hint: str
) -> None:
    write_stills(tmp_path / "yard", [0.0, 0.1])
    Path("empty").mkdir()
    Path("kept").mkdir()
    make_database(Path("kept") / ARCHIVE_FILE)
    Path("mine.mp4").write_text("mine")
    Path("broken").mkdir()
    Path("broken/a.jpg").write_text("no picture")
    ran = run_here("lapse", *words)
    assert (ran.code, ran.out) == (code, "")
    assert hint in ran.err
    assert not Path("lapse.mp4").exists()
    assert Path("mine.mp4").read_text() == "mine"
