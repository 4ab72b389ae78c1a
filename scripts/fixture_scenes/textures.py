"""Random and regular surface textures, as relative changes of brightness."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fixture_scenes.canvas import WIDTH, FloatImage, pixel_grid, single

_TABLE = 256
_CUBIC_SPREAD = 0.72
"""Standard deviation left of unit white noise after cubic interpolation."""


def fractal(
    u: FloatImage,
    v: FloatImage,
    rng: np.random.Generator,
    *,
    octaves: int = 4,
    persistence: float = 0.65,
    footprint: FloatImage | None = None,
) -> FloatImage:
    """Multi-octave smooth noise.

    Parameters
    ----------
    u, v : ndarray of float32, shape (h, w)
        Where to sample, in units of the coarsest octave's cell.
    rng : numpy.random.Generator
        Source of the lattice values.
    octaves : int
        Number of octaves; each doubles the frequency.
    persistence : float
        Amplitude of an octave relative to the coarser one.
    footprint : ndarray of float32, shape (h, w), optional
        Size of one sample in the units of `u`.  Octaves finer than that are faded out,
        as the lens would average them; without it far ground would alias.

    Returns
    -------
    ndarray of float32, shape (h, w)
        About zero mean and unit standard deviation where nothing is faded.
    """
    total = np.zeros(u.shape, np.float32)
    power = 0.0
    for octave in range(octaves):
        frequency, amplitude = 2.0**octave, persistence**octave
        table = rng.standard_normal((_TABLE, _TABLE)).astype(np.float32)
        remapped = cv2.remap(
            table,
            single(np.mod(u * frequency, _TABLE)),
            single(np.mod(v * frequency, _TABLE)),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_WRAP,
        )
        layer = single(remapped)
        if footprint is not None:
            layer *= np.clip(2.0 * (1.0 - frequency * footprint), 0.0, 1.0)
        total += amplitude * layer
        power += (amplitude * _CUBIC_SPREAD) ** 2
    return single(total / np.sqrt(power))


@dataclass(frozen=True)
class Ground:
    """A level ground seen by a camera looking along it.

    Attributes
    ----------
    horizon : float
        Row of the horizon, picture pixels.
    camera_height : float
        Metres above ground.
    focal : float
        Focal length, picture pixels.
    """

    horizon: float
    camera_height: float
    focal: float = 300.0

    def coordinates(self) -> tuple[FloatImage, FloatImage, FloatImage]:
        """Ground position of every canvas sample.

        Returns
        -------
        across, away, footprint : ndarray of float32, shape (480, 640)
            Metres to the right, metres from the camera, and the size in metres of one
            sample (geometric mean of its two sides).  Above the horizon the values are
            those of very far ground.
        """
        columns, rows = pixel_grid()
        drop = np.maximum(rows - self.horizon, 2.0)
        away = self.focal * self.camera_height / drop
        across = (columns - WIDTH / 2) * away / self.focal
        footprint = away / self.focal * np.sqrt(away / self.camera_height) * 0.5
        return across, away, single(footprint)


def joints(position: FloatImage, pitch: float, width: float, footprint: FloatImage) -> FloatImage:
    """Soft grooves at every multiple of `pitch`.

    Parameters
    ----------
    position : ndarray of float32, shape (h, w)
        Coordinate across the grooves.
    pitch, width : float
        Spacing and width in the units of `position`.
    footprint : ndarray of float32, shape (h, w)
        Size of one sample; grooves thinner than it get fainter instead of aliasing.

    Returns
    -------
    ndarray of float32, shape (h, w)
        0 between the grooves, up to 1 in them.
    """
    distance = np.abs(np.mod(position / pitch + 0.5, 1.0) - 0.5) * pitch
    reach = np.maximum(width, footprint)
    return single(np.clip(1.0 - distance / reach, 0.0, 1.0) * width / reach)


def per_cell(i: FloatImage, j: FloatImage, rng: np.random.Generator) -> FloatImage:
    """One standard normal value per integer cell (floor of `i`, `j`)."""
    table = single(rng.standard_normal((64, 64)))
    return single(table[np.floor(i).astype(int) % 64, np.floor(j).astype(int) % 64])


def bricks(rng: np.random.Generator, length: float, course: float) -> FloatImage:
    """Brickwork facing the camera.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the tone of each brick.
    length, course : float
        Size of a brick with its mortar, picture pixels.

    Returns
    -------
    ndarray of float32, shape (480, 640)
        Relative brightness; the mortar is lighter than the bricks.
    """
    columns, rows = pixel_grid()
    course_index = np.floor(rows / course)
    shifted = columns + 0.5 * length * np.mod(course_index, 2)
    sample = np.full(columns.shape, 0.5, np.float32)
    mortar = np.maximum(joints(shifted, length, 0.45, sample), joints(rows, course, 0.45, sample))
    tone = per_cell(course_index, shifted / length, rng)
    weather = fractal(columns / 40, rows / 40, rng, octaves=6)
    return single(0.16 * tone * (1 - mortar) + 0.55 * mortar + 0.13 * weather)


def boards(rng: np.random.Generator, pitch: float) -> FloatImage:
    """Upright boards, `pitch` picture pixels wide, shape (480, 640)."""
    columns, rows = pixel_grid()
    sample = np.full(columns.shape, 0.5, np.float32)
    gaps = joints(columns, pitch, 0.8, sample)
    tone = per_cell(columns / pitch, np.zeros_like(columns), rng)
    grain = fractal(columns / 2.5, rows / 30, rng, octaves=3)
    return single(0.15 * tone + 0.12 * grain - 0.65 * gaps)


def paving(ground: Ground, rng: np.random.Generator, slab: float) -> FloatImage:
    """Square slabs of `slab` metres on the ground, shape (480, 640)."""
    across, away, footprint = ground.coordinates()
    grooves = np.maximum(joints(across, slab, 0.02, footprint), joints(away, slab, 0.02, footprint))
    tone = per_cell(away / slab, across / slab, rng)
    grit = fractal(across / 0.8, away / 0.8, rng, octaves=5, footprint=footprint / 0.8)
    stains = fractal(across / 2.5, away / 2.5, rng, octaves=3)
    return single(0.10 * tone + 0.10 * grit + 0.10 * stains - 0.5 * grooves)


def asphalt(ground: Ground, rng: np.random.Generator) -> FloatImage:
    """Road surface: fine grit, patches and wear along the road, shape (480, 640)."""
    across, away, footprint = ground.coordinates()
    grit = fractal(across / 0.4, away / 0.4, rng, octaves=4, footprint=footprint / 0.4)
    wear = fractal(across / 6, away / 0.9, rng, octaves=4, footprint=footprint / 0.9)
    return single(0.12 * grit + 0.08 * wear)


def grass(ground: Ground, rng: np.random.Generator) -> FloatImage:
    """Lawn: blades drawn upright, tufts and worn patches, shape (480, 640)."""
    across, away, footprint = ground.coordinates()
    blades = fractal(
        across / 0.12, away / 0.3, rng, octaves=3, persistence=0.8, footprint=footprint / 0.12
    )
    tufts = fractal(across / 0.9, away / 0.9, rng, octaves=4, footprint=footprint / 0.9)
    patches = fractal(across / 4, away / 4, rng, octaves=2)
    return single(0.20 * blades + 0.17 * tufts + 0.10 * patches)
