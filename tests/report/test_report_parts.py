"""What a page is made of: thumbnails and packed scores."""

from __future__ import annotations

from datetime import datetime

import cv2
import numpy as np
import pytest

from motionlapse.report.archive_page import clip_start
from motionlapse.report.packed_scores import packed_scores
from motionlapse.report.thumbnails import MOST_BYTES, thumbnail
from motionlapse.sinks.score_bins import ScoreBin
from motionlapse.types import KeptEvent, State


@pytest.mark.parametrize("seed", range(3))
def test_thumbnails_are_small_whatever_they_show(seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (135, 240, 3), np.uint8)
    small = thumbnail(noise, noise if seed else None)
    assert 200 < len(small) <= MOST_BYTES
    assert cv2.imdecode(np.frombuffer(small, np.uint8), cv2.IMREAD_COLOR) is not None
    assert thumbnail(None, None) == b""


@pytest.mark.parametrize(
    ("clip", "start_s"),
    [
        ("a/event-0001_00-01-03.500.mp4", 63.5),
        ("a/event-0001_00-01-03.500-2.mkv", 63.5),
        ("a/event-0001_2026-05-04T12-00-57.250+0200.mp4", 61.75),
        ("a/event-0001_2026-05-04T12-00-57.250+0200-2.mp4", 61.75),
        ("a/mine.mp4", 64.5),
        (None, 64.5),
    ],
)
def test_where_a_clip_begins_is_in_its_name(make_event, clip, start_s) -> None:
    wall = datetime.fromisoformat("2026-05-04T10:01:00+00:00")
    kept = KeptEvent("cam", make_event(start_s=64.5, end_s=66.0), start_wall=wall, clip=clip)
    assert clip_start(kept) == pytest.approx(start_s, abs=1e-6)


def test_packed_scores_keep_peaks_and_gaps() -> None:
    bins = [ScoreBin(place * 0.5, 0.0, place / 10, State.QUIET) for place in range(100)]
    packed = packed_scores(bins[:40] + bins[60:], most=10)
    assert (packed["t0"], packed["step"]) == (0.0, 5.0)
    codes = np.frombuffer(__import__("base64").b64decode(packed["high"]), "<u2")
    assert list(np.flatnonzero(codes == 65535)) == [4, 5]
    known = np.expm1(codes[codes < 65535] / 65534 * np.log1p(1e5)) / 10
    assert known == pytest.approx([0.9, 1.9, 2.9, 3.9, 6.9, 7.9, 8.9, 9.9], rel=0.001)
