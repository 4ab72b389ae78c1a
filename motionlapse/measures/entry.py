"""What the catalogue knows of a measure before it is imported."""

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
    """One line of the catalogue.

    Attributes
    ----------
    name
        As people type it.
    path
        ``file:function`` in this room, imported when the measure is first used.
    identical
        Its value for equal pictures; every other value lies between it and `worst`,
        but for one that is a ratio of contrasts (``vif``).
    worst
        The other end of its range.
    some, clear
        Values from which a difference is read as some and as clear change. Of 42 quiet pairs of
        real footage, 640 pixels wide and about a second apart, three of four are nearer to
        `identical` than `some`, nineteen of twenty nearer than `clear`.
    cost_ms
        Milliseconds for two colour pictures of 1280×720 on one core.
    good, bad
        What it sees well, and what deceives it or escapes it.
    reference
        Where it comes from.
    needs_contrast
        True if a constant picture tells it nothing; such a one against any other is then `worst`.
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
        """True if its value grows with the difference; False if it falls."""
        return self.worst > self.identical

    def __call__(self, before: Image, after: Image) -> Measured:
        """Compare two pictures, uint8 ``(H, W)`` or BGR ``(H, W, 3)``.

        Raises
        ------
        ConfigError
            If their sizes differ.
        TypeError
            If one is no such picture.
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
        """Return how far a value is from that of equal pictures, 0 and above.

        Of a ratio of signal to noise, which is infinite for equal pictures, it is the ratio
        ``10^(−value/20)`` of noise to signal.
        """
        if math.isinf(self.identical):
            return 10 ** (-value / 20)
        return abs(value - self.identical)

    def same(self, value: float) -> bool:
        """Tell whether a value is that of equal pictures, but for rounding."""
        return self.distance(value) <= 1e-6

    def reading(self, value: float) -> str:
        """Return what a value means, in words."""
        if self.same(value):
            return IDENTICAL
        distance = self.distance(value)
        if distance >= self.distance(self.clear):
            return CLEAR
        return SOME if distance >= self.distance(self.some) else NOISE
