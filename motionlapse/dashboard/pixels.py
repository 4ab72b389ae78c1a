"""Pictures in a terminal: each cell shows two pixels, one above the other."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from motionlapse.frames import Image

Line = list[Segment]

_UPPER = "▀"
_SHADES = " ░▒▓█"
# Each channel is reduced to fifteen steps. That is hardly visible at this size, and more
# neighbouring cells are equal, so that there are fewer segments to draw.
_STEP = 17


def fit(size: tuple[int, int], columns: int, rows: int) -> tuple[int, int]:
    """Return how many (columns, rows) of cells a picture fills in proportion."""
    width, height = size
    # A cell is twice as high as wide, so half a cell is a square pixel.
    scale = min(columns / width, 2 * rows / height)
    return max(1, round(width * scale)), max(1, round(height * scale / 2))


def draw(image: Image, columns: int, rows: int, *, colour: bool = True) -> list[Line]:
    """Return a picture as lines of cells.

    Parameters
    ----------
    image
        BGR uint8 ``(H, W, 3)``, or grey ``(H, W)``.
    columns, rows
        Size in cells.
    colour
        False draws with shades of one colour.
    """
    small = np.asarray(
        cv2.resize(image, (columns, 2 * rows), interpolation=cv2.INTER_AREA), np.uint8
    )
    if not colour:
        return [[Segment(text)] for text in _shaded(small)]
    if small.ndim == 2:
        small = np.repeat(small[:, :, None], 3, axis=2)
    steps = ((small.astype(np.uint16) + _STEP // 2) // _STEP).astype(np.int64)
    codes = (steps[:, :, 2] << 8) | (steps[:, :, 1] << 4) | steps[:, :, 0]
    cells = (codes[0::2] << 12) | codes[1::2]
    return [_runs(row) for row in cells]


def _runs(cells: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Line:
    """Return a row of cells with each run of equal ones as one segment."""
    edges = np.flatnonzero(np.diff(cells)) + 1
    starts = [0, *edges.tolist()]
    ends = [*edges.tolist(), len(cells)]
    values = cells[starts].tolist()
    return [
        Segment(_UPPER * (end - start), _style(value))
        for start, end, value in zip(starts, ends, values, strict=True)
    ]


@lru_cache(maxsize=32_768)
def _style(cell: int) -> Style:
    upper, lower = cell >> 12, cell & 0xFFF
    return Style.from_color(_colour(upper), _colour(lower))


@lru_cache(maxsize=4096)
def _colour(code: int) -> Color:
    red, green, blue = code >> 8, code >> 4 & 15, code & 15
    return Color.from_rgb(red * _STEP, green * _STEP, blue * _STEP)


def _shaded(small: Image) -> list[str]:
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY) if small.ndim == 3 else small
    mean = grey.reshape(len(grey) // 2, 2, -1).mean(axis=1)
    places = np.minimum((mean / 256 * len(_SHADES)).astype(int), len(_SHADES) - 1)
    return ["".join(_SHADES[place] for place in row) for row in places.tolist()]
