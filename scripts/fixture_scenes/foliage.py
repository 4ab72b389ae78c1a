"""Bushes and tree crowns: heaps of small leaves that can sway in the wind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from fixture_scenes.canvas import (
    CANVAS_SHAPE,
    SCALE,
    ByteImage,
    Canvas,
    Colour,
    FloatImage,
    Point,
    decode,
    pixel_grid,
    share,
    single,
)

_DARK_SHARE = 0.35
"""Brightness, on screen, of the deepest leaves relative to the outermost."""


@dataclass(frozen=True)
class Gust:
    """One travelling wave of the wind.

    Attributes
    ----------
    hertz : float
        Frequency.
    reach : float
        Largest displacement, picture pixels.
    wavelength : float
        Picture pixels.
    heading : float
        Direction in which the wave travels, radians.
    """

    hertz: float
    reach: float
    wavelength: float
    heading: float


BREEZE = (
    Gust(hertz=0.31, reach=1.6, wavelength=400.0, heading=0.2),
    Gust(hertz=0.83, reach=1.1, wavelength=90.0, heading=0.6),
    Gust(hertz=1.9, reach=0.6, wavelength=35.0, heading=-0.5),
)


@dataclass(frozen=True)
class Foliage:
    """A heap of leaves as a picture with transparency.

    Attributes
    ----------
    colour : ndarray of float32, shape (480, 640, 3)
        Linear light.
    alpha : ndarray of float32, shape (480, 640)
        Coverage, 0 to 1.
    root_row : float
        Row, picture pixels, at which the plant is held; it sways more above.
    """

    colour: FloatImage
    alpha: FloatImage
    root_row: float

    def swaying(self, time: float, gusts: tuple[Gust, ...]) -> Foliage:
        """Return the foliage as displaced by `gusts` at `time` seconds."""
        columns, rows = pixel_grid()
        lever = np.clip((self.root_row - rows) / 60.0, 0.0, 1.0)
        across = np.zeros(CANVAS_SHAPE, np.float32)
        for gust in gusts:
            along = columns * np.cos(gust.heading) + rows * np.sin(gust.heading)
            across += gust.reach * np.sin(2 * np.pi * (gust.hertz * time - along / gust.wavelength))
        across *= lever * SCALE
        map_x = columns * SCALE - 0.5 - across
        # Branches swing on arcs: what moves aside also dips a little.
        map_y = rows * SCALE - 0.5 + 0.35 * across
        moved = [
            single(cv2.remap(part, single(map_x), single(map_y), cv2.INTER_LINEAR))
            for part in (self.colour, self.alpha)
        ]
        return Foliage(moved[0], moved[1], self.root_row)

    def paint_on(self, canvas: Canvas) -> None:
        """Lay the leaves over `canvas`."""
        canvas.overlay(self.colour, self.alpha)


def leaf_heap(
    rng: np.random.Generator,
    blobs: Sequence[tuple[Point, Point]],
    colour: Colour,
    *,
    leaf: float = 3.0,
    density: float = 0.5,
) -> Foliage:
    """Heap leaves into elliptical blobs.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the places, sizes and tones of the leaves.
    blobs : sequence of ((column, row), (half width, half height))
        Ellipses to fill, picture pixels.
    colour : tuple of int
        8-bit BGR of a leaf in full light.
    leaf : float
        Mean length of a leaf, picture pixels.
    density : float
        Leaves per square picture pixel.

    Returns
    -------
    Foliage
        Held at the lowest row of the blobs.
    """
    picture = np.zeros((*CANVAS_SHAPE, 3), np.uint8)
    cover = np.zeros(CANVAS_SHAPE, np.uint8)
    for centre, half in blobs:
        count = int(density * np.pi * half[0] * half[1])
        # Depth runs from the inside (dark, painted first) to the outside (lit).
        for depth in np.linspace(0.0, 1.0, count):
            bearing, radius = rng.uniform(0, 2 * np.pi), np.sqrt(rng.uniform())
            offset = radius * np.array([np.cos(bearing), np.sin(bearing)])
            place = np.asarray(centre) + offset * np.asarray(half)
            # Light comes from above and from the left.
            lit = 0.75 - 0.22 * offset[1] - 0.12 * offset[0]
            tone = (_DARK_SHARE + (1 - _DARK_SHARE) * depth) * lit * rng.normal(1.0, 0.16)
            tint = rng.normal(1.0, 0.06, 3)
            shade = np.clip(np.asarray(colour) * tone * tint * 1.15, 4, 250)
            size = leaf * rng.uniform(0.6, 1.3) * SCALE
            angle = rng.uniform(0, 180)
            _draw_leaf(picture, cover, place * SCALE, size=size, angle=angle, shade=shade)
    root_row = max(centre[1] + half[1] for centre, half in blobs)
    return Foliage(decode(picture), share(cover), root_row)


def _draw_leaf(
    picture: ByteImage,
    cover: ByteImage,
    place: FloatImage,
    *,
    size: float,
    angle: float,
    shade: FloatImage,
) -> None:
    """Draw one leaf, `size` canvas samples long, into colour and coverage."""
    centre = (int(place[0]), int(place[1]))
    axes = (max(int(size / 2), 1), max(int(size / 4), 1))
    # The coverage is drawn hard-edged: a soft edge over the empty picture would mix in black.
    cv2.ellipse(cover, centre, axes, angle, 0, 360, 255, -1)
    cv2.ellipse(picture, centre, axes, angle, 0, 360, [float(c) for c in shade], -1)
