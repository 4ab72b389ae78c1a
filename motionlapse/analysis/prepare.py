"""Bringing a frame to the size of analysis."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from motionlapse.frames import Image, Plane, Planes
from motionlapse.shrink_kernel import double, shrink

# Enough to see a person far away, few enough for a frame in well under a millisecond.
AUTO_PIXELS = 150_000
_LARGEST_SCALE = 16


def choose_scale(size: tuple[int, int], wanted: int | Literal["auto"]) -> int:
    """Return the whole factor by which pictures shrink.

    With ``auto`` it is a power of two, or three quarters of one if that power would leave less than
    half of `AUTO_PIXELS`. So, where the factor is 4 or more, a scene is analysed at the same size
    and gives the same events if its camera delivers twice the resolution; and of 1280×720 as well
    as of 1920×1080 more than 100,000 pixels are left.

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

    Chroma is taken at half the size of analysis, as in a 4:2:0 picture of that size: so a scene
    looks the same, and gives the same events, whether it was filmed at that size or a larger one.

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
        # In one piece: the C library returns large pieces to the system when they are freed.
        room: Image = np.empty((3, height, width), np.uint8)
        self._luma, self._chroma = room[0], (room[1], room[2])
        self._coarse: Image = np.empty((max(height // 2, 1), max(width // 2, 1)), np.uint8)
        self._sums = np.empty((width + 1) * scale, np.uint16)

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
        """Shrink a chroma plane of any subsampling to half the size of analysis, then double it."""
        coarse = self._coarse
        height, width = coarse.shape
        across = 2 * self.scale * plane.width / luma_size[0]
        down = 2 * self.scale * plane.height / luma_size[1]
        factor = round(across)
        # Chroma planes of pictures with an odd size have one row or column more than half.
        off = max(abs(across - factor) * width, abs(down - factor) * height)
        inside = plane.width >= width * factor and plane.height >= height * factor
        if off >= 1 or not inside or factor > _LARGEST_SCALE:
            # For a factor below 2 that is not whole, INTER_LINEAR's two taps cover nearly all of a
            # pixel's square, in a fifth of the time of INTER_AREA.
            how = cv2.INTER_AREA if min(across, down) >= 2 else cv2.INTER_LINEAR
            cut = plane.view[: round(height * down), : round(width * across)]
            cv2.resize(cut, (width, height), dst=coarse, interpolation=how)
        elif factor == 1:  # 4:2:0 at its full size
            coarse = plane.buffer[: plane.height]
        else:
            shrink(plane.buffer, coarse, factor, self._sums)
        double(coarse, small, self._sums)
        return Plane(small, small.shape[1])


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
    return Shrinker(planes.size, scale)(planes)  # of which this is the only call
