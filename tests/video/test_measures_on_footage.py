"""The measures and the sieve on real pictures."""

import csv
import shutil

import cv2
import numpy as np
from films import run_here

from motionlapse.measures import MEASURES
from motionlapse.sources.stills import read_bgr

SEPARATES = 0.001  # of `background`: a tenth of a percent


def test_one_measure_and_one_threshold_tell_all_labelled_pairs_apart(shared_data):
    folder = shared_data / "pairs"
    with (folder / "pairs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    for row in rows:
        pictures = [read_bgr(folder / row[side]) for side in ("before", "after")]
        for before, after in (pictures, pictures[::-1]):
            value = MEASURES["background"](before, after).value
            assert (value >= SEPARATES) == (row["changed"] != "no"), (row, value)
            assert value == 0 or value > 2 * SEPARATES


def test_the_person_is_inside_the_rectangle(shared_data):
    pair = [shared_data / "pairs" / f"03_frame_{number}.png" for number in (3, 4)]
    ran = run_here("compare", *pair, "--resize", "640", "--measure", "background", "--json")
    box = ran.records[0]["detail"]
    # By eye: head to feet at 640–740, 230–650 of 1280×800.
    assert box["x"] <= 650
    assert box["x"] + box["width"] >= 725
    assert box["y"] <= 245
    assert box["y"] + box["height"] >= 635
    assert box["width"] * box["height"] < 0.15 * 1280 * 800


def test_clouds_are_not_kept_and_movers_are(shared_data, tmp_path):
    """A stretch of the falling light, as it is and with its movers painted out."""
    stills = sorted((shared_data / "light" / "D3C1").glob("*.jpg"))[330:560]
    for folder in ("real", "painted"):
        (tmp_path / folder).mkdir()
    pictures = np.stack([cv2.imread(str(path)) for path in stills])
    medians = {
        block: np.median(pictures[max(0, block - 35) : block + 45 : 4], axis=0)
        for block in range(0, len(stills), 10)
    }
    for number, path in enumerate(stills):
        shutil.copyfile(path, tmp_path / "real" / path.name)
        painted = medians[number // 10 * 10]
        light = cv2.blur(pictures[number], (121, 121)) / np.maximum(
            cv2.blur(painted, (121, 121)), 1
        )
        noise = np.random.default_rng(number).normal(0, 1.5, painted.shape)
        quiet = np.clip(painted * light + noise, 0, 255).astype(np.uint8)
        cv2.imwrite(str(tmp_path / "painted" / path.name), quiet)
    shares = {}
    for folder in ("real", "painted"):
        ran = run_here("sift", tmp_path / folder, "--out", tmp_path / f"kept_{folder}", "--json")
        assert ran.code == 0, ran.err
        shares[folder] = sum(r["state"] == "kept" for r in ran.records) / len(stills)
    assert shares["painted"] < 0.04
    assert 0.2 < shares["real"] < 0.6
