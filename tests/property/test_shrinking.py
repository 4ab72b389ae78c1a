from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionlapse.analysis.prepare import AUTO_PIXELS, Shrinker, choose_scale
from motionlapse.frames import Image, Planes
from motionlapse.shrink_kernel import double, shrink

SUBSAMPLINGS = {"4:2:0": (2, 2), "4:2:2": (2, 1), "4:4:4": (1, 1)}
factors = st.integers(1, 16)
pads = st.sampled_from([0, 0, 1, 5, 31])


def block_means(picture: Image, factor: int) -> Image:
    """Return the means of squares, rounded half up."""
    height, width = picture.shape[0] // factor, picture.shape[1] // factor
    cut = picture[: height * factor, : width * factor].astype(np.int64)
    sums = cut.reshape(height, factor, width, factor).sum(axis=(1, 3))
    means: Image = ((2 * sums + factor**2) // (2 * factor**2)).astype(np.uint8)
    return means


@st.composite
def pictures(draw: st.DrawFn, factor: int) -> Image:
    height = draw(st.integers(factor, 4 * factor))
    width = draw(st.integers(factor, 9 * factor))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    low, high = sorted((draw(st.integers(0, 255)), draw(st.integers(0, 255))))
    return random.integers(low, high + 1, (height, width), dtype=np.uint8)


@given(data=st.data(), factor=factors, padding=pads)
def test_the_kernel_is_the_mean_of_squares_rounded_half_up(
    data: st.DataObject, factor: int, padding: int
) -> None:
    picture = data.draw(pictures(factor))
    buffer = np.pad(picture, ((0, 0), (0, padding)), constant_values=255)
    before = buffer.copy()
    small = np.empty((picture.shape[0] // factor, picture.shape[1] // factor), np.uint8)
    shrink(buffer, small, factor, np.empty(small.shape[1] * factor, np.uint16))
    assert np.array_equal(small, block_means(picture, factor))
    assert np.array_equal(buffer, before)


def doubled(picture: Image, size: tuple[int, int]) -> Image:
    """Return (width, height) pixels, half as wide as those of a picture that goes on at its edges.

    Each is the bilinear interpolation between the four pixels around its middle, rounded half up.
    """

    def taps(count: int, there: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        places = (np.arange(count) + 0.5) / 2 - 0.5
        first = np.floor(places).astype(int)
        quarters = np.rint(4 * (places - first)).astype(int)
        last = min(-(-count // 2), there) - 1
        return np.clip(first, 0, last), np.clip(first + 1, 0, last), quarters

    left, right, x = taps(size[0], picture.shape[1])
    above, below, y = taps(size[1], picture.shape[0])
    whole = picture.astype(np.int64)
    rows = (4 - y)[:, None] * whole[above] + y[:, None] * whole[below]
    sums = (4 - x) * rows[:, left] + x * rows[:, right]
    return ((sums + 8) // 16).astype(np.uint8)


@given(
    size=st.tuples(st.integers(2, 90), st.integers(2, 30)),
    more=st.tuples(st.integers(0, 33), st.integers(0, 3)),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_other_kernel_interpolates(
    size: tuple[int, int], more: tuple[int, int], seed: int
) -> None:
    shape = size[1] // 2 + more[1], size[0] // 2 + more[0]
    picture = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    before = picture.copy()
    out = np.empty(size[::-1], np.uint8)
    double(picture, out, np.empty(-(-size[0] // 2), np.uint16))
    assert np.array_equal(out, doubled(picture, size))
    assert np.array_equal(picture, before)


@pytest.mark.parametrize("scale", range(1, 6))
@given(size=st.tuples(st.integers(200, 260), st.integers(200, 230)), padding=pads)
def test_halved_chroma_is_shrunk_as_luma_is_and_doubled(
    make_planes: Callable[..., Planes], scale: int, size: tuple[int, int], padding: int
) -> None:
    width, height = size
    chroma = np.random.default_rng(width).integers(
        0, 256, (-(-height // 2), -(-width // 2)), dtype=np.uint8
    )
    planes = make_planes(np.zeros((height, width), np.uint8), chroma, chroma, padding=padding)
    small = Shrinker(size, scale)(planes)
    assert small.chroma is not None
    wanted = doubled(_half(block_means(chroma, scale), small.size, scale), small.size)
    assert all(np.array_equal(plane.view, wanted) for plane in small.chroma)


def _half(means: Image, size: tuple[int, int], scale: int) -> Image:
    """Cut to half of a size: rounded up where the picture has it."""
    width, height = size if scale > 1 else (size[0] + 1, size[1] + 1)
    return means[: height // 2, : width // 2]


@pytest.mark.parametrize("factor", range(1, 17))
def test_every_sum_of_a_square_is_divided_right(factor: int) -> None:
    area = factor**2
    sums = np.unique(np.linspace(0, 255 * area, 4000).astype(np.int64))
    # Squares with each of these sums, side by side: base everywhere, one more in the first pixels.
    base, extra = np.divmod(sums, area)
    squares = base[:, None] + (np.arange(area) < extra[:, None])
    row = squares.reshape(-1, factor, factor).transpose(1, 0, 2).reshape(factor, -1)
    picture = np.ascontiguousarray(row.astype(np.uint8))
    small = np.empty((1, len(sums)), np.uint8)
    shrink(picture, small, factor, np.empty(picture.shape[1], np.uint16))
    assert np.array_equal(small[0], (2 * sums + area) // (2 * area))


@given(data=st.data(), factor=factors, padding=pads)
def test_the_shrinker_gives_the_same_for_grey_pictures(
    make_planes: Callable[..., Planes], data: st.DataObject, factor: int, padding: int
) -> None:
    picture = data.draw(pictures(factor))
    small = Shrinker((picture.shape[1], picture.shape[0]), factor)(
        make_planes(picture, padding=padding)
    )
    assert small.chroma is None
    assert np.array_equal(small.luma.view, block_means(picture, factor))


@given(data=st.data(), factor=st.integers(1, 8), padding=pads)
def test_full_size_chroma_is_shrunk_to_half_as_luma_is_and_doubled(
    make_planes: Callable[..., Planes], data: st.DataObject, factor: int, padding: int
) -> None:
    picture = data.draw(pictures(2 * factor))
    planes = make_planes(picture, 255 - picture, picture, padding=padding)
    small = Shrinker((picture.shape[1], picture.shape[0]), factor)(planes)
    assert small.chroma is not None
    first, second = (
        doubled(block_means(p, 2 * factor), small.size) for p in (255 - picture, picture)
    )
    assert np.array_equal(small.chroma[0].view, first)
    assert np.array_equal(small.chroma[1].view, second)


@pytest.mark.parametrize("scale", range(1, 6))
@pytest.mark.parametrize("sampling", SUBSAMPLINGS)
@given(
    width=st.one_of(st.integers(5, 40), st.integers(390, 410)),
    height=st.one_of(st.integers(5, 40), st.integers(295, 305)),
    values=st.tuples(*[st.integers(0, 255)] * 3),
    padding=pads,
)
def test_constant_planes_stay_constant_and_get_one_size(
    make_planes: Callable[..., Planes],
    scale: int,
    sampling: str,
    width: int,
    height: int,
    values: tuple[int, int, int],
    padding: int,
) -> None:
    across, down = SUBSAMPLINGS[sampling]
    chroma_size = -(-height // down), -(-width // across)
    planes = make_planes(
        np.full((height, width), values[0], np.uint8),
        np.full(chroma_size, values[1], np.uint8),
        np.full(chroma_size, values[2], np.uint8),
        padding=padding,
    )
    small = Shrinker((width, height), scale)(planes)
    assert small.chroma is not None
    for plane, value in zip((small.luma, *small.chroma), values, strict=True):
        assert plane.view.shape == (height // scale, width // scale)
        assert (plane.view == value).all()


@given(width=st.integers(1, 5000), height=st.integers(1, 5000))
def test_auto_leaves_few_enough_pixels_and_not_many_fewer(width: int, height: int) -> None:
    scale = choose_scale((width, height), "auto")
    left = (width // scale) * (height // scale)
    assert scale in (1, 2, 3, 4, 6, 8, 12, 16) or scale == min(width, height)
    assert left <= AUTO_PIXELS or scale in (16, width, height)
    if scale > 2 and min(width, height) >= 64:
        # Half the size would have been too many, and three quarters of that are four ninths of them
        # at least, but for the rows and columns that are cut off.
        whole = (1 - scale / width) * (1 - scale / height)
        assert left > 4 / 9 * whole * AUTO_PIXELS


@given(width=st.integers(1, 2000), height=st.integers(1, 1100))
def test_at_twice_the_resolution_auto_analyses_the_same_pixels(width: int, height: int) -> None:
    size, double = (width, height), (2 * width, 2 * height)
    scale = choose_scale(size, "auto")
    left = (width // scale) * (height // scale)
    if scale > 2 or (scale == 2 and left > 0.52 * AUTO_PIXELS):
        assert choose_scale(double, "auto") in (2 * scale, 16)


@pytest.mark.parametrize(
    ("size", "scale"),
    [((1280, 720), 3), ((1920, 1080), 4), ((2560, 1440), 6), ((3840, 2160), 8), ((640, 480), 2)],
)
def test_usual_sizes_are_analysed_at_about_a_hundred_thousand_pixels(
    size: tuple[int, int], scale: int
) -> None:
    assert choose_scale(size, "auto") == scale


@given(
    size=st.tuples(st.integers(1, 4000), st.integers(1, 4000)),
    wanted=st.one_of(factors, st.just("auto")),
)
def test_no_picture_shrinks_below_a_pixel(
    size: tuple[int, int], wanted: int | Literal["auto"]
) -> None:
    scale = choose_scale(size, wanted)
    assert 1 <= scale <= 16
    assert min(size) // scale >= 1
    if wanted != "auto" and wanted <= min(size):
        assert scale == wanted


def test_halves_round_up() -> None:
    picture = np.array([[0, 1], [1, 0]], np.uint8)
    assert block_means(picture, 2) == [[1]]
    assert Fraction(int(picture.sum()), 4) == Fraction(1, 2)
