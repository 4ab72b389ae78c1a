"""Reading the ground truth of one frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as Pictures
from PIL import UnidentifiedImageError

from motionlapse.errors import SourceError, why
from motionlapse.evaluation.counts import Flags
from motionlapse.frames import Image

BACKGROUND, SHADOW, OUTSIDE, UNKNOWN, MOVING = 0, 50, 85, 170, 255
_MEANT = (BACKGROUND, SHADOW, OUTSIDE, UNKNOWN, MOVING)


@dataclass(frozen=True, slots=True)
class Labels:
    """The ground truth of one frame; pixels that neither move nor are still are not scored.

    Attributes
    ----------
    moving, still
        ``(H, W)``. A hard shadow is still.
    strange
        A grey value without a meaning in the picture, such as 1 in a mask of 0 and 1; else None.
    """

    moving: Flags
    still: Flags
    strange: int | None = None


def read_grey(path: Path) -> Image:
    """Read a picture of labels with its values unchanged, uint8 ``(H, W)``.

    Raises
    ------
    SourceError
        If it cannot be read, or has more than 8 bits.
    """
    try:
        with Pictures.open(path) as picture:
            if picture.mode.startswith(("I", "F")):
                raise SourceError(f"{path}: has more than 8 bits; labels are 0 to 255")
            return np.asarray(picture.convert("L"))  # exact for grey stored as palette or RGB
    except UnidentifiedImageError:
        raise SourceError(f"{path}: not a picture, or its header is damaged") from None
    except (OSError, SyntaxError, ValueError, Pictures.DecompressionBombError) as error:
        raise SourceError(f"{path}: cannot be read: {why(error)}") from None


def read_labels(path: Path, size: tuple[int, int], region: Flags | None) -> Labels:
    """Read the ground truth of a frame.

    Parameters
    ----------
    path
        Grey values: 0 background, 50 hard shadow, 85 outside, 170 unknown, 255 moving.
    size
        (width, height) that the picture must have.
    region
        Pixels to score; None for all.

    Raises
    ------
    SourceError
        If it cannot be read or has another size.
    """
    grey = read_grey(path)
    if grey.shape != (size[1], size[0]):
        raise SourceError(
            f"{path}: is {grey.shape[1]}×{grey.shape[0]}, but its picture is {size[0]}×{size[1]}"
        )
    moving = grey == MOVING
    still = (grey == BACKGROUND) | (grey == SHADOW)
    strange = np.setdiff1d(np.flatnonzero(np.bincount(grey.ravel())), _MEANT)
    if region is not None:
        moving &= region
        still &= region
    return Labels(moving, still, int(strange[-1]) if strange.size else None)


def read_region(path: Path | None, size: tuple[int, int]) -> Flags | None:
    """Read the region to score: every pixel that is not black.

    Parameters
    ----------
    path
        The picture of the region; None if there is none.
    size
        (width, height) of the pictures.

    Returns
    -------
    ndarray or None
        None for the whole picture, also if the region has another size and therefore does not fit.

    Raises
    ------
    SourceError
        If it cannot be read.
    """
    region = None if path is None else read_grey(path) != 0
    return region if region is not None and region.shape == (size[1], size[0]) else None
