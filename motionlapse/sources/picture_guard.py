"""Finds pictures that a camera did not take: grey or torn ones, or the same one over and over."""

from __future__ import annotations

import zlib

import numpy as np

from motionlapse.errors import SourceError
from motionlapse.frames import Image, Plane, Planes

_NEUTRAL = 128  # the grey that decoders fill in where they have no data
_TORN_SHARE = 16  # the lowest sixteenth of the rows is checked
_BELIEVED_S = 5.0  # a wall may be grey: pictures that stay so for this long are believed
_SAMPLED_ROWS = 64


class PictureGuard:
    """Checks each picture of one connection before it is used.

    Parameters
    ----------
    freeze_s
        How long the very same picture may come before the source counts as lost, in seconds; 0 for
        ever. Sensors always have noise, so identical pictures mean that something between the
        sensor and this program is stuck.

    Attributes
    ----------
    repeats
        True if the last picture was the same as the one before it.
    """

    def __init__(self, freeze_s: float) -> None:
        self._freeze_s = freeze_s
        self._unusable_since_s: float | None = None
        self._checksum = 0
        self._changed_s: float | None = None
        self.repeats = False

    def usable(self, planes: Planes, now_s: float) -> bool:
        """Return whether a picture may be analysed, given the time on the monotonic clock.

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
        checksum = zlib.crc32(sampled.data)
        self.repeats = self._changed_s is not None and checksum == self._checksum
        if self._changed_s is None or not self.repeats:
            self._checksum, self._changed_s = checksum, now_s
        elif now_s - self._changed_s >= self._freeze_s:
            raise SourceError(f"the picture has been the same for {self._freeze_s:g} s")


def is_unfilled(planes: Planes) -> bool:
    """Return whether the lowest rows are what a decoder leaves if data is missing: grey or zero."""
    luma = _lowest(planes.luma)
    value = int(luma[0, 0])
    if value not in (0, _NEUTRAL) or not _flat(luma, value):
        return False
    if planes.chroma is None:
        return value == _NEUTRAL
    # In real pictures black has neutral chroma; zero in all planes is green.
    return all(_flat(_lowest(plane), value) for plane in planes.chroma)


def _lowest(plane: Plane) -> Image:
    return plane.view[-max(2, plane.height // _TORN_SHARE) :]


def _flat(rows: Image, value: int) -> bool:
    return bool(int(rows.min()) >= value - 1 and int(rows.max()) <= value + 1)
