"""The camera: lens, sensor noise, tone curve."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fixture_scenes.canvas import (
    CANVAS_SHAPE,
    GAMMA,
    HEIGHT,
    SCALE,
    WIDTH,
    ByteImage,
    FloatImage,
    pixel_grid,
    single,
)


@dataclass(frozen=True)
class Camera:
    """A small fixed camera.

    Attributes
    ----------
    blur : float
        Standard deviation of the lens blur, picture pixels.
    read_noise : float
        Noise of a black pixel, grey levels.
    shot_noise : float
        Growth of the noise's variance per grey level.  The growth is set in the tone
        curve's output: cameras smooth their shadows, so that in their files, unlike in
        their raw data, bright parts are the noisiest.
    chroma_noise : float
        Noise of the colour differences relative to that of the brightness.
    """

    blur: float = 0.55
    read_noise: float = 1.0
    shot_noise: float = 0.05
    chroma_noise: float = 0.35

    def expose(self, light: FloatImage, rng: np.random.Generator) -> ByteImage:
        """Take a picture.

        Parameters
        ----------
        light : ndarray of float32, shape (480, 640, 3)
            Linear light, BGR.
        rng : numpy.random.Generator
            Source of the noise; advanced.

        Returns
        -------
        ndarray of uint8, shape (240, 320, 3)
            BGR.
        """
        focused = cv2.GaussianBlur(light * _VIGNETTE, (0, 0), self.blur * SCALE)
        sampled = cv2.resize(focused, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        levels = 255.0 * np.clip(single(sampled), 0.0, 1.0) ** (1 / GAMMA)
        spread = np.sqrt(self.read_noise**2 + self.shot_noise * levels.mean(axis=2))
        brightness = _sensor_noise(rng, 1)
        colour = _sensor_noise(rng, 3)
        noise = spread[..., None] * (brightness + self.chroma_noise * colour)
        return np.asarray(np.clip(np.rint(levels + noise), 0, 255), np.uint8)


def _sensor_noise(rng: np.random.Generator, channels: int) -> FloatImage:
    """Draw unit noise, shape (240, 320, channels), slightly smeared as by demosaicing."""
    white = rng.standard_normal((HEIGHT, WIDTH, channels), dtype=np.float32)
    smeared = single(cv2.GaussianBlur(white, (3, 3), 0.5))
    return (smeared / _SMEARED_SPREAD).reshape(HEIGHT, WIDTH, channels)


def _smeared_spread() -> float:
    """Return the standard deviation that the smearing leaves of unit noise."""
    kernel = cv2.getGaussianKernel(3, 0.5)
    return float((kernel**2).sum())


def _vignette() -> FloatImage:
    """Fall-off of the lens toward the corners, shape (480, 640, 1)."""
    columns, rows = pixel_grid()
    radius = np.hypot(columns - WIDTH / 2, rows - HEIGHT / 2) / np.hypot(WIDTH / 2, HEIGHT / 2)
    falloff = 1.0 - 0.32 * radius**2
    return single(falloff).reshape(*CANVAS_SHAPE, 1)


_SMEARED_SPREAD = _smeared_spread()
_VIGNETTE = _vignette()
