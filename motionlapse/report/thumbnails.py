"""Small pictures for a page of events: the snapshot and the mask in one."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from motionlapse.frames import Image

MOST_BYTES = 4096
_HALF = (160, 104)
_GAP_PX = 4
_QUALITIES = (70, 55, 40, 28, 18, 10, 5, 1)


def read_small(path: Path) -> Image | None:
    """Return a picture at a quarter of its size or more, BGR; None if it cannot be read."""
    try:
        content = np.fromfile(path, np.uint8)
    except OSError:
        return None
    if not content.size:
        return None
    picture = cv2.imdecode(content, cv2.IMREAD_REDUCED_COLOR_4)
    if picture is not None and picture.shape[1] < _HALF[0]:
        picture = cv2.imdecode(content, cv2.IMREAD_COLOR)
    return None if picture is None else np.asarray(picture, np.uint8)


def read_mask(png: bytes) -> Image | None:
    """Return a mask as BGR; None where there is none."""
    if not png:
        return None
    mask = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    return None if mask is None else np.asarray(mask, np.uint8)


def thumbnail(picture: Image | None, mask: Image | None) -> bytes:
    """Return both side by side as WebP of at most `MOST_BYTES`; ``b""`` without either.

    Parameters
    ----------
    picture, mask
        BGR, or None.
    """
    halves = [_fitted(image, cv2.INTER_AREA) for image in (picture, mask) if image is not None]
    if not halves:
        return b""
    gap = np.zeros((_HALF[1], _GAP_PX, 3), np.uint8)
    pair = halves[0] if len(halves) == 1 else np.hstack([halves[0], gap, halves[1]])
    while True:
        for quality in _QUALITIES:
            _, webp = cv2.imencode(".webp", pair, [cv2.IMWRITE_WEBP_QUALITY, quality])
            if webp.size <= MOST_BYTES:
                return webp.tobytes()
        # Noise that no quality makes small enough.
        pair = cv2.resize(pair, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)


def _fitted(image: Image, how: int) -> Image:
    """Return a picture as large as fits a half of a thumbnail, on black."""
    width, height = _HALF
    factor = min(width / image.shape[1], height / image.shape[0])
    size = max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))
    small = cv2.resize(image, size, interpolation=how if factor < 1 else cv2.INTER_LINEAR)
    half = np.zeros((height, width, 3), np.uint8)
    x, y = (width - size[0]) // 2, (height - size[1]) // 2
    half[y : y + size[1], x : x + size[0]] = small
    return half
