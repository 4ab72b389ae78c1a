"""A synthetic camera: a garden path along which somebody walks now and then."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import cv2
import numpy as np

from motionlapse.frames import Image
from motionlapse.sources.camera import planes_of_bgr
from motionlapse.sources.connection import Picture, itself

WIDTH, HEIGHT, FPS = 640, 360, 15.0
FIRST_S, EVERY_S, WALK_S = 4.0, 14.0, 6.0
"""The walker appears at `FIRST_S` and then every `EVERY_S` seconds, for `WALK_S` seconds."""

_SHIFT = 4  # shapes are drawn to the sixteenth of a pixel, so that the walk is smooth
_COATS = ((60, 60, 200), (160, 110, 40), (60, 140, 70), (50, 160, 210))
_NOISE_SIGMA = 2.0
_SEED = 2008  # of textures and noise


class DemoConnection:
    """A connection to the synthetic camera. Each picture depends only on its number."""

    paced = True
    finite = False
    damage = ""
    detail = f"{WIDTH}×{HEIGHT} synthetic"

    def __init__(self) -> None:
        random = np.random.default_rng(_SEED)
        self._garden = _garden(random)
        # Sixteen pictures of noise in random order: new noise for each picture would take longer
        # than all the rest together.
        self._noises = [
            random.normal(0, _NOISE_SIGMA, (HEIGHT, WIDTH, 3)).astype(np.int16) for _ in range(16)
        ]
        self._order = random.integers(0, len(self._noises), 997)
        self._closed = False

    def pictures(self) -> Iterator[Picture]:
        """Yield pictures without end."""
        index = 0
        while not self._closed:
            image = self.image(index)
            yield Picture(planes_of_bgr(image), partial(itself, image), index / FPS)
            index += 1

    def close(self) -> None:
        """End the pictures; may be called again."""
        self._closed = True

    def image(self, index: int) -> Image:
        """Return picture number `index`, BGR uint8 ``(360, 640, 3)``."""
        time_s = index / FPS
        picture = self._garden.copy()
        walked_s = (time_s - FIRST_S) % EVERY_S
        if time_s >= FIRST_S and walked_s < WALK_S:
            _draw_walker(picture, walked_s, int((time_s - FIRST_S) // EVERY_S))
        light = 1.0 + 0.06 * math.sin(time_s * 2 * math.pi / 240)  # slow clouds
        lit = cv2.convertScaleAbs(picture, alpha=light)
        noise = self._noises[self._order[index % len(self._order)]]
        return np.asarray(cv2.add(lit, noise, dtype=cv2.CV_8U), np.uint8)


# ---- the place -----------------------------------------------------------------------------------


def _garden(random: np.random.Generator) -> Image:
    """Return the empty place: sky, hills, a house, a tree, a fence and a path."""
    rows = np.linspace(0, 1, HEIGHT)[:, None, None]
    sky = np.array((235, 200, 150)) * (1 - rows) + np.array((225, 225, 215)) * rows
    picture = np.ascontiguousarray(np.broadcast_to(sky, (HEIGHT, WIDTH, 3)).astype(np.uint8))
    hills = [(x, int(150 - 22 * math.sin(x / 90) - 10 * math.sin(x / 37))) for x in range(WIDTH)]
    _fill(picture, [*hills, (WIDTH, 210), (0, 210)], (110, 140, 110))
    grass = (70, 120, 85) + random.normal(0, 7, (HEIGHT - 190, WIDTH, 1)) * (0.7, 1.0, 0.8)
    picture[190:] = cv2.GaussianBlur(np.clip(grass, 0, 255).astype(np.uint8), (0, 0), 1.0)
    _house(picture)
    _fill(picture, [(0, 285), (WIDTH, 262), (WIDTH, 318), (0, 345)], (150, 165, 175))
    path = random.normal(0, 6, (HEIGHT, WIDTH, 1))
    on_path = (picture == (150, 165, 175)).all(axis=2, keepdims=True)
    picture = np.asarray(np.clip(picture + path * on_path, 0, 255), np.uint8)
    _tree(picture, random)
    for x in range(8, 330, 22):
        cv2.rectangle(picture, (x, 214), (x + 6, 262), (205, 215, 225), -1, cv2.LINE_AA)
    for y in (224, 246):
        cv2.rectangle(picture, (0, y), (330, y + 5), (190, 202, 214), -1, cv2.LINE_AA)
    return picture


def _house(picture: Image) -> None:
    cv2.rectangle(picture, (400, 118), (580, 258), (160, 190, 215), -1)
    _fill(picture, [(384, 122), (490, 58), (596, 122)], (60, 70, 140))
    for x in (420, 530):
        cv2.rectangle(picture, (x, 145), (x + 32, 183), (235, 240, 240), -1)
        cv2.rectangle(picture, (x + 3, 148), (x + 29, 180), (120, 95, 70), -1)
    cv2.rectangle(picture, (470, 172), (508, 258), (55, 75, 110), -1)
    cv2.circle(picture, (501, 217), 3, (120, 200, 220), -1, cv2.LINE_AA)


def _tree(picture: Image, random: np.random.Generator) -> None:
    _fill(picture, [(92, 252), (112, 252), (107, 150), (97, 150)], (50, 70, 95))
    for _ in range(90):
        angle, reach = random.uniform(0, 2 * math.pi), 52 * math.sqrt(random.uniform())
        centre = (int(102 + reach * math.cos(angle)), int(112 + 0.8 * reach * math.sin(angle)))
        shade = int(random.integers(-18, 18))
        cv2.circle(picture, centre, 13, (60 + shade, 105 + shade, 65 + shade), -1, cv2.LINE_AA)


def _fill(picture: Image, corners: list[tuple[int, int]], colour: tuple[int, int, int]) -> None:
    cv2.fillPoly(picture, [np.array(corners, np.int32)], colour, cv2.LINE_AA)


# ---- the walker ----------------------------------------------------------------------------------


def _draw_walker(picture: Image, walked_s: float, number: int) -> None:
    """Draw somebody who crosses the picture; every other walker comes from the other side."""
    share = walked_s / WALK_S
    way = share if number % 2 == 0 else 1 - share
    x = -40 + way * (WIDTH + 80)
    foot = 312 - 22 * way  # along the path, which rises to the right
    size = 96.0 + 8 * (number % 3)
    step = math.sin(walked_s * 2 * math.pi * 1.1)
    coat, skin, trousers = _COATS[number % len(_COATS)], (150, 180, 225), (70, 55, 50)
    hip, shoulder, head = foot - 0.48 * size, foot - 0.82 * size, foot - 0.93 * size
    width = max(2, round(size / 9))
    for side in (1, -1):
        _limb(picture, (x, hip), (x + side * step * 0.22 * size, foot), trousers, width)
        hand = (x - side * step * 0.18 * size, hip + 0.04 * size)
        _limb(picture, (x, shoulder + 0.04 * size), hand, coat, max(2, width - 3))
    _limb(picture, (x, shoulder), (x, hip), coat, round(size / 4.5))
    centre = (round(x * 2**_SHIFT), round(head * 2**_SHIFT))
    cv2.circle(picture, centre, round(0.075 * size * 2**_SHIFT), skin, -1, cv2.LINE_AA, _SHIFT)


def _limb(
    picture: Image,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: tuple[int, int, int],
    width_px: int,
) -> None:
    points = [tuple(round(value * 2**_SHIFT) for value in point) for point in (start, end)]
    cv2.line(picture, points[0], points[1], colour, width_px, cv2.LINE_AA, _SHIFT)
