"""Each measure against another's implementation of it, or against its own definition."""

from __future__ import annotations

import math
import os
from pathlib import Path

import cv2
import imagehash
import numpy as np
import pytest
import pywt
import scipy.stats
import sewar.full_ref
import skimage.metrics
import skimage.registration
from PIL import Image, ImageChops

from motionlapse.measures import MEASURES
from motionlapse.measures.shifts import shift_between
from motionlapse.measures.texture import census, gist_descriptor
from motionlapse.measures.transforms import haar_transform

ROOT = Path(__file__).resolve().parents[2]
STILLS = ROOT / "fixtures" / "stills"
SHARED = Path(os.environ.get("MOTIONLAPSE_DATA", ROOT.parent / "shared" / "data"))


def still(second):
    picture = cv2.imread(str(STILLS / f"yard_2024-05-04_12-00-{second:02d}.jpg"))
    assert picture is not None
    return picture


def shared(name, width=480):
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"real footage is missing: {path}")
    picture = cv2.imread(str(path))
    height = round(picture.shape[0] * width / picture.shape[1])
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)


def _rough():
    return np.random.default_rng(8).integers(0, 256, (60, 84, 3), np.uint8)


PAIRS = {
    "stills": lambda: (still(0), still(26)),
    "noise": lambda: (_rough(), _rough()[::-1].copy()),
    "corridor": lambda: (shared("pairs/03_frame_3.png"), shared("pairs/03_frame_4.png")),
    "night": lambda: (shared("pairs/02_frame_1.png"), shared("pairs/02_frame_2.png")),
    "clouds": lambda: (
        shared("light/D3C1/in000000.jpg", 320),
        shared("light/D3C1/in000900.jpg", 320),
    ),
}


@pytest.fixture(params=PAIRS, scope="module")
def pair(request):
    return PAIRS[request.param]()


def grey(picture):
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)


def value(name, before, after):
    return MEASURES[name](before, after).value


def pillow(picture):
    return Image.fromarray(picture[:, :, ::-1] if picture.ndim == 3 else picture)


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
