"""Bringing a frame to the size of analysis."""

from __future__ import annotations

from math import ceil
from typing import Literal

import cv2
import numpy as np

from motionlapse.frames import Image, Plane, Planes
from motionlapse.shrink_kernel import double, shrink, shrink_by_3_halves

# Enough to see a person far away, few enough for a frame in well under a millisecond.
AUTO_PIXELS = 150_000
_LARGEST_SCALE = 16


def choose_scale(size: tuple[int, int], wanted: int | Literal["auto"]) -> int:
    """Return the whole factor by which pictures shrink.

    Left to itself it is a power of two, or three quarters of one where that would leave less than
    half of what may be left. So a scene is analysed at the same size whether its camera delivers it
    at all or twice of the resolution, and gives the same events; from 1280×720 as from 1920×1080
    more than 100,000 pixels are left.

    Parameters
    ----------
    size
        (width, height) of the source.
    wanted
        1 to 16; ``auto`` is one of 1, 2, 3, 4, 6, 8, 12 and 16, and leaves at most `AUTO_PIXELS`.
        No picture shrinks below one pixel.
    """
    width, height = size
    if wanted != "auto":
        return min(wanted, width, height)
    scale = 1
    while scale < _LARGEST_SCALE and _pixels(size, scale) > AUTO_PIXELS:
        scale *= 2
    if scale >= 4 and _pixels(size, scale) < AUTO_PIXELS // 2:
        scale = scale * 3 // 4
    return min(scale, width, height)


def _pixels(size: tuple[int, int], scale: int) -> int:
    return (size[0] // scale) * (size[1] // scale)


class Shrinker:
    """Shrinks planes by a whole factor with area averaging; chroma is brought to luma's size.

    Its output is overwritten by the next call.

    Parameters
    ----------
    size
        (width, height) of the pictures to come.
    scale
        The factor.
    """

    def __init__(self, size: tuple[int, int], scale: int) -> None:
        self.scale = scale
        self.size = (size[0] // scale, size[1] // scale)
        width, height = self.size
        # In one piece: the C library gives a large one back to the system when it is free.
        room: Image = np.empty((3, height, width), np.uint8)
        self._luma, self._chroma = room[0], (room[1], room[2])
        self._sums = np.empty(width * scale, np.uint16)

    def __call__(self, planes: Planes) -> Planes:
        """Return the small planes."""
        if planes.chroma is None:
            return Planes(self._shrunk(planes.luma, self._luma))
        first, second = (
            self._fitted(plane, small, planes.size)
            for plane, small in zip(planes.chroma, self._chroma, strict=True)
        )
        return Planes(self._shrunk(planes.luma, self._luma), (first, second))

    def _shrunk(self, plane: Plane, small: Image) -> Plane:
        if self.scale == 1:
            return plane
        shrink(plane.buffer, small, self.scale, self._sums)
        return Plane(small, small.shape[1])

    def _fitted(self, plane: Plane, small: Image, luma_size: tuple[int, int]) -> Plane:
        """Bring a chroma plane of any subsampling to the size of analysis."""
        width, height = self.size
        across = self.scale * plane.width / luma_size[0]
        down = self.scale * plane.height / luma_size[1]
        factor = round(2 * across) / 2
        alike = abs(across - factor) < 0.01 and abs(down - factor) < 0.01
        reached = ceil(width * factor), ceil(height * factor)
        inside = plane.width >= reached[0] and plane.height >= reached[1]
        if not (alike and inside) or factor not in (0.5, 1.5, *range(1, _LARGEST_SCALE + 1)):
            # Between whole factors two taps see nearly all of a pixel's square, in a fifth of the
            # time of INTER_AREA.
            how = cv2.INTER_AREA if min(across, down) >= 2 else cv2.INTER_LINEAR
            cut = plane.view[: round(height * down), : round(width * across)]
            cv2.resize(cut, (width, height), dst=small, interpolation=how)
        elif factor == 1:  # odd pictures have a row or column of chroma more
            return Plane(plane.buffer[:height], width)
        elif factor == 0.5:
            double(plane.buffer, small, self._sums)
        elif factor == 1.5:
            shrink_by_3_halves(plane.buffer, small, self._sums)
        else:
            shrink(plane.buffer, small, int(factor), self._sums)
        return Plane(small, width)


def copied(planes: Planes) -> Planes:
    """Return planes in memory of their own, without padding."""
    chroma = planes.chroma
    return Planes(_copy(planes.luma), chroma and (_copy(chroma[0]), _copy(chroma[1])))


def _copy(plane: Plane) -> Plane:
    return Plane(plane.view.copy(), plane.width)


def small_copy(planes: Planes, wanted: int | Literal["auto"]) -> Planes | None:
    """Return what `Shrinker` makes of planes, in memory of its own; from any thread.

    Parameters
    ----------
    planes
        A picture.
    wanted
        As of `choose_scale`; None is returned where that is 1.
    """
    scale = choose_scale(planes.size, wanted)
    if scale == 1:
        return None
    small = Shrinker(planes.size, scale)(planes)  # of which this is the only call
    if small.chroma is None or planes.chroma is None:
        return small
    first, second = (
        _copy(plane) if np.may_share_memory(plane.buffer, whole.buffer) else plane
        for plane, whole in zip(small.chroma, planes.chroma, strict=True)
    )
    return Planes(small.luma, (first, second))
