"""Scores over time, drawn as a strip."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from motionlapse.frames import Image
from motionlapse.sinks.drawing import DIM, LEAST_TEXT_PX, WHITE, YELLOW, write_text

_GROUND = 36
_LOWEST = 0.05  # the scale is logarithmic from here on


def score_plot(
    scores: Sequence[tuple[float, float]], size: tuple[int, int], *, span_s: float, stays: float
) -> Image:
    """Return a curve of scores with the newest at the right edge, as a BGR picture.

    Parameters
    ----------
    scores
        (media time, score), in order; at least one.
    size
        (width, height).
    span_s
        How much time the width stands for.
    stays
        The score from which an open event stays open, drawn as a second line below that of 1.
    """
    width, height = size
    strip = np.full((height, width, 3), _GROUND, np.uint8)
    top = max(4.0, *(score for _, score in scores)) * 1.2
    newest_s = scores[-1][0]

    def y_of(score: float) -> int:
        share = math.log(max(score, _LOWEST) / _LOWEST) / math.log(top / _LOWEST)
        return round((height - 5) * (1 - share)) + 2

    for level, words in ((1.0, "opens at 1"), (stays, f"stays open from {stays:.2g}")):
        y = y_of(level)
        cv2.line(strip, (0, y), (width, y), DIM, 1)
        write_text(strip, words, (6, y - 3), LEAST_TEXT_PX - 2, DIM)
    points = np.array(
        [
            (round((width - 4) * (1 + (time_s - newest_s) / span_s)), y_of(score))
            for time_s, score in scores
        ],
        np.int32,
    )
    cv2.polylines(strip, [points], False, YELLOW, 2, cv2.LINE_AA)
    x, y = points[-1].tolist()
    cv2.circle(strip, (x, y), 4, WHITE, -1, cv2.LINE_AA)
    write_text(strip, f"score over the last {span_s:g} s", (width // 2, 16), LEAST_TEXT_PX, WHITE)
    return strip
