"""Things that move: people, a cat and a car, as functions of continuous time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from fixture_scenes.canvas import Colour, FloatImage, Point, single
from fixture_scenes.layers import Layer, Limb, Sun, figure
from fixture_scenes.textures import fractal

_THIGH_SWING = 0.42
"""Radians to either side; with legs half the height this makes the stride below."""
_STRIDE = 0.85
"""Length of a double step relative to the body height."""


class Mover(Protocol):
    """Something that may be in the picture at a given time."""

    @property
    def foot_row(self) -> float:
        """Row on which it stands, picture pixels; larger is nearer to the camera."""

    @property
    def sun(self) -> Sun:
        """Where its shadow falls."""

    def moves_at(self, time: float) -> bool:
        """Whether it is under way at `time` seconds."""

    def layer_at(self, time: float) -> Layer | None:
        """Return its picture at `time` seconds, None if it is not there."""


@dataclass(frozen=True)
class Path:
    """A straight way across the picture at constant speed.

    The mover exists only while under way, so both ends have to lie outside the
    picture or behind something.

    Attributes
    ----------
    start_s : float
        When it sets out, seconds.
    start, end : float
        Columns, picture pixels.
    speed : float
        Picture pixels per second, positive.
    """

    start_s: float
    start: float
    end: float
    speed: float

    @property
    def heading(self) -> int:
        """1 to the right, -1 to the left."""
        return 1 if self.end > self.start else -1

    def under_way(self, time: float) -> bool:
        """Whether the mover exists at `time` seconds."""
        return 0 <= (time - self.start_s) * self.speed <= abs(self.end - self.start)

    def column(self, time: float) -> float:
        """Column at `time` seconds, picture pixels."""
        return self.start + self.heading * self.speed * (time - self.start_s)


def cloth(seed: int, contrast: float) -> FloatImage:
    """Blotchy cloth or fur, shape (128, 128), relative brightness."""
    rows, columns = np.mgrid[0:128, 0:128].astype(np.float32)
    noise = fractal(columns / 12, rows / 12, np.random.default_rng(seed), octaves=3)
    return single(contrast * noise)


@dataclass(frozen=True)
class Clothes:
    """Colours of a walker, 8-bit BGR."""

    hair: Colour = (30, 38, 48)
    skin: Colour = (140, 165, 205)
    coat: Colour = (60, 45, 150)
    trousers: Colour = (60, 45, 38)
    shoes: Colour = (30, 30, 34)


@dataclass(frozen=True)
class Walker:
    """A person seen from the side, with swinging limbs.

    Attributes
    ----------
    path : Path
        Way of the feet's midpoint.
    foot_row : float
        Row on which the person walks, picture pixels.
    height : float
        Body height, picture pixels.
    clothes : Clothes
        Colours.
    sun : Sun
        Where the shadow falls.
    texture : ndarray of float32, shape (n, n)
        Relative brightness of the cloth.
    """

    path: Path
    foot_row: float
    height: float
    clothes: Clothes = field(default_factory=Clothes)
    sun: Sun = field(default_factory=Sun)
    texture: FloatImage = field(default_factory=lambda: cloth(7, 0.14))

    def moves_at(self, time: float) -> bool:
        """Whether the person is under way; a walker never stands."""
        return self.path.under_way(time)

    def layer_at(self, time: float) -> Layer | None:
        """Return the person and the shadow at `time` seconds."""
        if not self.path.under_way(time):
            return None
        phase = 2 * np.pi * self.path.speed * (time - self.path.start_s) / (_STRIDE * self.height)
        limbs = self._limbs(self.path.column(time), float(phase))
        return figure(limbs, self.foot_row, self.sun, self.texture)

    def _limbs(self, column: float, phase: float) -> list[Limb]:
        """Limbs from the far arm to the near one."""
        near_leg, far_leg = self._leg(phase), self._leg(phase + np.pi)
        # The body rides on whichever foot reaches lower.
        hip_height = max(near_leg[-1][1], far_leg[-1][1])

        def at(forward: float, below_hip: float) -> Point:
            """Body coordinates, in heights, to picture pixels."""
            return (
                column + self.path.heading * forward * self.height,
                self.foot_row - 0.02 * self.height - (hip_height - below_hip) * self.height,
            )

        def chain(joints: list[Point], radii: list[float], colours: list[Colour]) -> list[Limb]:
            """Join successive joints; one colour per limb, one radius per joint."""
            return [
                Limb(at(*a), at(*b), ra * self.height, rb * self.height, colour)
                for a, b, ra, rb, colour in zip(
                    joints[:-1], joints[1:], radii[:-1], radii[1:], colours, strict=True
                )
            ]

        wear = self.clothes
        leg_colours = [wear.trousers, wear.trousers, wear.shoes]
        leg_radii = [0.062, 0.045, 0.03, 0.022]
        arm_colours = [wear.coat, wear.coat, wear.skin]
        arm_radii = [0.038, 0.032, 0.026, 0.024]
        return [
            *chain(self._arm(phase), arm_radii, arm_colours),
            *chain(far_leg, leg_radii, leg_colours),
            *chain(near_leg, leg_radii, leg_colours),
            *chain([(0.0, -0.02), (0.02, -0.27)], [0.083, 0.088], [wear.coat]),
            *chain([(0.025, -0.34), (0.03, -0.37)], [0.03, 0.03], [wear.skin]),
            *chain([(0.035, -0.40), (0.04, -0.425)], [0.052, 0.056], [wear.skin]),
            *chain([(0.018, -0.43), (0.03, -0.448)], [0.05, 0.05], [wear.hair]),
            *chain(self._arm(phase + np.pi), arm_radii, arm_colours),
        ]

    @staticmethod
    def _leg(phase: float) -> list[Point]:
        """Hip, knee, ankle and toe as (forward, below hip) in body heights."""
        thigh = _THIGH_SWING * np.sin(phase)
        # The knee bends while the leg swings forward, and hardly while it carries.
        shin = thigh - 0.08 - 0.75 * max(0.0, np.cos(phase - 0.35)) ** 2
        knee = (0.25 * np.sin(thigh), 0.25 * np.cos(thigh))
        ankle = (knee[0] + 0.24 * np.sin(shin), knee[1] + 0.24 * np.cos(shin))
        toe = (ankle[0] + 0.085 * np.cos(shin), ankle[1] - 0.085 * np.sin(shin) + 0.008)
        return [(0.0, 0.0), knee, ankle, toe]

    @staticmethod
    def _arm(phase: float) -> list[Point]:
        """Shoulder, elbow, wrist and hand as (forward, below hip) in body heights."""
        upper = 0.45 * np.sin(phase)
        fore = upper + 0.3
        shoulder = (0.02, -0.29)
        elbow = (shoulder[0] + 0.16 * np.sin(upper), shoulder[1] + 0.16 * np.cos(upper))
        wrist = (elbow[0] + 0.13 * np.sin(fore), elbow[1] + 0.13 * np.cos(fore))
        hand = (wrist[0] + 0.03 * np.sin(fore), wrist[1] + 0.03 * np.cos(fore))
        return [shoulder, elbow, wrist, hand]


@dataclass(frozen=True)
class Cat:
    """A small four-legged animal seen from the side.

    Attributes
    ----------
    path : Path
        Way of the body's middle.
    foot_row : float
        Row on which it walks, picture pixels.
    length : float
        From nose to rump, picture pixels.
    fur : tuple of int
        8-bit BGR.
    sun : Sun
        Where the shadow falls.
    texture : ndarray of float32, shape (n, n)
        Relative brightness of the fur.
    """

    path: Path
    foot_row: float
    length: float
    fur: Colour = (76, 84, 94)
    sun: Sun = field(default_factory=Sun)
    texture: FloatImage = field(default_factory=lambda: cloth(11, 0.2))

    def moves_at(self, time: float) -> bool:
        """Whether the animal is under way; it never stands."""
        return self.path.under_way(time)

    def layer_at(self, time: float) -> Layer | None:
        """Return the animal and its shadow at `time` seconds."""
        if not self.path.under_way(time):
            return None
        # Two steps per body length.
        phase = 4 * np.pi * self.path.speed * (time - self.path.start_s) / self.length
        column, unit = self.path.column(time), self.length

        def limb(a: Point, b: Point, ra: float, rb: float) -> Limb:
            """Body coordinates (forward, up) in lengths to a limb."""
            ends = [
                (column + self.path.heading * x * unit, self.foot_row - y * unit) for x, y in (a, b)
            ]
            return Limb(ends[0], ends[1], ra * unit, rb * unit, self.fur)

        legs = [
            limb((hip, 0.28), (hip + 0.09 * np.sin(phase + lag), 0.04), 0.06, 0.04)
            for hip, lag in ((-0.28, 0.0), (0.2, np.pi), (-0.24, np.pi), (0.24, 0.0))
        ]
        return figure(
            [
                *legs,
                limb((-0.34, 0.36), (-0.52, 0.5 + 0.03 * np.sin(phase / 3)), 0.045, 0.03),
                limb((-0.26, 0.34), (0.2, 0.36), 0.15, 0.14),
                limb((0.22, 0.4), (0.36, 0.46), 0.09, 0.1),
                limb((0.38, 0.5), (0.38, 0.6), 0.05, 0.02),
            ],
            self.foot_row,
            self.sun,
            self.texture,
        )
