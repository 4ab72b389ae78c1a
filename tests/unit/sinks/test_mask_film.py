"""Mask films: the right pictures at the right times, with words below them."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from films import SIZE, scan_here, write_film

from motionlapse.sinks.drawing import LEAST_TEXT_PX, text_width, wrap
from motionlapse.sinks.layers import panel_size


def frames_of(path: Path, pixels: str = "bgr24") -> list[tuple[float, np.ndarray]]:
    with av.open(str(path)) as film:
        return [(float(f.time), f.to_ndarray(format=pixels)) for f in film.decode(video=0)]


@pytest.fixture
def uneven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Write door.mp4, whose rate halves in its middle, and return the times of its frames."""
    monkeypatch.chdir(tmp_path)
    times = [n / 25 for n in range(70)] + [2.8 + n * 2 / 25 for n in range(30)]
    write_film(tmp_path / "door.mp4", times=times)
    return times


def test_the_mask_alone_is_lossless_and_says_why_below(uneven: list[float]) -> None:
    scan_here("door.mp4", "kept", "--masks", "masks", "--snapshots", "none")
    scan_here(
        "door.mp4", "kept", "--masks", "film.mp4", "--layers", "mask", "--film-size", "source"
    )
    frames = frames_of(Path("film.mp4"), "gray")
    pngs = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in sorted(Path("masks").iterdir())]
    assert [time_s for time_s, _ in frames] == pytest.approx(uneven, abs=1e-5)
    assert np.array_equal([picture[: SIZE[1], : SIZE[0]] for _, picture in frames], pngs)
    below = [picture[SIZE[1] :] for _, picture in frames]
    assert below[30].max() > 200  # letters
    assert not np.array_equal(below[10], below[30])


def test_a_bare_mask_film_is_the_mask_and_nothing_else(uneven: list[float]) -> None:
    words = ["--masks", "film.mkv", "--layers", "mask", "--film-size", "source"]
    scan_here("door.mp4", "kept", *words, "--set", "sinks.film_text=false")
    frames = frames_of(Path("film.mkv"), "gray")
    assert {picture.shape for _, picture in frames} == {SIZE[::-1]}
    assert {int(v) for _, picture in frames for v in np.unique(picture)} == {0, 255}


def test_picture_and_mask_side_by_side(uneven: list[float]) -> None:
    ignore = ("--ignore", "0,0 40,0 40,20 0,20")
    scan_here("door.mp4", "kept", "--masks", "film.mp4", *ignore)
    [(_, quiet), (_, moving)] = [frames_of(Path("film.mp4"))[n] for n in (10, 40)]
    panel = panel_size(SIZE, 640)
    assert quiet.shape[1] == 2 * panel[0]
    assert quiet.shape[0] > panel[1] + LEAST_TEXT_PX
    left, right = moving[: panel[1], : panel[0]], moving[: panel[1], panel[0] :]
    assert (right > 240).all(axis=2).any()  # the mover, in the mask
    green = (left[..., 1].astype(int) - left[..., 2] > 60).sum()
    assert green > 100  # its outline, in the picture
    with av.open("door.mp4") as film:
        source = [frame.to_ndarray(format="bgr24") for frame in film.decode(video=0)][10]
    shown = cv2.resize(source, panel, interpolation=cv2.INTER_NEAREST).astype(int)
    apart = np.abs(quiet[: panel[1], : panel[0]].astype(int) - shown)
    assert apart[panel[1] // 2 :].mean() < 4  # visually lossless, where nothing is drawn
    assert apart[: panel[1] // 6, : panel[0] // 4].mean() > 15  # the hatch


@pytest.mark.parametrize("model", ["gaussian", "cnt"])
def test_all_layers_of_any_model(uneven: list[float], model: str) -> None:
    layers = "picture,mask,background,sigma,flow"
    ran = scan_here(
        "door.mp4", "kept", "--masks", "f.mp4", "--layers", layers, "--background", model
    )
    assert ran.code == 0
    frames = frames_of(Path("f.mp4"))
    width, height = panel_size(SIZE, 640)
    assert len(frames) == len(uneven)
    assert frames[0][1].shape[1] == 3 * width
    background = frames[40][1][:height, 2 * width :]
    assert background[height // 3 :].max() < 200  # the mover is not in it


def test_layers_do_not_change_the_events(uneven: list[float]) -> None:
    plain = scan_here("door.mp4", "one")
    layered = scan_here("door.mp4", "two", "--masks", "f.mp4", "--layers", "picture,flow,sigma")
    assert plain.spans == layered.spans != []


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--layers", "picture,makss"), "did you mean 'mask'?"),
        (("--layers", "mask,mask"), "twice"),
        (("--film-size", "big"), "source or a width"),
    ],
)
def test_what_cannot_be_is_said(uneven: list[float], words: tuple[str, ...], hint: str) -> None:
    ran = scan_here("door.mp4", "kept", "--masks", "f.mp4", *words)
    assert ran.code == 2
    assert hint in ran.err
    assert not Path("f.mp4").exists()


@pytest.mark.parametrize("size", [(160, 120), (64, 48), (1920, 1080), (353, 641)])
def test_panels_are_even_and_wide_enough_to_read(size: tuple[int, int]) -> None:
    width, height = panel_size(size, 640)
    assert width % 2 == height % 2 == 0
    assert 320 <= width <= 640
    assert width / height == pytest.approx(size[0] / size[1], rel=0.02)


def test_lines_are_never_wider_than_there_is_room() -> None:
    parts = ["00:00:01.000   #12", "score 12.00", "motion of 0.1 s was shorter than min_event"]
    for width in (160, 320, 1280):
        lines = wrap(parts, width, 15)
        assert all(text_width(line, 15) <= width for line in lines)
        assert " ".join(lines).split() == " ".join(parts).split()
