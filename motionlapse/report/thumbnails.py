"""Thumbnails for a page of events: snapshot and mask in one picture."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pictures

from motionlapse.frames import Image

MOST_BYTES = 4096
_HALF = (160, 104)
_GAP_PX = 4
_QUALITIES = (70, 45, 25, 10, 1)


def read_small(path: Path) -> Image | None:
    """Read a picture at the size of a thumbnail or above, BGR; None if it cannot be read."""
    try:
        content = np.fromfile(path, np.uint8)
    except OSError:
        return None
    if not content.size:
        return None
    # JPEG can be decoded at an eighth of its size, which is faster.
    for how in (cv2.IMREAD_REDUCED_COLOR_8, cv2.IMREAD_REDUCED_COLOR_2, cv2.IMREAD_COLOR):
        picture = cv2.imdecode(content, how)
        if picture is None:
            return None
        if picture.shape[1] >= _HALF[0]:
            break
    return np.asarray(picture, np.uint8)


def read_mask(png: bytes) -> Image | None:
    """Return a mask as BGR; None where there is none."""
    if not png:
        return None
    mask = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    return None if mask is None else np.asarray(mask, np.uint8)


def thumbnail(picture: Image | None, mask: Image | None) -> bytes:
    """Return both side by side as WebP of at most `MOST_BYTES`; ``b""`` if both are None.

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
        shown = Pictures.fromarray(np.ascontiguousarray(pair[:, :, ::-1]))
        for quality in _QUALITIES:
            # Pillow allows a lower effort; OpenCV takes three times as long.
            webp = io.BytesIO()
            shown.save(webp, "WEBP", quality=quality, method=2)
            if webp.tell() <= MOST_BYTES:
                return webp.getvalue()
        # Noise, which no quality makes small enough.
        pair = cv2.resize(pair, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)


def _fitted(image: Image, how: int) -> Image:
    """Return a picture fitted into half of a thumbnail, on black."""
    width, height = _HALF
    factor = min(width / image.shape[1], height / image.shape[0])
    size = max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))
    small = cv2.resize(image, size, interpolation=how if factor < 1 else cv2.INTER_LINEAR)
    half = np.zeros((height, width, 3), np.uint8)
    x, y = (width - size[0]) // 2, (height - size[1]) // 2
    half[y : y + size[1], x : x + size[0]] = small
    return half
