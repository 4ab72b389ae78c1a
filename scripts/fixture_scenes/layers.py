"""Movers as small transparent pictures, and their laying into the scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from fixture_scenes.canvas import (
    CANVAS_SHAPE,
    HEIGHT,
    SCALE,
    WIDTH,
    Colour,
    FloatImage,
    Point,
    linear,
    single,
)

_MARGIN = 6
"""Canvas samples kept free around a layer for soft edges."""


@dataclass(frozen=True)
class Layer:
    """A mover at one moment, cut out of the canvas.

    Attributes
    ----------
    left, top : int
        Place of the cut-out on the canvas, canvas samples; may lie outside.
    colour : ndarray of float32, shape (h, w, 3)
        Linear light.
    alpha, shadow : ndarray of float32, shape (h, w)
        Coverage by the mover and by its cast shadow, 0 to 1.
    """

    left: int
    top: int
    colour: FloatImage
    alpha: FloatImage
    shadow: FloatImage


@dataclass(frozen=True)
class Limb:
    """A tapered capsule, the building block of walking figures.

    Attributes
    ----------
    start, end : (column, row)
        Ends of the axis, picture pixels.
    start_radius, end_radius : float
        Picture pixels.
    colour : tuple of int
        8-bit BGR.
    """

    start: Point
    end: Point
    start_radius: float
    end_radius: float
    colour: Colour


@dataclass(frozen=True)
class Sun:
    """Where cast shadows fall.

    Attributes
    ----------
    across, back : float
        Displacement of the shadow of a point, to the right and up the picture, per
        pixel of the point's height above ground.
    strength : float
        Share of the light that a full shadow takes away.
    """

    across: float = 0.5
    back: float = 0.13
    strength: float = 0.6


def _distance(limb: Limb, columns: FloatImage, rows: FloatImage) -> tuple[FloatImage, FloatImage]:
    """Signed distance to a limb's outline and its shading, 1 for the mean, both (h, w)."""
    axis = np.subtract(limb.end, limb.start)
    length_squared = max(float(axis @ axis), 1e-6)
    along = ((columns - limb.start[0]) * axis[0] + (rows - limb.start[1]) * axis[1]) / (
        length_squared
    )
    along = np.clip(along, 0.0, 1.0)
    dx = columns - limb.start[0] - along * axis[0]
    dy = rows - limb.start[1] - along * axis[1]
    radius = limb.start_radius + along * (limb.end_radius - limb.start_radius)
    # A round body is brightest where it faces the light, from above and the left.
    shading = 1.0 - 0.35 * np.clip((0.8 * dx + 0.4 * dy) / radius, -1.0, 1.0)
    return single(np.hypot(dx, dy) - radius), single(shading)


def _shadow_limb(limb: Limb, ground_row: float, sun: Sun) -> Limb:
    """Return the limb as its shadow lies on the ground."""

    def project(point: Point) -> Point:
        height = max(ground_row - point[1], 0.0)
        return point[0] + sun.across * height, ground_row - sun.back * height

    return Limb(
        project(limb.start),
        project(limb.end),
        0.75 * limb.start_radius,
        0.75 * limb.end_radius,
        limb.colour,
    )


def figure(limbs: Sequence[Limb], ground_row: float, sun: Sun, texture: FloatImage) -> Layer:
    """Draw limbs, the first farthest from the camera, with their common shadow.

    Parameters
    ----------
    limbs : sequence of Limb
        In painting order; the first starts at a joint of the trunk.
    ground_row : float
        Row on which the figure stands, picture pixels.
    sun : Sun
        Where the shadow falls.
    texture : ndarray of float32, shape (n, n)
        Relative brightness of cloth or fur, one sample per canvas sample, fixed to
        the figure.

    Returns
    -------
    Layer
        Covering the figure and its shadow.
    """
    shadows = [_shadow_limb(limb, ground_row, sun) for limb in limbs]
    left, top, right, bottom = _bounds([*limbs, *shadows])
    rows, columns = np.mgrid[top:bottom, left:right].astype(np.float32)
    columns, rows = (columns + 0.5) / SCALE, (rows + 0.5) / SCALE
    shape = columns.shape
    colour = np.zeros((*shape, 3), np.float32)
    alpha = np.zeros(shape, np.float32)
    shadow = np.zeros(shape, np.float32)
    # The texture hangs on a joint of the trunk: the cut-out's corner shifts with every step.
    joint = (round(limbs[0].start[0] * SCALE) - left, round(limbs[0].start[1] * SCALE) - top)
    cloth = tiled(texture, shape, joint)
    for limb, cast in zip(limbs, shadows, strict=True):
        distance, shading = _distance(limb, columns, rows)
        cover = np.clip(0.5 - distance * SCALE / 1.5, 0.0, 1.0)
        painted = (shading * (1.0 + cloth))[..., None] * linear(limb.colour)
        colour += np.where(alpha > 0, cover, cover > 0)[..., None] * (painted - colour)
        alpha = np.maximum(alpha, cover)
        distance, _ = _distance(cast, columns, rows)
        # The penumbra is about two picture pixels wide.
        shadow = np.maximum(shadow, np.clip(0.5 - distance / 2.0, 0.0, 1.0))
    return Layer(left, top, colour, alpha, shadow)


def _bounds(limbs: Sequence[Limb]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the limbs, canvas samples, with a margin."""
    ends = np.array([end for limb in limbs for end in (limb.start, limb.end)])
    radii = np.array([r for limb in limbs for r in (limb.start_radius, limb.end_radius)])
    low = np.floor((ends - radii[:, None]).min(axis=0) * SCALE).astype(int) - _MARGIN
    high = np.ceil((ends + radii[:, None]).max(axis=0) * SCALE).astype(int) + _MARGIN
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def tiled(
    texture: FloatImage, shape: tuple[int, ...], origin: tuple[int, int] = (0, 0)
) -> FloatImage:
    """Repeat a square texture over `shape` (h, w), starting at `origin` (column, row)."""
    rows = (np.arange(shape[0])[:, None] - origin[1]) % texture.shape[0]
    columns = (np.arange(shape[1])[None, :] - origin[0]) % texture.shape[1]
    return single(texture[rows, columns])


@dataclass(frozen=True)
class Coverage:
    """What of the picture movers and their shadows cover.

    Attributes
    ----------
    body, shadow : ndarray of float32, shape (480, 640)
        Visible coverage, 0 to 1, canvas samples.
    """

    body: FloatImage
    shadow: FloatImage

    @classmethod
    def empty(cls) -> Coverage:
        """Return a coverage without movers."""
        return cls(np.zeros(CANVAS_SHAPE, np.float32), np.zeros(CANVAS_SHAPE, np.float32))

    def in_picture(self) -> tuple[FloatImage, FloatImage]:
        """Return body and shadow in picture pixels, shape (240, 320) each."""
        body, shadow = (
            single(cv2.resize(part, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA))
            for part in (self.body, self.shadow)
        )
        return body, shadow


def lay(
    light: FloatImage,
    layer: Layer,
    *,
    free: FloatImage,
    ground: FloatImage,
    shadow_strength: float,
    coverage: Coverage,
) -> None:
    """Lay a mover into the scene, in place.

    Parameters
    ----------
    light : ndarray of float32, shape (480, 640, 3)
        The scene; changed.
    layer : Layer
        The mover; what lies outside the canvas is cut off.
    free : ndarray of float32, shape (480, 640)
        1 where nothing stands in front of the mover.
    ground : ndarray of float32, shape (480, 640)
        1 where the ground can take a shadow.
    shadow_strength : float
        Share of the light that a full shadow takes away.
    coverage : Coverage
        What the movers cover; changed.
    """
    height, width = layer.alpha.shape
    top, bottom = max(layer.top, 0), min(layer.top + height, CANVAS_SHAPE[0])
    left, right = max(layer.left, 0), min(layer.left + width, CANVAS_SHAPE[1])
    if top >= bottom or left >= right:
        return
    there = np.s_[top:bottom, left:right]
    here = np.s_[top - layer.top : bottom - layer.top, left - layer.left : right - layer.left]
    alpha = layer.alpha[here] * free[there]
    shadow = layer.shadow[here] * free[there] * ground[there]
    light[there] *= (1.0 - shadow_strength * shadow)[..., None]
    light[there] += alpha[..., None] * (layer.colour[here] - light[there])
    coverage.body[there] = np.maximum(coverage.body[there], alpha)
    coverage.shadow[there] = np.maximum(coverage.shadow[there], shadow)
