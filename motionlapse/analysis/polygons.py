"""Polygons as they are typed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from motionlapse.errors import ConfigError
from motionlapse.units import counted


@dataclass(frozen=True, slots=True)
class Polygon:
    """A polygon as typed: each number a count of pixels or a share of the picture.

    Attributes
    ----------
    text
        As typed.
    name
        Given with ``name=``, or ``""``.
    points
        ``(x, x is a share, y, y is a share)``.
    """

    text: str
    name: str
    points: tuple[tuple[float, bool, float, bool], ...]

    def corners(self, size: tuple[int, int]) -> list[tuple[float, float]]:
        """Return the corners in pixels of a picture of (width, height)."""
        width, height = size
        return [
            (x * width if x_share else x, y * height if y_share else y)
            for x, x_share, y, y_share in self.points
        ]


def parse_polygon(text: str) -> Polygon:
    """Return the polygon of ``"x,y x,y x,y"`` or ``"name=10%,20% …"``.

    Raises
    ------
    ConfigError
        If a corner is no pair of numbers, or there are fewer than three, or the name is empty or
        holds what parts names in tables.
    """
    name, equals, rest = text.partition("=")
    if not equals:
        name, rest = "", text
    elif not name.strip() or ";" in name:
        raise ConfigError(
            f"region '{text}': '{name.strip()}' is not a valid name; write name=x,y … with no "
            "';' in the name"
        )
    corners = rest.replace(";", " ").split()
    try:
        points = tuple(_parse_point(corner) for corner in corners)
    except ValueError:
        raise ConfigError(
            f"region '{text}': write corners as 'x,y' in pixels or '10%,20%', separated by spaces"
        ) from None
    if len(points) < 3:
        raise ConfigError(
            f"region '{text}': has {counted(len(points), 'corner')}; a polygon needs three"
        )
    return Polygon(text, name.strip(), points)


def _parse_point(text: str) -> tuple[float, bool, float, bool]:
    x, y = text.split(",")
    return (*_parse_number(x), *_parse_number(y))


def _parse_number(text: str) -> tuple[float, bool]:
    number = float(text.removesuffix("%"))
    if not math.isfinite(number):
        raise ValueError
    return (number / 100, True) if text.endswith("%") else (number, False)
