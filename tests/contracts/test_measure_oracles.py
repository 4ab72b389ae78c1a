"""Each measure against another's implementation of it, or against its own definition."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
import pywt
import scipy.stats
import skimage.metrics
import skimage.registration
from measured_pairs import grey, pillow, still, value
from PIL import ImageChops

from motionlapse.measures import MEASURES
from motionlapse.measures.shifts import shift_between
from motionlapse.measures.transforms import haar_transform


def test_pixels_against_numpy_and_scikit_image(pair):
    a, b = pair
    difference = a.astype(float) - b
    assert value("manhattan", a, b) == pytest.approx(np.abs(difference).mean())
    assert value("euclidean", a, b) == pytest.approx(np.linalg.norm(difference))
    assert value("mse", a, b) == pytest.approx(skimage.metrics.mean_squared_error(a, b))
    assert value("rmse", a, b) == pytest.approx(math.sqrt((difference**2).mean()))
    assert value("psnr", a, b) == pytest.approx(skimage.metrics.peak_signal_noise_ratio(a, b))
    largest = np.abs(difference).max(axis=2)
    assert value("zero_norm", a, b) == (largest > 0).mean()
    assert value("tolerance", a, b) == (largest > 25).mean()
    luma = grey(a).astype(float) - grey(b)
    rows, columns = np.abs(luma.mean(axis=1)).mean(), np.abs(luma.mean(axis=0)).mean()
    assert value("row_profile", a, b) == pytest.approx((rows + columns) / 2)


def test_pixels_against_pillow(pair):
    a, b = pair
    difference = ImageChops.difference(pillow(a), pillow(b))
    counts = np.array(difference.histogram()).reshape(3, 256)
    ratio = (counts * np.arange(256)).sum() / (a.size * 255)
    assert value("channel_mean", a, b) == pytest.approx(ratio)
    assert value("percent_changed", a, b) == pytest.approx(100 * ratio)


def test_bounding_box_is_pillows():
    a = still(0)
    b = a.copy()
    b[31:44, 100:177] += 9
    measured = MEASURES["bounding_box"](a, b)
    left, upper, right, lower = ImageChops.difference(pillow(a), pillow(b)).getbbox()
    box = {"x": left, "y": upper, "width": right - left, "height": lower - upper}
    assert measured.detail == box == {"x": 100, "y": 31, "width": 77, "height": 13}
    assert measured.value == 77 * 13 / (a.shape[0] * a.shape[1])


def test_thumbnail_of_whole_blocks_is_a_mean_of_means():
    a, b = (np.random.default_rng(seed).integers(0, 256, (256, 192), np.uint8) for seed in (1, 2))
    means = [np.rint(p.reshape(64, 4, 64, 3).mean(axis=(1, 3))) for p in (a, b)]
    assert value("thumbnail", a, b) == pytest.approx(np.abs(means[0] - means[1]).mean(), abs=0.02)


def test_correlations_against_scipy_and_opencv(pair):
    a, b = grey(pair[0]), grey(pair[1])
    assert value("ncc", a, b) == pytest.approx(
        scipy.stats.pearsonr(a.ravel().astype(float), b.ravel().astype(float))[0], abs=1e-9
    )
    assert value("ncc", *pair) == pytest.approx(
        cv2.matchTemplate(*pair, cv2.TM_CCOEFF_NORMED)[0, 0], abs=1e-4
    )
    height = max(1, round(a.shape[0] * 100 / a.shape[1]))
    small = [cv2.resize(p, (100, height), interpolation=cv2.INTER_AREA).ravel() for p in (a, b)]
    fit = scipy.stats.linregress(small[0].astype(float), small[1].astype(float))
    assert value("r_squared", a, b) == pytest.approx(fit.rvalue**2)


def test_phase_correlation_finds_what_scikit_image_finds():
    picture = grey(still(0)).astype(np.float32)
    a, b = picture[10:200, 10:300], picture[16:206, 3:293]
    ours = shift_between(a, b)
    theirs, *_ = skimage.registration.phase_cross_correlation(b, a, upsample_factor=10)
    assert ours == pytest.approx((theirs[1], theirs[0]), abs=0.2)
    assert ours == pytest.approx((7, -6), abs=0.1)


def test_edges_by_definition(pair):
    maps = []
    for picture in pair:
        luma = np.pad(grey(picture).astype(float), 1, mode="reflect")
        across = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], float)
        gradients = [
            sum(
                kernel[y, x] * luma[y : luma.shape[0] - 2 + y, x : luma.shape[1] - 2 + x]
                for y in range(3)
                for x in range(3)
            )
            for kernel in (across, across.T)
        ]
        maps.append(np.hypot(*gradients) > 120)
    expected = (maps[0] ^ maps[1]).sum() / max(1, (maps[0] | maps[1]).sum())
    assert value("edges", *pair) == pytest.approx(expected, abs=1e-4)


def test_jpeg_size_by_definition(pair):
    sizes = [len(cv2.imencode(".jpg", p, [cv2.IMWRITE_JPEG_QUALITY, 75])[1]) for p in pair]
    assert value("jpeg_size", *pair) == abs(sizes[0] - sizes[1]) / max(sizes)


def test_dct_of_one_pattern_is_half_its_amplitude_over_all_coefficients():
    y = np.arange(32)
    wave = 40 * np.cos((2 * y + 1) * 3 * np.pi / 64)[:, None] * np.ones(32)
    flat = np.full((32, 32), 128, np.uint8)
    expected = 40 / np.sqrt(2) / 63  # an orthonormal cosine along one side
    assert value("dct", flat, np.rint(128 + wave).astype(np.uint8)) == pytest.approx(
        expected, rel=0.02
    )


def shares(picture):
    counts = np.histogram(grey(picture), bins=64, range=(0, 256))[0] + 0.5
    return counts / counts.sum()


def test_histograms_against_scipy(pair):
    a, b = pair
    expected = scipy.stats.entropy(shares(a), shares(b))
    assert value("hist_kl", a, b) == pytest.approx(expected)
    assert value("emd", a, b) == pytest.approx(
        scipy.stats.wasserstein_distance(grey(a).ravel(), grey(b).ravel())
    )


def test_histograms_by_definition(pair):
    p, q = (
        np.histogramdd(picture.reshape(-1, 3), bins=8, range=[(0, 256)] * 3)[0].ravel()
        for picture in pair
    )
    p, q = p / p.sum(), q / q.sum()
    either = p + q > 0
    expected = {
        "hist_intersection": np.minimum(p, q).sum(),
        "hist_bhattacharyya": math.sqrt(max(0.0, 1 - np.sqrt(p * q).sum())),
        "hist_correlation": np.corrcoef(p, q)[0, 1],
        "hist_chi_square": 2 * ((p - q)[either] ** 2 / (p + q)[either]).sum(),
    }
    for name, number in expected.items():
        assert value(name, *pair) == pytest.approx(number, abs=1e-4)


def test_signatures_move_as_far_as_the_picture_says():
    black, white = np.zeros((64, 64), np.uint8), np.full((64, 64), 255, np.uint8)
    assert value("emd_signature", black, white) == pytest.approx(255 / 32, rel=1e-3)
    left, right = black.copy(), black.copy()
    left[:, :32] = right[:, 32:] = 255
    # A half of the cells go four columns along, or all as far in grey: the columns are nearer.
    assert value("emd_signature", left, right) == pytest.approx(4, rel=1e-3)


def test_haar_transform_is_pywavelets():
    square = np.random.default_rng(4).normal(size=(32, 32))
    theirs = pywt.fswavedecn(square, "haar")
    bands = [theirs.approx, *[theirs[key] for key in theirs.detail_keys()]]
    ours = haar_transform(square)
    assert np.sort(np.abs(ours).ravel()) == pytest.approx(
        np.sort(np.abs(np.concatenate([band.ravel() for band in bands])))
    )
    assert ours[0, 0] == pytest.approx(theirs.approx[0, 0])
    assert np.allclose(ours[16:, 16:], theirs[(5, 5)])
