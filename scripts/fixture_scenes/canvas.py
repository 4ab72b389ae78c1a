"""The drawing surface: a linear-light picture, twice the size of the final one.

Positions are given in *picture pixels* (column, row; 320x240, origin top left) and
converted to canvas samples here, so that no scene has to know the supersampling.
Colours are written as 8-bit BGR, as they would be read off a screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatImage = NDArray[np.floating[Any]]
"""Made as float32; intermediate results may be float64."""
ByteImage = NDArray[np.uint8]
Colour = tuple[int, int, int]
Point = tuple[float, float]

WIDTH = 320
HEIGHT = 240
SCALE = 2
"""Canvas samples per picture pixel, along each axis."""
GAMMA = 2.2
CANVAS_SHAPE = (HEIGHT * SCALE, WIDTH * SCALE)

_SUBPIXEL_BITS = 4


def single(values: ArrayLike) -> FloatImage:
    """Convert to float32, which is ample for light and halves the work."""
    return np.asarray(values, np.float32)


def linear(colour: Colour) -> FloatImage:
    """Convert an 8-bit BGR colour to linear light.

    Parameters
    ----------
    colour : tuple of int
        Blue, green, red; 0 to 255.

    Returns
    -------
    ndarray of float32, shape (3,)
        Linear light, 0 to 1.
    """
    return single((np.asarray(colour) / 255.0) ** GAMMA)


def decode(picture: ByteImage) -> FloatImage:
    """Convert an 8-bit picture to linear light, 0 to 1, of the same shape."""
    levels = single((np.arange(256) / 255.0) ** GAMMA)
    return levels[picture]


def share(mask: ByteImage) -> FloatImage:
    """Coverage 0 to 1 of a mask 0 to 255, of the same shape."""
    return single(mask) / np.float32(255.0)


def pixel_grid() -> tuple[FloatImage, FloatImage]:
    """Picture-pixel coordinates of every canvas sample.

    Returns
    -------
    columns, rows : ndarray of float32, shape (480, 640)
        In picture pixels.
    """
    rows, columns = np.mgrid[0 : CANVAS_SHAPE[0], 0 : CANVAS_SHAPE[1]].astype(np.float32)
    return (columns + 0.5) / SCALE, (rows + 0.5) / SCALE


def polygon(points: Sequence[Point], feather: float = 0.0) -> FloatImage:
    """Antialiased mask of a polygon.

    Parameters
    ----------
    points : sequence of (column, row)
        Corners in picture pixels.
    feather : float
        Standard deviation, in picture pixels, by which the edge is softened.

    Returns
    -------
    ndarray of float32, shape (480, 640)
        Coverage, 0 to 1.
    """
    mask = np.zeros(CANVAS_SHAPE, np.uint8)
    fixed = np.rint(np.asarray(points) * SCALE * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _SUBPIXEL_BITS)
    coverage = share(mask)
    if feather > 0:
        coverage = single(cv2.GaussianBlur(coverage, (0, 0), feather * SCALE))
    return coverage


def box(left: float, top: float, right: float, bottom: float, feather: float = 0.0) -> FloatImage:
    """Antialiased mask of an upright rectangle; see `polygon`."""
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return polygon(corners, feather)


@dataclass
class Canvas:
    """A linear-light BGR picture that is painted part by part.

    Attributes
    ----------
    light : ndarray of float32, shape (480, 640, 3)
        Linear light; 1 is the brightest the camera shows.
    """

    light: FloatImage

    @classmethod
    def blank(cls) -> Canvas:
        """Return a black canvas."""
        return cls(np.zeros((*CANVAS_SHAPE, 3), np.float32))

    def paint(self, mask: FloatImage, colour: Colour, texture: FloatImage | float = 0.0) -> None:
        """Cover `mask` with a colour whose brightness varies by ``1 + texture``.

        Parameters
        ----------
        mask : ndarray of float32, shape (480, 640)
            Coverage, 0 to 1.
        colour : tuple of int
            8-bit BGR.
        texture : ndarray of float32, shape (480, 640), or float
            Relative change of the light, about zero.
        """
        relief = np.broadcast_to(np.maximum(1.0 + np.asarray(texture), 0.05), CANVAS_SHAPE)
        painted = relief[..., None] * linear(colour)
        self.light += mask[..., None] * (painted - self.light)

    def shade(self, mask: FloatImage, factor: float) -> None:
        """Multiply the light inside `mask` by `factor`."""
        self.light *= (1.0 + mask * (factor - 1.0))[..., None]

    def overlay(self, colour: FloatImage, alpha: FloatImage) -> None:
        """Lay a linear-light picture (480, 640, 3) over the canvas by `alpha` (480, 640)."""
        self.light += alpha[..., None] * (colour - self.light)
