"""A frame after background model and cleanup, before its change score is known."""

from __future__ import annotations

from typing import NamedTuple

from motionlapse.frames import Frame, Image, Planes
from motionlapse.inside import Blob
from motionlapse.types import Foreground


class Segmented(NamedTuple):
    """What `Analyzer.segment` returns and `Analyzer.conclude` takes.

    Attributes
    ----------
    frame, planes
        The frame, and its planes at the size of analysis.
    elapsed_s
        Media time since the frame before.
    foreground
        As the model returned it.
    mask
        The cleaned mask, 0/255 uint8 ``(H, W)``.
    blobs
        Its connected pieces, from large to small.
    pixels
        How many pixels of the mask are foreground.
    """

    frame: Frame
    planes: Planes
    elapsed_s: float
    foreground: Foreground
    mask: Image
    blobs: tuple[Blob, ...]
    pixels: int
