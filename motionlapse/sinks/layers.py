"""The layers of a frame as panels: what the detector saw, beside what the camera saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from motionlapse.frames import Frame, Image
from motionlapse.sinks.drawing import (
    DIM,
    GREEN,
    arrows,
    hatch,
    heat,
    outline,
    text_px,
    write_label,
    write_text,
)
from motionlapse.types import Analysis

Size = tuple[int, int]

# Arrows show where a corner will be after this long.
_ARROW_S = 0.5
_THRESHOLD = 64


def panel_size(size: Size, most: int | None) -> Size:
    """Return (width, height) of a panel for pictures of `size`; even, as films want it.

    Parameters
    ----------
    size
        (width, height) of the source.
    most
        Its largest width; pictures of less than half of it grow by a whole factor, so that text
        fits below them, but to no more than twice as high. None: the source's own.
    """
    width, height = size
    if most is None:
        return width + width % 2, height + height % 2
    if width > most:
        shown = most, max(2, round(height * most / width))
    else:
        factor = max(1, min(most // (2 * width), 2 * most // height))
        shown = width * factor, height * factor
    return shown[0] + shown[0] % 2, shown[1] + shown[1] % 2


def small_picture(frame: Frame, size: Size) -> Image:
    """Return a frame's picture as BGR of (width, height); it may be drawn upon."""
    width, height = frame.size
    if frame.to_small_bgr is not None and size[0] < width:
        return frame.to_small_bgr(*size)
    picture = frame.bgr()
    if size == (width, height):
        return picture.copy()
    how = cv2.INTER_AREA if size[0] < width else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)


def mask_panel(analysis: Analysis, size: Size) -> Image:
    """Return the mask, uint8 0/255 ``(H, W)`` of (width, height)."""
    mask = analysis.mask
    width, height = analysis.frame.size
    # The scale is a whole factor, and leaves a few rows and columns of the source over.
    seen = mask.shape[1] * analysis.scale, mask.shape[0] * analysis.scale
    if seen != (width, height):
        return np.asarray(
            cv2.resize(analysis.source_mask(), size, interpolation=cv2.INTER_NEAREST), np.uint8
        )
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def _line_px(size: Size) -> int:
    return max(1, round(size[0] / 640))


def _picture(analysis: Analysis, size: Size) -> Image:
    picture = small_picture(analysis.frame, size)
    inside = analysis.inside
    if inside is not None and inside.watched is not None:
        hatch(picture, inside.watched)
    if analysis.blobs:
        outline(picture, analysis.mask, GREEN, _line_px(size))
    return picture


def _mask(analysis: Analysis, size: Size) -> Image:
    return np.asarray(cv2.cvtColor(mask_panel(analysis, size), cv2.COLOR_GRAY2BGR), np.uint8)


def _score(analysis: Analysis, size: Size) -> Image:
    if analysis.inside is None:
        return _absent(size, "no scores")
    score = analysis.inside.score()
    # Dark below the threshold, bright above it; the line between them is the threshold itself.
    shown = np.asarray(cv2.applyColorMap(score, cv2.COLORMAP_VIRIDIS), np.uint8)
    shown[score <= _THRESHOLD] //= np.uint8(2)
    return np.asarray(cv2.resize(shown, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def _background(analysis: Analysis, size: Size) -> Image:
    if analysis.inside is None:
        return _absent(size, "no background picture")
    grey = cv2.resize(analysis.inside.background(), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)


def _sigma(analysis: Analysis, size: Size) -> Image:
    sigma = None if analysis.inside is None else analysis.inside.sigma()
    if sigma is None:
        return _absent(size, "this model keeps no sigma")
    return heat(sigma, size)


def _flow(analysis: Analysis, size: Size) -> Image:
    picture = small_picture(analysis.frame, size) >> np.uint8(1)
    if analysis.inside is not None:
        width, height = analysis.frame.size
        across, down = size[0] / width, size[1] / height
        share = np.array([across, down, across * _ARROW_S, down * _ARROW_S], np.float32)
        arrows(picture, analysis.inside.tracks() * share, _line_px(size))
    return picture


def _absent(size: Size, words: str) -> Image:
    panel = np.full((size[1], size[0], 3), 40, np.uint8)
    write_text(panel, words, (8, size[1] // 2), text_px(size[0]), DIM)
    return panel


_PANELS: Mapping[str, tuple[str, Callable[[Analysis, Size], Image]]] = {
    "picture": ("picture", _picture),
    "mask": ("mask", _mask),
    "score": ("distance; bright: beyond threshold", _score),
    "background": ("background", _background),
    "sigma": ("sigma, 0 to 32 grey levels", _sigma),
    "flow": ("flow, as far as in 0.5 s", _flow),
}


def panel(name: str, analysis: Analysis, size: Size, *, label: bool = True) -> Image:
    """Return one layer as BGR uint8 of (width, height).

    Parameters
    ----------
    name
        One of `motionlapse.sinks.settings.LAYERS`.
    analysis
        The frame; asked before the next one is analysed.
    size
        (width, height).
    label
        Whether the layer's name stands in its corner.
    """
    words, draw = _PANELS[name]
    picture = draw(analysis, size)
    if label:
        write_label(picture, words, size_px=text_px(size[0]))
    return picture
