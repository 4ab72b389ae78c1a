"""What stands still: the scenery of a scene, and parts that several places share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fixture_scenes.canvas import (
    CANVAS_SHAPE,
    Canvas,
    Colour,
    FloatImage,
    box,
    pixel_grid,
    polygon,
)
from fixture_scenes.foliage import Foliage, Gust
from fixture_scenes.textures import Ground, fractal


@dataclass(frozen=True)
class Occluder:
    """Part of the scenery that hides movers walking behind it.

    Attributes
    ----------
    foot_row : float
        Row on which it stands; movers with a smaller foot row are behind it.
    mask : ndarray of float32, shape (480, 640)
        1 where it hides.
    """

    foot_row: float
    mask: FloatImage


@dataclass(frozen=True)
class Scenery:
    """A place in even light.

    Attributes
    ----------
    light : ndarray of float32, shape (480, 640, 3)
        Linear light without the plants below.
    geometry : Ground
        Perspective.
    ground : ndarray of float32, shape (480, 640)
        1 where the ground can take a shadow.
    occluders : tuple of Occluder
        In any order.
    plants : tuple of Foliage
        Painted last; these may sway.
    """

    light: FloatImage
    geometry: Ground
    ground: FloatImage
    occluders: tuple[Occluder, ...] = ()
    plants: tuple[Foliage, ...] = ()

    def at(self, time: float, gusts: tuple[Gust, ...]) -> FloatImage:
        """Return the light at `time` seconds, shape (480, 640, 3); the caller owns it."""
        canvas = Canvas(self.light.copy())
        for plant in self.plants:
            (plant.swaying(time, gusts) if gusts else plant).paint_on(canvas)
        return canvas.light

    def free_for(self, foot_row: float) -> FloatImage:
        """1 where nothing hides a mover standing on `foot_row`, shape (480, 640)."""
        free = np.ones(CANVAS_SHAPE, np.float32)
        for occluder in self.occluders:
            if occluder.foot_row > foot_row:
                free *= 1.0 - occluder.mask
        return free


def paint_sky(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Fill the canvas with a hazy sky and soft clouds."""
    columns, rows = pixel_grid()
    haze = np.clip(rows / horizon, 0.0, 1.0)
    clouds = fractal(columns / 90, rows / 32, rng, octaves=5, persistence=0.5)
    everywhere = np.ones(CANVAS_SHAPE, np.float32)
    canvas.paint(everywhere, (222, 196, 168), 0.12 * haze)
    canvas.paint(np.clip(0.35 + 0.35 * clouds, 0.0, 0.9), (226, 224, 222), 0.05 * haze)


def paint_window(
    canvas: Canvas,
    rng: np.random.Generator,
    place: tuple[float, float, float, float],
    frame: Colour = (205, 212, 214),
) -> None:
    """Paint a window with two wings, curtains and a sill.

    Parameters
    ----------
    canvas : Canvas
        Changed.
    rng : numpy.random.Generator
        Source of the reflections.
    place : (left, top, right, bottom)
        Picture pixels.
    frame : tuple of int
        8-bit BGR.
    """
    left, top, right, bottom = place
    columns, rows = pixel_grid()
    canvas.shade(box(left - 1, top - 1, right + 3, bottom + 4, 1.2), 0.6)
    canvas.paint(box(left, top, right, bottom), frame)
    middle = (left + right) / 2
    mirrored = fractal(columns / 25, rows / 14, rng, octaves=4) + (top - rows) / (bottom - top)
    for start, stop in ((left + 2, middle - 1), (middle + 1, right - 2)):
        pane = box(start, top + 2, stop, bottom - 2)
        canvas.paint(pane, (86, 76, 66), 0.25 * mirrored)
    folds = 0.25 * np.sin(columns * 1.7)
    drape = 0.22 * (right - left)
    curtains = [
        box(left + 2, top + 2, left + drape, bottom - 2),
        box(right - drape, top + 2, right - 2, bottom - 2),
    ]
    for curtain in curtains:
        canvas.paint(0.55 * curtain, (170, 178, 182), folds)
    canvas.paint(box(left - 3, bottom, right + 3, bottom + 2.5), (176, 184, 188))
    canvas.shade(box(left - 2, bottom + 2.5, right + 4, bottom + 5, 0.8), 0.7)


def paint_door(
    canvas: Canvas,
    rng: np.random.Generator,
    place: tuple[float, float, float, float],
    colour: Colour = (52, 84, 60),
) -> None:
    """Paint a panelled wooden door; `place` as for `paint_window`."""
    left, top, right, bottom = place
    columns, rows = pixel_grid()
    grain = 0.12 * fractal(columns / 1.5, rows / 25, rng, octaves=3)
    canvas.shade(box(left - 2, top - 2, right + 4, bottom, 1.0), 0.65)
    canvas.paint(box(left - 2, top - 2, right + 2, bottom), (178, 186, 190), 0.3 * grain)
    canvas.paint(box(left, top, right, bottom), colour, grain)
    width, height = right - left, bottom - top
    for panel_top, panel_bottom in ((0.08, 0.42), (0.52, 0.92)):
        for panel_left, panel_right in ((0.12, 0.45), (0.55, 0.88)):
            sides = (
                left + panel_left * width,
                top + panel_top * height,
                left + panel_right * width,
                top + panel_bottom * height,
            )
            canvas.shade(box(*sides, 0.3), 0.62)
            inner = (sides[0] + 1, sides[1] + 1, sides[2] - 0.5, sides[3] - 0.5)
            canvas.paint(box(*inner), colour, grain + 0.15)
    handle = box(right - 4, bottom - 0.48 * height, right - 2, bottom - 0.45 * height)
    canvas.paint(handle, (90, 190, 210))


def paint_pot(canvas: Canvas, column: float, foot_row: float, width: float, height: float) -> None:
    """Paint a clay pot standing on `foot_row`, with its shadow."""
    columns, _ = pixel_grid()
    half = width / 2
    shadow = [
        (column - half * 0.7, foot_row + 1), (column + half * 0.7, foot_row + 1),
        (column + half * 2.0, foot_row - 0.12 * height), (column, foot_row - 0.2 * height),
    ]  # fmt: skip
    canvas.shade(polygon(shadow, 1.0), 0.5)
    body = [
        (column - half, foot_row - height), (column + half, foot_row - height),
        (column + half * 0.72, foot_row), (column - half * 0.72, foot_row),
    ]  # fmt: skip
    roundness = -0.45 * (columns - column) / half
    canvas.paint(polygon(body), (70, 100, 165), roundness)
    rim = box(column - half - 1, foot_row - height, column + half + 1, foot_row - 0.8 * height)
    canvas.paint(rim, (80, 112, 178), roundness)


def cast_bush_shadow(canvas: Canvas, column: float, foot_row: float, half_width: float) -> None:
    """Darken the ground to the right of a bush."""
    shape = [
        (column - half_width, foot_row), (column + 1.5 * half_width, foot_row + 1),
        (column + 1.8 * half_width, foot_row - 6), (column, foot_row - 9),
    ]  # fmt: skip
    canvas.shade(polygon(shape, 1.5), 0.5)
