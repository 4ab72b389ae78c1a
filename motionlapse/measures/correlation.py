"""Correlation: how well one picture predicts the other, also after a shift."""

from __future__ import annotations

import cv2
import numpy as np

from motionlapse.frames import Image
from motionlapse.measures.measured import Floats64, Measured, grey, grey_floats, shrunk
from motionlapse.measures.shifts import shift_between, shifted

_R_SQUARED_WIDTH = 100


def ncc(before: Image, after: Image) -> Measured:
    """Zero-mean normalised cross-correlation of all samples, −1 to 1.

    Notes
    -----
    ``Σ(a − ā)(b − b̄) / √(Σ(a − ā)² Σ(b − b̄)²)``, with means per channel. The correlation of a
    constant picture with another is undefined: the worst value, −1, is returned.
    """
    return Measured(_correlation(before, after, undefined=-1.0))


def r_squared(before: Image, after: Image) -> Measured:
    """Square of Pearson's r of the pictures in grey at 100 pixels width, 0 to 1.

    Notes
    -----
    Below 0.9 pictures are commonly called different.
    """
    height = max(1, round(before.shape[0] * _R_SQUARED_WIDTH / before.shape[1]))
    small = [shrunk(grey(picture), _R_SQUARED_WIDTH, height) for picture in (before, after)]
    return Measured(_correlation(small[0], small[1], undefined=0.0) ** 2)


def _correlation(before: Image, after: Image, *, undefined: float) -> float:
    """Return Pearson's r; 1 for equal pictures, `undefined` if only one is constant."""
    a, b = (_centred(picture) for picture in (before, after))
    power = float(np.vdot(a, a)) * float(np.vdot(b, b))
    if power <= 0:
        return 1.0 if np.array_equal(before, after) else undefined
    return float(np.clip(np.vdot(a, b) / np.sqrt(power), -1.0, 1.0))


def _centred(picture: Image) -> Floats64:
    samples = picture.astype(np.float64)
    centred: Floats64 = samples - samples.mean(axis=(0, 1))
    return centred


def template(before: Image, after: Image) -> Measured:
    """Best match of the middle of `before` in `after`, relative to its match in `before`, −1 to 1.

    Notes
    -----
    ``cv2.matchTemplate`` with zero-mean normalised correlation (its value for the picture with
    itself is 1). The middle leaves out a sixteenth at each side, so shifts up to that are found.
    The shift is reported as detail.
    """
    a, b = grey(before), grey(after)
    if np.array_equal(a, b):  # OpenCV may round the value for equal pictures down
        return Measured(1.0, {"shift_x": 0, "shift_y": 0})
    height, width = a.shape
    y, x = height // 16, width // 16
    middle = a[y : height - y, x : width - x]
    if middle.max() == middle.min() or b.max() == b.min():
        return Measured(-1.0)
    matches = cv2.matchTemplate(b, middle, cv2.TM_CCOEFF_NORMED)
    matches = np.nan_to_num(matches, nan=-1.0, posinf=-1.0, neginf=-1.0)
    _, best, _, place = cv2.minMaxLoc(matches)
    return Measured(
        round(float(np.clip(best, -1.0, 1.0)), 5),
        {"shift_x": place[0] - x, "shift_y": place[1] - y},
    )


def phase_shift(before: Image, after: Image) -> Measured:
    """Mean absolute difference after undoing the shift between the pictures, 0 to 255.

    Notes
    -----
    The shift in pixels is the peak of phase correlation [1]_. It is undone only if that makes the
    difference smaller. Pixels shifted in from outside do not count.

    References
    ----------
    .. [1] C. Kuglin and D. Hines, "The phase correlation image alignment method", IEEE
       International Conference on Cybernetics and Society, 1975.
    """
    a, b = grey_floats(before), grey_floats(after)
    plain = np.abs(a - b)
    shift = shift_between(a, b)
    detail: dict[str, float | int | None] = {"shift_x": shift[0], "shift_y": shift[1]}
    if shift != (0.0, 0.0):
        back, known = shifted(b, (-shift[0], -shift[1]))
        residual = np.abs(a - back)
        if known.any() and residual[known].mean() < plain.mean():
            return Measured(float(residual[known].mean()), detail, np.where(known, residual, 0))
    return Measured(float(plain.mean()), {"shift_x": 0.0, "shift_y": 0.0}, plain)
