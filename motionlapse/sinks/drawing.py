"""Text, outlines and colours on pictures: one hand for all that is drawn."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import cv2
import numpy as np

from motionlapse.frames import Image
from motionlapse.inside import Floats

GREEN = (60, 220, 60)
DIM = (150, 150, 150)
WHITE = (240, 240, 240)
ORANGE = (70, 150, 255)
YELLOW = (60, 210, 250)
_DARK = (24, 24, 24)
_GAP = "   "  # between two parts of a line
LEAST_TEXT_PX = 15
# The font's digits are equally wide: what a film says of its frames differs in little else, and
# measuring each anew took longer than writing it.
_ONE_DIGIT = str.maketrans("123456789", "000000000")
# σ beyond this is drawn as this: noise floors start at 8 grey levels, restless leaves reach four
# times as much.
_HOTTEST_SIGMA = 32.0


@functools.cache
def _font() -> cv2.FontFace:
    return cv2.FontFace("sans")


def text_px(width: int) -> int:
    """Return the height of letters that can be read on a picture of this width."""
    return max(LEAST_TEXT_PX, min(width // 60, 48))


def text_width(text: str, size_px: int) -> int:
    """Return how many pixels wide a line of text is."""
    return _width(text.translate(_ONE_DIGIT), size_px)


@functools.lru_cache(maxsize=256)
def _width(text: str, size_px: int) -> int:
    box = cv2.getTextSize((0, 0), text, (0, 0), _font(), size_px)
    return int(box[2])


def write_text(
    picture: Image,
    text: str,
    place: tuple[int, int],
    size_px: int,
    colour: tuple[int, int, int] = WHITE,
) -> None:
    """Write a line of text into a BGR picture, its baseline beginning at `place`."""
    cv2.putText(picture, text, place, colour, _font(), size_px)


def write_shaded(
    picture: Image,
    text: str,
    place: tuple[int, int],
    size_px: int,
    colour: tuple[int, int, int],
) -> None:
    """Write a line of text with a dark edge, so that it can be read on any ground."""
    for right, down in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        write_text(picture, text, (place[0] + right, place[1] + down), size_px, _DARK)
    write_text(picture, text, place, size_px, colour)


def write_label(picture: Image, text: str, *, size_px: int, right: bool = False) -> None:
    """Write a line of text on a dark ground into the upper left corner, or the lower right.

    Where it is wider than the picture, the letters are smaller, or it is cut with an ellipsis.
    """
    high, wide = picture.shape[:2]
    label = _label(text, size_px, wide)
    height, width = label.shape[:2]
    x, y = (max(0, wide - width), max(0, high - height)) if right else (0, 0)
    ground = picture[y : y + height, x : x + width]
    np.maximum(ground // 4, label[: high - y, : wide - x], out=ground)


@functools.lru_cache(maxsize=32)
def _label(text: str, size_px: int, wide: int) -> Image:
    """Return a label's letters on black; a film shows the same ones on every frame."""
    size_px, text = _fitting(text, size_px, wide - 2 * max(3, size_px // 4))
    pad = max(3, size_px // 4)
    label = np.zeros((size_px + 2 * pad, text_width(text, size_px) + 2 * pad, 3), np.uint8)
    write_text(label, text, (pad, pad + round(size_px * 0.82)), size_px)
    return label


def _fitting(text: str, size_px: int, room: int) -> tuple[int, str]:
    """Return a height and a text that fit: first smaller letters, then fewer."""
    while text_width(text, size_px) > room and size_px > LEAST_TEXT_PX:
        size_px -= 1
    if text_width(text, size_px) <= room:
        return size_px, text
    while text and text_width(f"{text}...", size_px) > room:
        text = text[:-1]
    return size_px, f"{text.rstrip()}..."


def wrap(parts: Sequence[str], width: int, size_px: int) -> list[str]:
    """Return lines that hold the parts in order, as many in each as fit; long ones are broken.

    Parameters
    ----------
    parts
        Texts that should stay in one line if they can.
    width
        Of a line in pixels.
    size_px
        Of the letters.
    """
    lines: list[str] = []
    for part in parts:
        if lines and text_width(lines[-1] + _GAP + part, size_px) <= width:
            lines[-1] += _GAP + part
            continue
        words = part.split()
        line = " ".join(words)
        if text_width(line, size_px) <= width:
            lines.append(line)
            continue
        line = ""
        for word in words:
            longer = f"{line} {word}" if line else word
            if line and text_width(longer, size_px) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def outline(
    picture: Image, mask: Image, colour: tuple[int, int, int] = GREEN, width_px: int = 1
) -> None:
    """Draw the outlines of a mask of any size onto a BGR picture that shows the same."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return
    across, down = picture.shape[1] / mask.shape[1], picture.shape[0] / mask.shape[0]
    # A pixel is its centre; four bits lie below the pixel.
    scaled = [
        np.rint(((contour + 0.5) * (across, down) - 0.5) * 16).astype(np.int32)
        for contour in contours
    ]
    cv2.polylines(picture, scaled, True, colour, width_px, cv2.LINE_AA, 4)


@functools.lru_cache(maxsize=8)
def _stripes(height: int, width: int, step: int) -> Image:
    rows, columns = np.ogrid[:height, :width]
    return np.asarray((rows + columns) % step < max(1, step // 8), np.uint8)


def hatch(picture: Image, watched: Image) -> None:
    """Darken and hatch what is not watched.

    Parameters
    ----------
    picture
        BGR; drawn upon.
    watched
        0/255 uint8 of any size: 0 where nothing is watched.
    """
    height, width = picture.shape[:2]
    ignored = cv2.resize(watched, (width, height), interpolation=cv2.INTER_NEAREST) == 0
    picture[ignored] //= 2
    picture[ignored & (_stripes(height, width, max(8, width // 60)) > 0)] = DIM


def boxes(
    picture: Image,
    places: Sequence[tuple[int, int, int, int]],
    colour: tuple[int, int, int],
    width_px: int,
) -> None:
    """Draw rectangles given as (x, y, width, height) in pixels of the picture."""
    for x, y, width, height in places:
        cv2.rectangle(picture, (x, y), (x + width, y + height), colour, width_px, cv2.LINE_AA)


def heat(sigma: Floats, size: tuple[int, int]) -> Image:
    """Return σ as a BGR picture of (width, height): dark for still, bright for restless."""
    levels = np.clip(sigma * (255 / _HOTTEST_SIGMA), 0, 255).astype(np.uint8)
    coloured = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)
    return np.asarray(cv2.resize(coloured, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def arrows(picture: Image, tracks: Floats, width_px: int) -> None:
    """Draw arrows of (x, y, dx, dy) in pixels of a BGR picture."""
    for x, y, right, down in np.rint(tracks).astype(int).tolist():
        cv2.arrowedLine(
            picture, (x, y), (x + right, y + down), YELLOW, width_px, cv2.LINE_AA, 0, 0.25
        )
