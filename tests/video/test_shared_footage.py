"""Real footage, where it is there."""

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from films import scan_here

REGION = "631,532 841,532 841,659 631,659"


def events(clip, out):
    ran = scan_here(clip, out, "--region", REGION, "--snapshots", "none")
    assert ran.code == 0, ran.err
    return ran.records


def test_traffic_in_a_region(shared_data, tmp_path):
    found = events(shared_data / "clips" / "traffic_camera.mp4", tmp_path / "kept")
    starts, ends = ((1, 39), (350, 366), (534, 550)), ((90, 150), (430, 491), (545, 575))
    assert len(found) == 3
    for record, start, end in zip(found, starts, ends, strict=True):
        assert start[0] <= record["start_frame"] <= start[1]
        assert end[0] <= record["end_frame"] <= end[1]


def test_traffic_at_a_variable_rate(shared_data, tmp_path):
    found = events(shared_data / "clips" / "traffic_camera_vfr.mp4", tmp_path / "kept")
    assert len(found) == 3
    assert found[1]["start_s"] == pytest.approx(17.2, abs=0.6)
    assert found[2]["start_s"] == pytest.approx(31.9, abs=0.6)


def test_clouds_and_the_jump_back_of_a_repeated_film_are_no_event(shared_data, tmp_path):
    film = tmp_path / "thrice.avi"
    with av.open(str(shared_data / "clips" / "issue53_brightness_change.avi")) as source:
        shown = source.streams.video[0]
        packets = [bytes(packet) for packet in source.demux(shown) if packet.size]
        with av.open(str(film), "w") as out:
            stream = out.add_stream_from_template(shown)
            for number, data in enumerate(3 * packets):
                packet = av.Packet(data)
                packet.stream, packet.time_base = stream, Fraction(1, 12)
                packet.pts = packet.dts = number
                packet.is_keyframe = number % len(packets) == 0
                out.mux(packet)
    ran = scan_here(film, tmp_path / "kept")
    assert (ran.code, ran.records) == (0, [])


def test_masks_of_the_highway(shared_data, tmp_path):
    sequence = shared_data / "masks" / "highway"
    words = ("--fps", "25", "--masks", tmp_path / "masks", "--snapshots", "none")
    assert scan_here(sequence / "input", tmp_path / "kept", *words).code == 0
    written = {path.name for path in (tmp_path / "masks").iterdir()}
    stills = sorted((sequence / "input").iterdir())
    assert written == {path.stem.replace("in", "bin") + ".png" for path in stills}
    first, last = map(int, (sequence / "temporalROI.txt").read_text().split())
    inside = cv2.imread(str(sequence / "ROI.bmp"), cv2.IMREAD_GRAYSCALE) > 0
    assert f_measure(sequence / "groundtruth", tmp_path / "masks", inside, first, last) > 0.78


def f_measure(truth: Path, masks: Path, inside: np.ndarray, first: int, last: int) -> float:
    """F over all labelled frames pooled: 85 and 170 are not judged, 50 is background."""
    hits = false = missed = 0
    for path in sorted(truth.iterdir()):
        if not first <= int(path.stem.removeprefix("gt")) <= last:
            continue
        label = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        name = path.stem.replace("gt", "bin") + ".png"
        moving = cv2.imread(str(masks / name), cv2.IMREAD_GRAYSCALE) > 0
        judged = inside & (label != 85) & (label != 170)
        hits += np.count_nonzero(judged & moving & (label == 255))
        false += np.count_nonzero(judged & moving & (label != 255))
        missed += np.count_nonzero(judged & ~moving & (label == 255))
    return 2 * hits / (2 * hits + false + missed)


def test_a_prescan_loses_no_event(shared_data, tmp_path):
    clip = shared_data / "clips" / "one-by-one-person-detection.mp4"
    full = scan_here(clip, tmp_path / "full", "--snapshots", "none")
    part = scan_here(clip, tmp_path / "part", "--snapshots", "none", "--prescan")
    assert "a check of what it would skip found an event" in part.err
    assert part.spans == full.spans
