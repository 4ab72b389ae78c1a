"""The result of a measure, and preparations that measures share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from motionlapse.errors import ConfigError
from motionlapse.frames import Image

Floats: TypeAlias = npt.NDArray[np.float32]
Floats64: TypeAlias = npt.NDArray[np.float64]
Detail: TypeAlias = Mapping[str, float | int | None]


@dataclass(frozen=True, slots=True)
class Measured:
    """The result of one measure for two pictures.

    Attributes
    ----------
    value
        The value, never NaN; infinite only if the measure's range includes that.
    detail
        Further results by name, such as a rectangle, a shift or a peak.
    heat
        How much each pixel differs, float32 ``(H, W)``, 0 where it does not; None if the measure
        cannot tell.
    """

    value: float
    detail: Detail = field(default_factory=dict)
    heat: Floats | None = None


Measure: TypeAlias = Callable[[Image, Image], Measured]
"""Two pictures of one shape, uint8 ``(H, W)`` or BGR ``(H, W, 3)``, not modified."""


def matched(before: Image, after: Image) -> tuple[Image, Image]:
    """Return two pictures ready to be measured: of one size, and both grey or both BGR.

    Raises
    ------
    ConfigError
        If their sizes differ.
    TypeError
        If one is not a uint8 picture.
    """
    for picture in (before, after):
        deep = picture.ndim == 3 and picture.shape[2] != 3
        if picture.dtype != np.uint8 or picture.ndim not in (2, 3) or deep or not picture.size:
            raise TypeError(f"a picture is uint8 (H, W) or (H, W, 3), not {_shape(picture)}")
    if before.shape[:2] != after.shape[:2]:
        words = f"the pictures differ in size: {size_words(before)} and {size_words(after)}; "
        if before.shape[1] == after.shape[1]:
            raise ConfigError(words + "their proportions differ: crop one of them")
        raise ConfigError(words + "bring both to the same width with --resize WIDTH")
    if before.ndim != after.ndim:
        before, after = bgr(before), bgr(after)
    return before, after


def tells_nothing(before: Image, after: Image) -> bool:
    """Tell whether the pictures differ and one of them is constant."""
    constant = any((picture == picture[0, 0]).all() for picture in (before, after))
    return constant and not np.array_equal(before, after)


def size_words(picture: Image) -> str:
    """Return ``640×480``."""
    return f"{picture.shape[1]}×{picture.shape[0]}"


def _shape(picture: Image) -> str:
    return f"{picture.dtype} {picture.shape}"


def grey(picture: Image) -> Image:
    """Return a picture's luma (ITU-R BT.601), uint8 ``(H, W)``."""
    return picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))


def bgr(picture: Image) -> Image:
    """Return a picture as BGR with three channels."""
    return np.repeat(picture[:, :, None], 3, axis=2) if picture.ndim == 2 else picture


def grey_floats(picture: Image) -> Floats:
    """Return a picture's luma, float32 ``(H, W)``."""
    return grey(picture).astype(np.float32)


def shrunk(picture: Image, width: int, height: int) -> Image:
    """Return a picture resized by averaging areas."""
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def largest_difference(before: Image, after: Image) -> Image:
    """Return ``|before − after|``, the maximum over channels, uint8 ``(H, W)``."""
    difference: Image = np.asarray(cv2.absdiff(before, after))
    return difference if difference.ndim == 2 else difference.max(axis=2)


def rectangle(changed: npt.NDArray[np.bool_] | Image) -> Detail:
    """Return the bounding box of all non-zero pixels; without any, a dictionary without keys."""
    x, y, width, height = cv2.boundingRect(changed.astype(np.uint8))
    if not width:
        return {}
    return {"x": int(x), "y": int(y), "width": int(width), "height": int(height)}
