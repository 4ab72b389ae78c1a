"""Pictures that a camera did not take: grey, torn, or the same one again and again."""

from __future__ import annotations

import zlib

import numpy as np

from motionlapse.errors import SourceError
from motionlapse.frames import Image, Plane, Planes

_NEUTRAL = 128  # what decoders fill with where they have nothing
_TORN_SHARE = 16  # the lowest sixteenth of the rows
_BELIEVED_S = 5.0  # a wall may be grey: what stays so for this long is a picture
_SAMPLED_ROWS = 64


class PictureGuard:
    """Looks at each picture of one connection before it counts.

    Parameters
    ----------
    freeze_s
        How long the very same picture may come; 0 for ever. Sensors are never without noise, so
        equal bytes mean that something between sensor and here stands still.

    Attributes
    ----------
    repeats
        True if the last picture was the same as the one before it.
    """

    def __init__(self, freeze_s: float) -> None:
        self._freeze_s = freeze_s
        self._unusable_since_s: float | None = None
        self._print = 0
        self._changed_s: float | None = None
        self.repeats = False

    def usable(self, planes: Planes, now_s: float) -> bool:
        """Tell whether a picture may be analysed.

        Raises
        ------
        SourceError
            If the same picture has come for too long.
        """
        self._watch_for_freezing(planes.luma, now_s)
        if not is_unfilled(planes):
            self._unusable_since_s = None
            return True
        if self._unusable_since_s is None:
            self._unusable_since_s = now_s
        return now_s - self._unusable_since_s >= _BELIEVED_S

    def _watch_for_freezing(self, luma: Plane, now_s: float) -> None:
        if not self._freeze_s:
            return
        step = max(1, luma.height // _SAMPLED_ROWS)
        sampled = np.ascontiguousarray(luma.view[step // 2 :: step])
        fingerprint = zlib.crc32(sampled.data)
        self.repeats = self._changed_s is not None and fingerprint == self._print
        if self._changed_s is None or not self.repeats:
            self._print, self._changed_s = fingerprint, now_s
        elif now_s - self._changed_s >= self._freeze_s:
            raise SourceError(f"the picture has been the same for {self._freeze_s:g} s")


def is_unfilled(planes: Planes) -> bool:
    """Tell whether the lowest rows are what a decoder leaves where it got nothing: grey or zero."""
    luma = _lowest(planes.luma)
    value = int(luma[0, 0])
    if value not in (0, _NEUTRAL) or not _flat(luma, value):
        return False
    if planes.chroma is None:
        return value == _NEUTRAL
    # Black has neutral chroma in every real picture.
    return all(_flat(_lowest(plane), value) for plane in planes.chroma)


def _lowest(plane: Plane) -> Image:
    return plane.view[-max(2, plane.height // _TORN_SHARE) :]


def _flat(rows: Image, value: int) -> bool:
    return bool(int(rows.min()) >= value - 1 and int(rows.max()) <= value + 1)
