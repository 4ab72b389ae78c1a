"""Entries of the catalogue: what is known of a measure before it is imported."""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # OpenCV and NumPy, which --help need not wait for
    from motionlapse.frames import Image
    from motionlapse.measures.measured import Measured

IDENTICAL, NOISE, SOME, CLEAR = (
    "as if identical",
    "no more than noise",
    "some change",
    "clear change",
)


@dataclass(frozen=True, slots=True)
class MeasureEntry:
    """A measure in the catalogue.

    Attributes
    ----------
    name
        The name that people type.
    path
        ``file:function`` in this room, imported when the measure is first used.
    identical
        Value for equal pictures. All values lie between it and `worst`, except those of ``vif``,
        which is a ratio of contrasts.
    worst
        The other end of its range.
    some, clear
        Values from which a difference counts as some change and as clear change. Of 42 quiet pairs
        of real footage, 640 pixels wide and about a second apart, three in four are nearer to
        `identical` than `some` is, and nineteen in twenty are nearer than `clear`.
    cost_ms
        Milliseconds for two colour pictures of 1280×720 on one core.
    good, bad
        What it detects well, and what misleads or escapes it.
    reference
        Where the measure comes from.
    needs_contrast
        True if it is undefined for constant pictures; a constant picture then has the value `worst`
        against any other.
    """

    name: str
    path: str
    identical: float
    worst: float
    some: float
    clear: float
    cost_ms: float
    good: str
    bad: str
    reference: str
    needs_contrast: bool = False

    @property
    def grows(self) -> bool:
        """True if the value grows with the difference; False if it falls."""
        return self.worst > self.identical

    def __call__(self, before: Image, after: Image) -> Measured:
        """Compare two pictures, uint8 ``(H, W)`` or BGR ``(H, W, 3)``.

        Raises
        ------
        ConfigError
            If their sizes differ.
        TypeError
            If one is not such a picture.
        """
        from motionlapse.measures.measured import Measured, matched, tells_nothing

        before, after = matched(before, after)
        if self.needs_contrast and tells_nothing(before, after):
            return Measured(self.worst)
        module, _, name = self.path.partition(":")
        function = getattr(importlib.import_module(f"motionlapse.measures.{module}"), name)
        measured: Measured = function(before, after)
        return measured

    def distance(self, value: float) -> float:
        """Return the distance of a value from that of equal pictures, 0 or more.

        For a signal-to-noise ratio, which is infinite for equal pictures, it is the ratio
        ``10^(−value/20)`` of noise to signal.
        """
        if math.isinf(self.identical):
            return 10 ** (-value / 20)
        return abs(value - self.identical)

    def same(self, value: float) -> bool:
        """Tell whether a value is that of equal pictures, up to rounding."""
        return self.distance(value) <= 1e-6

    def reading(self, value: float) -> str:
        """Return what a value means, in words."""
        if self.same(value):
            return IDENTICAL
        distance = self.distance(value)
        if distance >= self.distance(self.clear):
            return CLEAR
        return SOME if distance >= self.distance(self.some) else NOISE
