"""Pixel counts of masks against ground truth, and the seven measures computed from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motionlapse.frames import Image

Flags = npt.NDArray[np.bool_]
"""A Boolean array ``(H, W)``, one value per pixel."""

MEASURES = ("recall", "specificity", "fpr", "fnr", "pwc", "precision", "f_measure")


@dataclass(frozen=True, slots=True)
class Counts:
    """A confusion matrix of pixels; counts of several frames can be added.

    Attributes
    ----------
    tp, fp
        True and false positives: foreground in the mask that moves, or does not.
    fn, tn
        False and true negatives: background in the mask that moves, or does not.
    """

    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.tn + other.tn
        )

    @property
    def wrong(self) -> int:
        """Number of pixels that the mask got wrong."""
        return self.fp + self.fn

    def measures(self) -> dict[str, float | None]:
        r"""Return the seven measures of changedetection.net.

        Returns
        -------
        dict
            In the order of `MEASURES`; None where the denominator is 0 (no recall if no pixel
            moves)::

                recall Re      = TP / (TP + FN)
                specificity    = TN / (TN + FP)
                FPR            = FP / (FP + TN)
                FNR            = FN / (TP + FN)
                PWC (percent)  = 100 (FN + FP) / (TP + FN + FP + TN)
                precision Pr   = TP / (TP + FP)
                F-measure      = 2 Pr Re / (Pr + Re) = 2 TP / (2 TP + FP + FN)

            The last form is 0 instead of undefined if something moves and the mask is empty.

        References
        ----------
        N. Goyette, P.-M. Jodoin, F. Porikli, J. Konrad, P. Ishwar: "changedetection.net: A new
        change detection benchmark dataset", CVPR Workshops 2012.
        """
        moving, still = self.tp + self.fn, self.fp + self.tn
        return {
            "recall": ratio(self.tp, moving),
            "specificity": ratio(self.tn, still),
            "fpr": ratio(self.fp, still),
            "fnr": ratio(self.fn, moving),
            "pwc": ratio(100 * self.wrong, moving + still),
            "precision": ratio(self.tp, self.tp + self.fp),
            "f_measure": ratio(2 * self.tp, 2 * self.tp + self.wrong),
        }


def ratio(part: int, whole: int) -> float | None:
    """Return `part` / `whole`, or None if `whole` is 0."""
    return part / whole if whole else None


def count_pixels(mask: Image, moving: Flags, still: Flags) -> Counts:
    """Compare a mask with the ground truth.

    Parameters
    ----------
    mask
        ``(H, W)``; everything but 0 is foreground.
    moving, still
        Pixels that truly move, and pixels that truly do not. Pixels in neither are ignored.
    """
    found = mask != 0
    tp = int(np.count_nonzero(found & moving))
    fp = int(np.count_nonzero(found & still))
    return Counts(
        tp=tp,
        fp=fp,
        fn=int(np.count_nonzero(moving)) - tp,
        tn=int(np.count_nonzero(still)) - fp,
    )


def mean_measures(sequences: Sequence[Counts]) -> dict[str, float | None]:
    """Return the mean of each measure over the sequences that have it, all with equal weight.

    Parameters
    ----------
    sequences
        The pooled counts of each sequence.
    """
    each = [counts.measures() for counts in sequences]
    return {name: _mean(measures[name] for measures in each) for name in MEASURES}


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
