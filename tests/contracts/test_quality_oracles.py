"""Quality, hashes and texture: each measure against another's, or against its definition."""

from __future__ import annotations

import cv2
import imagehash
import numpy as np
import pytest
import sewar.full_ref
import skimage.metrics
import skimage.registration
from measured_pairs import grey, pillow, still, value

from motionlapse.measures import MEASURES
from motionlapse.measures.entry import IDENTICAL
from motionlapse.measures.texture import census, gist_descriptor


def test_ssim_is_scikit_images(pair):
    a, b = pair
    _, map_ = skimage.metrics.structural_similarity(
        *(grey(p) for p in pair), gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
        data_range=255, full=True,
    )  # fmt: skip
    ours = MEASURES["ssim"](grey(a), grey(b))
    assert ours.heat is not None
    inner = (slice(5, -5), slice(5, -5))
    assert np.abs(1 - ours.heat - map_)[inner].max() < 2e-3
    assert ours.value == pytest.approx(map_.mean(), abs=5e-3)
    channels = [value("ssim", a[:, :, c].copy(), b[:, :, c].copy()) for c in range(3)]
    assert value("ssim", a, b) == pytest.approx(np.mean(channels), abs=1e-6)


def test_vif_is_sewars(pair):
    a, b = (grey(p).astype(float) for p in pair)
    assert value("vif", *pair) == pytest.approx(sewar.full_ref.vifp(a, b), abs=1e-6)


def test_uqi_by_definition():
    a, b = (grey(still(second)).astype(float) for second in (0, 26))
    windows = [np.lib.stride_tricks.sliding_window_view(p, (8, 8)) for p in (a, b)]
    mean_a, mean_b = (w.mean(axis=(2, 3)) for w in windows)
    spread = sum(w.var(axis=(2, 3)) for w in windows)
    together = (windows[0] * windows[1]).mean(axis=(2, 3)) - mean_a * mean_b
    index = 4 * together * mean_a * mean_b / (spread * (mean_a**2 + mean_b**2))
    assert value("uqi", still(0), still(26)) == pytest.approx(index.mean(), abs=1e-6)


AFTER = {
    "later": lambda a: still(26),
    "blurred": lambda a: cv2.GaussianBlur(grey(a), (0, 0), 2.0),
    "darker": lambda a: (grey(a) * 0.6).astype(np.uint8),
}
# What piq 0.8.0 gives in float64 for the luma of the still and each picture made from it. Its FSIM
# averages its gradients and filters a little differently.
PIQ = {
    "later": {"fsim": 0.94997, "gmsd": 0.0606068, "vif": 0.5740552, "ms_ssim": 0.9580988},
    "blurred": {"fsim": 0.81916, "gmsd": 0.1058068, "vif": 0.3535444, "ms_ssim": 0.9376389},
    "darker": {"fsim": 0.94052, "gmsd": 0.0360597, "vif": 0.7367840, "ms_ssim": 0.9054214},
}
WITHIN = {"fsim": 3e-3, "gmsd": 1e-5, "vif": 1e-5, "ms_ssim": 1e-4}


@pytest.mark.parametrize("case", PIQ)
def test_quality_measures_are_piqs(case):
    before, after = grey(still(0)), AFTER[case](still(0))
    after = grey(after) if after.ndim == 3 else after
    for name, expected in PIQ[case].items():
        assert value(name, before, after) == pytest.approx(expected, abs=WITHIN[name])


def test_gradient_similarity_of_light_alone_is_that_of_luminance():
    flat, brighter = np.full((40, 40), 100, np.uint8), np.full((40, 40), 151, np.uint8)
    assert value("gradient_similarity", flat, brighter) == pytest.approx(0.9 + 0.1 * (1 - 0.04))


def test_gradient_similarity_falls_where_an_edge_is_lost():
    step = np.zeros((40, 40), np.uint8)
    step[:, 20:] = 200
    measured = MEASURES["gradient_similarity"](step, np.full((40, 40), 100, np.uint8))
    assert measured.heat is not None
    assert measured.heat[20, 19:21].min() > 3 * measured.heat[20, :8].max()


def test_hashes_are_imagehashes_where_they_are_defined_alike():
    """Bits of a thumbnail against its mean: of clear pictures all but a few agree."""
    for seconds in [(0, 8), (0, 26), (12, 20)]:
        a, b = (still(second) for second in seconds)
        theirs = imagehash.average_hash(pillow(a)) - imagehash.average_hash(pillow(b))
        assert value("average_hash", a, b) == pytest.approx(theirs, abs=4)
    mirrored = still(0)[:, ::-1].copy()
    theirs = imagehash.phash(pillow(still(0))) - imagehash.phash(pillow(mirrored))
    assert value("phash", still(0), mirrored) == pytest.approx(theirs, abs=12)


def test_census_by_hand():
    luma = np.array([[1, 9, 5], [5, 5, 6], [4, 5, 9]], np.uint8)
    assert census(luma).tolist() == [[0b10110110]]


def test_centrist_by_hand():
    rising = np.tile(np.arange(6, dtype=np.uint8), (4, 1))
    flat = np.full((4, 6), 3, np.uint8)
    flat[0, 0] = 4  # seen by the census of (1, 1) alone
    assert value("centrist", rising, flat) == 1
    assert value("centrist", flat, np.where(flat == 4, 9, flat).astype(np.uint8)) == 0


def test_gist_knows_direction_and_place():
    x = np.mgrid[:128, :128][1]
    upright = (128 + 100 * np.sin(x)).astype(np.uint8)
    energies = gist_descriptor(upright).reshape(4, 8, 4, 4)
    finest = energies[0].mean(axis=(1, 2))
    assert finest.argmax() == 0  # waves along x are the first orientation's
    half = np.where(x < 64, upright, 128).astype(np.uint8)
    grid = gist_descriptor(half).reshape(4, 8, 4, 4)[0, 0]
    assert grid[:, 0].min() > 3 * grid[:, 3].max()


def test_contrast_that_has_grown_is_a_difference_too():
    faint = 0.4 * (still(0).astype(np.float32) - 128)
    before, after = ((128 + contrast * faint).astype(np.uint8) for contrast in (1.0, 1.8))
    vif = MEASURES["vif"]
    value = vif(before, after).value
    assert value > 1.2
    assert vif.distance(value) == pytest.approx(value - 1)
    assert vif.reading(value) != IDENTICAL
