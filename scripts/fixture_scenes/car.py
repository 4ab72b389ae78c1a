"""A small car seen from the side, parked until it drives off."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from fixture_scenes.canvas import SCALE, ByteImage, Colour, FloatImage, Point, decode, share, single
from fixture_scenes.layers import Layer, Sun, tiled
from fixture_scenes.movers import cloth

_FINE = 4
"""Drawing samples per canvas sample."""
_BODY: tuple[Point, ...] = (
    (0.01, 0.22), (0.0, 0.50), (0.04, 0.62), (0.13, 0.95), (0.20, 1.0), (0.56, 1.0),
    (0.66, 0.94), (0.78, 0.62), (0.95, 0.54), (1.0, 0.42), (1.0, 0.22), (0.96, 0.16),
    (0.05, 0.16),
)  # fmt: skip
"""Outline as (from the rear, above ground) in car lengths and heights, facing right."""
_REAR_GLASS: tuple[Point, ...] = ((0.10, 0.63), (0.17, 0.92), (0.37, 0.93), (0.37, 0.63))
_FRONT_GLASS: tuple[Point, ...] = ((0.40, 0.63), (0.40, 0.93), (0.58, 0.92), (0.70, 0.63))
_WHEELS = (0.2, 0.8)
_WHEEL_RADIUS = 0.085


@dataclass(frozen=True)
class Car:
    """A car that stands from the start and then drives off to the right.

    Attributes
    ----------
    rear : float
        Column of its rear end while parked, picture pixels.
    foot_row : float
        Row of its wheels, picture pixels.
    length, height : float
        Picture pixels.
    leaves_s : float
        When it sets off, seconds.
    acceleration : float
        Picture pixels per second squared.
    paint : tuple of int
        8-bit BGR.
    sun : Sun
        Where the shadow falls.
    texture : ndarray of float32, shape (n, n)
        Relative brightness of the dirt on the paint.
    """

    rear: float
    foot_row: float
    length: float
    height: float
    leaves_s: float
    acceleration: float
    paint: Colour = (120, 62, 40)
    sun: Sun = field(default_factory=Sun)
    texture: FloatImage = field(default_factory=lambda: cloth(3, 0.04))

    def moves_at(self, time: float) -> bool:
        """Whether the car has set off."""
        return time > self.leaves_s

    def layer_at(self, time: float) -> Layer | None:
        """Return the car and the shadow at `time` seconds."""
        driven = 0.5 * self.acceleration * max(time - self.leaves_s, 0.0) ** 2
        picture, cover = self._draw(driven)
        shadow = self._draw_shadow(cover.shape)
        left = (self.rear + driven) * SCALE
        top = (self.foot_row - 1.25 * self.height) * SCALE
        whole = int(np.floor(left)), int(np.floor(top))
        colour, alpha, shade = (
            _shrunk(part, left - whole[0], top - whole[1])
            for part in (decode(picture), share(cover), share(shadow))
        )
        grain = tiled(self.texture, alpha.shape)
        colour = single(colour * (1.0 + grain)[..., None])
        return Layer(whole[0], whole[1], colour, alpha, shade)

    def _place(self, point: Point) -> Point:
        """Car coordinates to drawing samples."""
        unit = SCALE * _FINE
        return (
            (point[0] * self.length + 2) * unit,
            (1.25 - point[1]) * self.height * unit,
        )

    def _outline(self, points: tuple[Point, ...]) -> NDArray[np.int32]:
        """Corners of a polygon in drawing samples."""
        return np.rint([self._place(point) for point in points]).astype(np.int32)

    def _draw(self, driven: float) -> tuple[ByteImage, ByteImage]:
        """Colour and coverage of the car after `driven` pixels, in drawing samples."""
        unit = SCALE * _FINE
        # Room below and on the right is for the shadow.
        shape = (int(1.5 * self.height * unit), int(1.6 * self.length * unit))
        cover = np.zeros(shape, np.uint8)
        # Start from the paint everywhere, so that shrinking mixes in no foreign colour.
        picture = np.full((*shape, 3), self.paint, np.uint8)
        cv2.fillPoly(cover, [self._outline(_BODY)], 255)
        _shine(picture, self._place((0, 1.0))[1], self._place((0, 0.16))[1])
        for glass in (_REAR_GLASS, _FRONT_GLASS):
            cv2.fillPoly(picture, [self._outline(glass)], (74, 66, 58))
        glint = self._outline(((0.45, 0.9), (0.5, 0.9), (0.6, 0.66), (0.53, 0.66)))
        cv2.fillPoly(picture, [glint], (150, 140, 130))
        lamp = self._outline(((0.94, 0.5), (0.99, 0.44), (0.99, 0.38), (0.93, 0.42)))
        cv2.fillPoly(picture, [lamp], (215, 225, 225))
        tail = self._outline(((0.0, 0.5), (0.03, 0.54), (0.035, 0.4), (0.0, 0.4)))
        cv2.fillPoly(picture, [tail], (40, 36, 150))
        door = [self._outline(((x, 0.62), (x, 0.2))) for x in (0.385, 0.66)]
        cv2.polylines(picture, door, False, tuple(c // 2 for c in self.paint), unit // 2)
        for wheel in _WHEELS:
            self._draw_wheel(picture, cover, wheel, driven)
        return picture, cover

    def _draw_wheel(
        self, picture: ByteImage, cover: ByteImage, wheel: float, driven: float
    ) -> None:
        """Draw one wheel, turned as far as the car has driven."""
        radius = _WHEEL_RADIUS * self.length
        unit = SCALE * _FINE
        column, ground = self._place((wheel, 0.0))
        centre = (round(column), round(ground - radius * unit))
        cv2.circle(cover, centre, round(radius * unit), 255, -1)
        cv2.circle(picture, centre, round(radius * unit * 1.12), (24, 24, 26), -1)
        cv2.circle(picture, centre, round(radius * unit * 0.62), (120, 120, 122), -1)
        for spoke in range(5):
            angle = driven / radius + spoke * 2 * np.pi / 5
            tip = np.array(centre) + 0.55 * radius * unit * np.array([np.cos(angle), np.sin(angle)])
            cv2.line(picture, centre, (round(tip[0]), round(tip[1])), (50, 50, 52), unit // 2)

    def _draw_shadow(self, shape: tuple[int, ...]) -> ByteImage:
        """Shadow on the ground: under the car, and its outline cast aside."""
        shadow = np.zeros(shape, np.uint8)
        unit = SCALE * _FINE
        stretch = self.height / self.length * self.sun.across
        cast = tuple((x + stretch * y, self.sun.back * y) for x, y in _BODY)
        cv2.fillPoly(shadow, [self._outline(cast)], 255)
        under = ((0.04, 0.12), (0.97, 0.12), (1.02, -0.04), (0.02, -0.04))
        cv2.fillPoly(shadow, [self._outline(under)], 255)
        return np.asarray(cv2.GaussianBlur(shadow, (0, 0), 0.9 * unit), np.uint8)


def _shine(picture: ByteImage, top: float, bottom: float) -> None:
    """Let the paint mirror the sky above and the road below, in place."""
    rows = np.arange(picture.shape[0])
    down = np.clip((rows - top) / (bottom - top), 0.0, 1.0)
    gain = np.interp(down, [0.0, 0.1, 0.42, 0.46, 0.75, 1.0], [1.7, 1.4, 1.25, 1.5, 0.95, 0.6])
    picture[:] = np.clip(picture * gain[:, None, None], 0, 255).astype(np.uint8)


def _shrunk(drawing: FloatImage, right: float, down: float) -> FloatImage:
    """Shrink a drawing to canvas samples, moved by a fraction of one."""
    moved = cv2.warpAffine(
        drawing,
        np.array([[1, 0, right * _FINE], [0, 1, down * _FINE]], np.float64),
        (drawing.shape[1], drawing.shape[0]),
        borderMode=cv2.BORDER_REPLICATE,
    )
    size = (drawing.shape[1] // _FINE, drawing.shape[0] // _FINE)
    return single(cv2.resize(moved, size, interpolation=cv2.INTER_AREA))
