"""Pixel counts and measures against numbers worked out by hand."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from motionlapse.errors import SourceError
from motionlapse.evaluation.counts import MEASURES, Counts, count_pixels, mean_measures
from motionlapse.evaluation.labels import read_labels, read_region

TRUTH = np.array(
    [
        [0, 0, 50, 85],
        [255, 255, 170, 85],
        [255, 255, 0, 0],
    ],
    np.uint8,
)
MASK = np.array(
    [
        [0, 255, 255, 255],
        [255, 255, 255, 0],
        [255, 0, 0, 255],
    ],
    np.uint8,
)


@pytest.fixture
def truth(tmp_path):
    path = tmp_path / "gt000001.png"
    Pictures.fromarray(TRUTH).save(path)
    return path


def counted(mask, truth, region=None):
    labels = read_labels(truth, (4, 3), region)
    return count_pixels(mask, labels.moving, labels.still)


def test_shadow_is_background_and_unknown_and_outside_do_not_count(truth):
    assert counted(MASK, truth) == Counts(tp=3, fp=3, fn=1, tn=2)


def test_what_the_region_leaves_out_does_not_count(truth, tmp_path):
    region = np.full((3, 4), 255, np.uint8)
    region[0, 1] = region[2, 1] = 0
    Pictures.fromarray(region).save(tmp_path / "ROI.bmp")
    inside = read_region(tmp_path / "ROI.bmp", (4, 3))
    assert counted(MASK, truth, inside) == Counts(tp=3, fp=2, fn=0, tn=2)


def test_a_region_of_another_size_is_no_region(tmp_path):
    Pictures.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / "ROI.bmp")
    assert read_region(tmp_path / "ROI.bmp", (4, 3)) is None
    assert read_region(None, (4, 3)) is None


def test_a_perfect_mask(truth):
    mask = np.where(TRUTH == 255, 255, 0).astype(np.uint8)
    counts = counted(mask, truth)
    assert counts == Counts(tp=4, fp=0, fn=0, tn=5)
    assert counts.wrong == 0
    assert counts.measures() == {
        "recall": 1, "specificity": 1, "fpr": 0, "fnr": 0, "pwc": 0, "precision": 1, "f_measure": 1,
    }  # fmt: skip


def test_an_empty_mask_has_no_precision_but_an_f_of_nought(truth):
    counts = counted(np.zeros((3, 4), np.uint8), truth)
    assert counts == Counts(tp=0, fp=0, fn=4, tn=5)
    measures = counts.measures()
    assert measures["precision"] is None
    assert (measures["recall"], measures["f_measure"], measures["fnr"]) == (0, 0, 1)
    assert measures["pwc"] == pytest.approx(400 / 9)


def test_where_nothing_moves_there_is_no_recall():
    measures = Counts(tp=0, fp=0, fn=0, tn=7).measures()
    assert [name for name, value in measures.items() if value is None] == [
        "recall", "fnr", "precision", "f_measure",
    ]  # fmt: skip


def test_the_seven_measures_of_pooled_counts():
    pooled = Counts(20, 5, 10, 100) + Counts(10, 5, 10, 40)
    assert pooled == Counts(tp=30, fp=10, fn=20, tn=140)
    assert pooled.measures() == pytest.approx(
        {
            "recall": 0.6,
            "specificity": 140 / 150,
            "fpr": 10 / 150,
            "fnr": 0.4,
            "pwc": 15.0,
            "precision": 0.75,
            "f_measure": 2 / 3,
        }
    )
    assert tuple(pooled.measures()) == MEASURES


def test_the_mean_is_over_sequences_not_over_pixels():
    small, large = Counts(tp=1, fp=0, fn=0, tn=1), Counts(tp=250, fp=0, fn=750, tn=9000)
    assert mean_measures([small, large])["recall"] == 0.625
    nothing_moves = Counts(tn=10)
    assert mean_measures([small, nothing_moves])["recall"] == 1.0
    assert mean_measures([nothing_moves])["recall"] is None


@pytest.mark.parametrize("mode", ["L", "P", "RGB"])
def test_labels_keep_their_values_however_they_are_stored(tmp_path, mode):
    path = tmp_path / "gt000001.png"
    Pictures.fromarray(TRUTH).convert(mode).save(path)
    labels = read_labels(path, (4, 3), None)
    assert (labels.moving == (TRUTH == 255)).all()
    assert (labels.still == ((TRUTH == 0) | (TRUTH == 50))).all()


def test_a_truth_that_cannot_be_meant_is_told_of(truth, tmp_path):
    with pytest.raises(SourceError, match=r"gt000001\.png: is 4×3, but its picture is 8×6"):
        read_labels(truth, (8, 6), None)
    deep = tmp_path / "deep.png"
    Pictures.fromarray(TRUTH.astype(np.uint16) * 257).save(deep)
    with pytest.raises(SourceError, match="more than 8 bits"):
        read_labels(deep, (4, 3), None)
    cut = Path(tmp_path / "cut.png")
    cut.write_bytes(truth.read_bytes()[:40])
    with pytest.raises(SourceError, match=r"cut\.png"):
        read_labels(cut, (4, 3), None)
