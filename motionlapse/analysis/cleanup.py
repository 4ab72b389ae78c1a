"""From a model's scores to blobs."""

from __future__ import annotations

import math

import cv2
import numpy as np

from motionlapse.analysis.areas import WatchedArea
from motionlapse.analysis.boxes import Box
from motionlapse.analysis.dense_kernel import DenseShadows
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.analysis.survey_kernel import Survey, survey
from motionlapse.analysis.usual import times_usual
from motionlapse.analysis.vote_kernel import REACH, Vote
from motionlapse.frames import Image
from motionlapse.inside import Blob
from motionlapse.types import DEEP_SHADOW_SCORE

# How far the scores are smoothed, and the level above which the result is foreground: a lone pixel
# of 255 does not reach it, a patch somewhat above the threshold of 64 does. In small pictures
# movers are small, too, and would be smoothed away, so these are smoothed less; but never so little
# that a lone pixel would do.
_SIGMA_PX, _LEAST_SIGMA_PX = 1.2, 0.8
_VOTE = 90
_LIFTED = 127  # the score of a deep shadow that is an object after all: clearly beyond the vote
_WIDENED = 5
# The picture size for which the radius was chosen; it scales with the diagonal.
_USUAL_PIXELS = 320 * 240
_CLOSE_RADIUS_PX = 4

_Piece = tuple[cv2.typing.MatLike, float]


class Cleanup:
    """Turns a picture of scores into blobs.

    Pixels vote softly, gaps are closed, holes filled, and pieces below a least size dropped. The
    vote is a Gaussian blur of the scores and a threshold: unlike in a median of a binary mask, a
    pixel that is far from its background outweighs one that is just beyond the threshold.

    Parameters
    ----------
    settings
        The least size.
    area
        What is watched.
    scale
        How many source pixels wide a pixel of analysis is.
    """

    def __init__(self, settings: AnalysisSettings, area: WatchedArea, scale: int) -> None:
        self._area = area
        self._scale = scale
        self._min_pixels = max(settings.min_blob * area.pixels, settings.min_blob_pixels)
        self._shortest_outline = math.sqrt(4 * math.pi * self._min_pixels)
        width, height = area.size
        radius = max(1, round(_CLOSE_RADIUS_PX * (width * height / _USUAL_PIXELS) ** 0.5))
        # Closing changes nothing that is further than this from all foreground.
        self._gap = 2 * radius + 1
        sigma_px = max(_LEAST_SIGMA_PX, _SIGMA_PX * min(1.0, times_usual(area.size)))
        # Closing with a square costs less than half as much as with a disc, and only .001 of F.
        self._vote = Vote((height, width), sigma_px, _VOTE, radius)
        self._dense = DenseShadows((height, width), DEEP_SHADOW_SCORE, self._gap)

    def __call__(self, score: Image) -> tuple[Image, tuple[Blob, ...], int]:
        """Return the cleaned mask, its blobs from large to small, and its foreground pixels.

        Parameters
        ----------
        score
            uint8 ``(H, W)`` from the model; not modified.
        """
        watched = score if self._area.mask is None else score & self._area.mask
        held = survey(watched, DEEP_SHADOW_SCORE, _VOTE)
        # Most frames of a quiet scene end here: too few pixels are beyond the threshold for the
        # outline of a blob. (An outline may be enough, for holes are filled; the shortest is a
        # circle. The vote may widen it, on the remains of a shadow up to five times.)
        if held.beyond * _WIDENED < self._shortest_outline:
            return np.zeros_like(score), (), 0
        clean, pieces = self._pieces(watched, held)
        large = [found for found in pieces if found[1] >= self._min_pixels]
        if large and self._area.mask is not None:
            cv2.bitwise_and(clean, self._area.mask, dst=clean)
        blobs = [self._blob(contour, pixels) for contour, pixels in large]
        blobs.sort(key=lambda blob: blob.area, reverse=True)
        return clean, tuple(blobs), cv2.countNonZero(clean) if blobs else 0

    @property
    def least_area(self) -> float:
        """The share of the watched area from which on a piece of foreground is a blob."""
        return self._min_pixels / self._area.pixels

    def too_small(self, score: Image) -> tuple[Blob, ...]:
        """Return the pieces of foreground that are too small to be blobs, from large to small.

        Parameters
        ----------
        score
            uint8 ``(H, W)`` from the model; not modified.
        """
        watched = score if self._area.mask is None else score & self._area.mask
        _, sized = self._pieces(watched, survey(watched, DEEP_SHADOW_SCORE, _VOTE))
        blobs = [self._blob(contour, size) for contour, size in sized if size < self._min_pixels]
        return tuple(sorted(blobs, key=lambda blob: blob.area, reverse=True))

    def _pieces(self, score: Image, held: Survey) -> tuple[Image, list[_Piece]]:
        """Return the outlines of all foreground, small and large, and a mask of the large."""
        shape = score.shape  # `zeros` of it takes half of the time of `zeros_like`
        voted, large = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
        # No mean reaches the vote where no pixel does. In what lies farther around those than the
        # smoothing and the gap reach, there is nothing to smooth, to close or to find.
        part = held.likely.grown(REACH + self._gap, score.shape)
        found = _outlines(voted, self._vote(score, part, voted)) if held.likely.bottom else []
        self._draw(found, large)
        # Of shadows there are specks in every frame.
        if held.shadows >= self._min_pixels:
            uncast = self._uncast(score, voted, large, held.shaded)
            self._draw(uncast, large)
            found += uncast
        return large, found

    def _draw(self, pieces: list[_Piece], mask: Image) -> None:
        """Fill in the pieces that are large enough, none of which lies in another."""
        large = [contour for contour, pixels in pieces if pixels >= self._min_pixels]
        if large:
            cv2.drawContours(mask, large, -1, 255, cv2.FILLED)

    def _uncast(self, score: Image, voted: Image, casts: Image, shaded: Box) -> list[_Piece]:
        """Return deep shadows that nothing casts: something dark that has the background's colour.

        A shadow touches what casts it. Without this, a grey cat on grey stones was none.
        """
        # A shadow beside what casts it is nothing new: most frames end here.
        part = self._dense(score, shaded, casts, self._min_pixels / 2)
        if part is None:
            return []
        alone = np.zeros_like(score)
        box = self._vote(score, part, alone, lifted=DEEP_SHADOW_SCORE, to=_LIFTED)
        found: list[_Piece] = []
        for contour, pixels in _outlines(alone, box):
            x, y, width, height = cv2.boundingRect(contour)
            around = Box(y, y + height, x, x + width).grown(self._gap, score.shape)
            if cv2.countNonZero(voted[around.slices]) < self._min_pixels:
                found.append((contour, pixels))
        return found

    def _blob(self, contour: cv2.typing.MatLike, pixels: float) -> Blob:
        x, y, width, height = cv2.boundingRect(contour)
        scale = self._scale
        share = min(1.0, pixels / self._area.pixels)
        return Blob(x * scale, y * scale, width * scale, height * scale, share)


def _pixels(contour: cv2.typing.MatLike) -> float:
    """Return the area of a contour that runs through pixel centres: half its length more."""
    return cv2.contourArea(contour) + cv2.arcLength(contour, True) / 2 + 1


def _outlines(mask: Image, box: Box) -> list[_Piece]:
    """Return the outlines in a box of a mask, and their pixels."""
    if not box.bottom:
        return []
    # Along the edges of what it is given, outlines are cut off.
    part = box.grown(1, mask.shape)
    found = cv2.findContours(
        mask[part.slices], cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=(part.left, part.top)
    )[0]
    return [(contour, _pixels(contour)) for contour in found]
