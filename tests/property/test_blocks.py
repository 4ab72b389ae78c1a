"""Blocks of pixels, through the model: wherever a pixel lies, it is judged alike."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from gaussian_reference import State
from gaussian_scenes import random_frames
from hypothesis import given
from hypothesis import strategies as st

from motionlapse.background.blocks_kernel import LANES, in_blocks
from motionlapse.background.gaussian import Gaussian
from motionlapse.background.gaussian_kernel import scratch_length
from motionlapse.background.gaussian_settings import GaussianSettings
from motionlapse.frames import Planes

MakePlanes = Callable[..., Planes]


def test_a_pixel_is_judged_alike_wherever_it_lies(make_planes: MakePlanes) -> None:
    options = GaussianSettings(cloud_time=1e9, own_edges=1000, ghost_credit=0, time_constant=0.4)
    one, many = Gaussian(options), Gaussian(options)
    times, frames = (1, 13, 11), random_frames(4, 3, 60)
    for index, picture in enumerate(frames):
        wide = np.tile(picture, times)
        seen, everywhere = (
            model.apply(
                make_planes(*shown),
                elapsed_s=0.1 * (index > 0),
                pace=1.0,
                previous=np.full(shown.shape[1:], 255, np.uint8),  # nothing tells the light
            )
            for model, shown in ((one, picture), (many, wide))
        )
        assert np.array_equal(everywhere.score, np.tile(seen.score, times[1:]))
        assert np.array_equal(everywhere.moving, np.tile(seen.moving, times[1:]))
        assert everywhere.pixels == times[1] * times[2] * seen.pixels
    assert one._has_retired.any()
    assert np.array_equal(many._mean, np.tile(one._mean, times))
    # Rows are judged some at a time, and neither one of them nor all are whole blocks.
    assert many._variance.size > 2 * scratch_length(many._variance.shape[1])
    assert many._variance.shape[1] % LANES
    assert many._variance.size % LANES


@pytest.mark.parametrize("width", [16, 17, 32, 48])
@pytest.mark.parametrize("at_left", [True, False])
def test_beside_the_edge_of_a_picture_there_is_nothing(
    make_planes: MakePlanes, width: int, at_left: bool
) -> None:
    model = Gaussian(GaussianSettings(cloud_time=1e9, own_edges=1000))
    empty = np.full((3, width), 50, np.uint8)
    # Before the first pixel of a row lies, in memory, the last one of the row above.
    here, there = ((1, 0), (0, width - 1)) if at_left else ((1, width - 1), (2, 0))
    empty[there] = 200
    seen = empty.copy()
    seen[here] = seen[1, width // 2] = 200
    for index, picture in enumerate([empty] * 9 + [seen] * 6):
        model.apply(make_planes(picture), elapsed_s=0.04 * (index > 0), pace=1.0)
    of_candidates = State.of(model).credits[1]
    assert of_candidates[here] == of_candidates[1, width // 2] > 0


@pytest.mark.parametrize("turned_at", range(40, 74))
def test_nothing_changes_where_time_is_turned_back(make_planes: MakePlanes, turned_at: int) -> None:
    # No look is as old as it takes to be standing: rounding would decide.
    options = GaussianSettings(cloud_time=1e9, own_edges=1000, standing=0.48)
    never, once = Gaussian(options), Gaussian(options)
    # What comes after a second waits in the place of what was there, and leaves after another.
    looks = np.repeat([50, 200, 120, 50], [20, 25, 20, 10])
    for index, look in enumerate(looks):
        if index == 1:
            shift_s = 64.02 - 0.04 * turned_at
            once._time_s += shift_s
            once._candidates[:, 3:5] += shift_s  # when a look was last followed, and since when
        picture = make_planes(np.full((2, 20), look, np.uint8))
        seen = [
            model.apply(picture, elapsed_s=0.04 * (index > 0), pace=1.0) for model in (never, once)
        ]
        assert np.array_equal(seen[0].moving, seen[1].moving)
        ages, credits_s = zip(
            *((state.ages, state.credits) for state in map(State.of, (never, once))), strict=True
        )
        assert np.allclose(*credits_s, rtol=0, atol=1e-4)
        assert not 20 <= index < 65 or np.allclose(*ages, rtol=0, atol=1e-4)
    assert once._time_s < never._time_s


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 4))
def test_blocks_hold_a_picture_row_after_row(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    pictures = random.random((count, *random.integers(1, 9, 2)), np.float32)
    blocks = in_blocks(pictures)
    assert blocks.shape[1:] == (count, 16)
    rows = blocks.swapaxes(0, 1).reshape(count, -1)
    pixels = pictures[0].size
    assert np.array_equal(rows[:, :pixels], pictures.reshape(count, -1))
    assert not rows[:, pixels:].any()
    assert rows.shape[1] - pixels < 16
