"""How far the colour of a shadow may be off, against plain NumPy, and what follows from it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionlapse.background.gaussian import Gaussian
from motionlapse.background.gaussian_settings import GaussianSettings
from motionlapse.background.hues import ShadowHue, spread_of_hues
from motionlapse.frames import Plane, Planes

Floats = npt.NDArray[np.float32]
SIZE = 64, 48


def place(hue: float, seed: int = 3) -> Floats:
    """Return blue, green and red of a place whose colours are so many levels from grey."""
    random = np.random.default_rng(seed)
    grey = random.uniform(60, 200, (1, SIZE[1], SIZE[0]))
    sign = random.choice([-1, 1], (1, SIZE[1], SIZE[0]))
    return (grey + sign * hue * np.array([1, 0, -1])[:, None, None]).astype(np.float32)


@given(seed=st.integers(0, 99), hue=st.floats(0, 40))
def test_the_spread_is_what_the_formula_says(seed: int, hue: float) -> None:
    mean = place(hue, seed)
    looks = mean[:, ::3, ::3].astype(np.float64).reshape(3, -1).T
    usual = looks.mean(axis=0)
    ratio = looks @ usual / (usual @ usual)
    apart = np.abs(looks - ratio[:, None] * usual).max(axis=1)
    assert spread_of_hues(mean) == pytest.approx(np.sqrt(np.mean(apart**2)), rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_brightness_alone_is_no_colour(factor: float) -> None:
    tinted = place(0.0) * np.array([0.8, 1.0, 1.1], np.float32)[:, None, None]
    assert spread_of_hues(tinted * np.float32(factor)) < 0.1


def test_a_white_lamp_in_the_dark_is_no_colour() -> None:
    dark = np.ones((3, SIZE[1], SIZE[0]), np.float32)
    dark[:, 10:20, 10:20] = 250
    assert spread_of_hues(dark) < 0.1
    assert spread_of_hues(np.zeros_like(dark)) == 0


@pytest.mark.parametrize(("hue", "tolerance"), [(0, -1.0), (1.0, -1.0), (5, 2.0), (40, 6.0)])
def test_a_shadow_may_be_off_by_a_part_of_what_colours_are_apart(
    hue: float, tolerance: float
) -> None:
    found = ShadowHue(6.0, 2.5).tolerance(place(hue), 0.0)
    assert found == pytest.approx(tolerance, rel=0.1)


def test_of_luma_nothing_is_a_shadow() -> None:
    assert ShadowHue(6.0, 2.5).tolerance(place(40)[:1], 0.0) < 0


def test_it_is_measured_once_a_second() -> None:
    hue = ShadowHue(6.0, 2.5)
    grey, coloured = place(0), place(40)
    moments = [(grey, 0.0), (coloured, 0.9), (coloured, 1.0), (grey, 1.9), (grey, 63.0), (grey, 0)]
    assert [hue.tolerance(mean, time_s) > 0 for mean, time_s in moments] == [
        False, False, True, True, False, False,
    ]  # fmt: skip


def planes(picture: Floats) -> Planes:
    """Return luma, and chroma where the picture has any; `picture` is luma, blue, red."""
    luma, *chroma = (Plane(np.rint(part).astype(np.uint8), SIZE[0]) for part in picture)
    return Planes(luma, (chroma[0], chroma[1]) if chroma else None)


def darkened(picture: Floats) -> Floats:
    """Return a picture whose middle has two thirds of its light."""
    dark = picture.copy()
    dark[0, 12:36, 16:48] *= 0.65
    dark[1:, 12:36, 16:48] = 128 + (dark[1:, 12:36, 16:48] - 128) * 0.65
    return dark


@pytest.mark.parametrize(("colours", "is_shadow"), [(0, False), (30, True)])
def test_where_all_is_grey_a_dark_thing_is_no_shadow(colours: float, is_shadow: bool) -> None:
    """As in luma alone; where things have colours, what has its background's is a shadow."""
    random = np.random.default_rng(5)
    luma = np.full((1, SIZE[1], SIZE[0]), 150.0)
    chroma = 128 + colours * random.choice([-1, 1], (2, SIZE[1], SIZE[0]))
    picture = np.concatenate([luma, chroma]).astype(np.float32)
    share = []
    for part in (picture, picture[:1]):
        model = Gaussian(GaussianSettings(cloud_time=1e9))
        for _ in range(30):
            model.apply(planes(part), elapsed_s=0.04, pace=1.0)
        seen = model.apply(planes(darkened(part)), elapsed_s=0.04, pace=1.0)
        share.append(np.mean(seen.score[12:36, 16:48] > 64))
    assert share[1] == 1
    assert share[0] == (0 if is_shadow else 1)
