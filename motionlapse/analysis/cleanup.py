"""From a model's scores to blobs."""

from __future__ import annotations

import math

import cv2
import numpy as np

from motionlapse.analysis.areas import WatchedArea
from motionlapse.analysis.bounds_kernel import bounds
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.analysis.usual import times_usual
from motionlapse.frames import Image
from motionlapse.inside import Blob
from motionlapse.types import DEEP_SHADOW_SCORE

# How the score is smoothed, and the level above which the soft vote is foreground: a lone pixel at
# 255 does not reach it, a patch somewhat above the threshold of 64 does. Where pictures are small,
# so are movers, and as much of them was smoothed away as of large ones: it is smoothed less there,
# down to where a lone pixel would just not do.
_SIGMA_PX, _LEAST_SIGMA_PX = 1.2, 0.8
_VOTERS = 7
_VOTE = 90
_LIFTED = np.uint8(127)  # of a deep shadow that is something: clearly beyond the vote
_WIDENED = 5
# The picture for which the sizes below were chosen; others scale with its diagonal.
_USUAL_PIXELS = 320 * 240
_CLOSE_RADIUS_PX = 4

_Piece = tuple[cv2.typing.MatLike, float]


class Cleanup:
    """Turns a picture of scores into blobs: a soft vote, gaps closed, holes filled, a least size.

    The vote is a Gaussian blur of the scores and a threshold: unlike in a median of yes and no, a
    pixel that is far from its background outweighs one that is just beyond its own.

    Parameters
    ----------
    settings
        The least size.
    area
        What is watched.
    scale
        Source pixels to a pixel of analysis.
    """

    def __init__(self, settings: AnalysisSettings, area: WatchedArea, scale: int) -> None:
        self._area = area
        self._scale = scale
        self._min_pixels = max(settings.min_blob * area.pixels, settings.min_blob_pixels)
        self._shortest_outline = math.sqrt(4 * math.pi * self._min_pixels)
        width, height = area.size
        radius = round(_CLOSE_RADIUS_PX * (width * height / _USUAL_PIXELS) ** 0.5)
        side = 2 * max(1, radius) + 1
        self._gap = side
        # A square costs less than half of a disc, and a thousandth of F.
        self._square = cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))
        self._surroundings = np.ones((2 * side + 1, 2 * side + 1), np.uint8)
        sigma_px = max(_LEAST_SIGMA_PX, _SIGMA_PX * min(1.0, times_usual(area.size)))
        self._kernel = cv2.getGaussianKernel(_VOTERS, sigma_px)

    def __call__(self, score: Image) -> tuple[Image, tuple[Blob, ...], int]:
        """Return the cleaned mask, its blobs from large to small, and its foreground pixels.

        Parameters
        ----------
        score
            uint8 ``(H, W)`` from the model; not modified.
        """
        watched = score if self._area.mask is None else score & self._area.mask
        clean: Image = np.zeros_like(score)
        # Most frames of a quiet scene end here. Holes are filled, so that an outline is enough for
        # a blob, and the shortest is a circle; the vote may widen it, on the rest of a shadow by
        # less than five times.
        beyond = cv2.threshold(watched, DEEP_SHADOW_SCORE - 1, 255, cv2.THRESH_BINARY)[1]
        if cv2.countNonZero(beyond) * _WIDENED < self._shortest_outline:
            return clean, (), 0
        large = [found for found in self._pieces(watched) if found[1] >= self._min_pixels]
        for contour, _ in large:
            cv2.drawContours(clean, [contour], -1, 255, cv2.FILLED)
        if large and self._area.mask is not None:
            cv2.bitwise_and(clean, self._area.mask, dst=clean)
        blobs = [self._blob(contour, pixels) for contour, pixels in large]
        blobs.sort(key=lambda blob: blob.area, reverse=True)
        return clean, tuple(blobs), cv2.countNonZero(clean) if blobs else 0

    @property
    def least_area(self) -> float:
        """The share of the watched area from which a piece of foreground is a blob."""
        return self._min_pixels / self._area.pixels

    def too_small(self, score: Image) -> tuple[Blob, ...]:
        """Return the pieces of foreground that are too small to be blobs, from large to small.

        Parameters
        ----------
        score
            uint8 ``(H, W)`` from the model; not modified.
        """
        watched = score if self._area.mask is None else score & self._area.mask
        sized = self._pieces(watched)
        blobs = [self._blob(contour, size) for contour, size in sized if size < self._min_pixels]
        return tuple(sorted(blobs, key=lambda blob: blob.area, reverse=True))

    def _pieces(self, score: Image) -> list[_Piece]:
        """Return the outlines of all foreground, small and large, with their pixels."""
        voted, outlines = self._vote(score)
        casts = np.zeros_like(score)
        for contour, pixels in outlines:
            if pixels >= self._min_pixels:
                cv2.drawContours(casts, [contour], -1, 255, cv2.FILLED)
        return outlines + self._uncast(score, voted, casts)

    def _uncast(self, score: Image, voted: Image, casts: Image) -> list[_Piece]:
        """Return deep shadows that nothing casts: something dark that has the background's colour.

        A shadow touches what casts it. Without this, a grey cat on grey stones was none.
        """
        deep = (score == DEEP_SHADOW_SCORE).view(np.uint8)  # inRange takes four times as long
        if cv2.countNonZero(deep) < self._min_pixels:
            return []
        # Specks are in every frame, and a shadow beside what casts it is nothing new: the vote is
        # dear, and most frames end here.
        near = _grown(bounds(deep, 0), 1)
        dense = np.zeros_like(deep)
        cv2.medianBlur(deep[near], 3, dst=dense[near])
        if cv2.countNonZero(dense) < self._min_pixels / 2:
            return []
        part = _grown(bounds(dense, 0), self._gap)
        # Wider than what is dense by as much as the surroundings reach.
        beside = cv2.dilate(casts[part], self._surroundings)
        alone = cv2.bitwise_and(dense[part], cv2.bitwise_not(beside))
        if cv2.countNonZero(alone) < self._min_pixels / 2:
            return []
        lifted = score[part] | deep[part] * _LIFTED
        found: list[_Piece] = []
        for contour, pixels in self._vote(lifted)[1]:
            moved = np.add(contour, (part[1].start, part[0].start)).astype(np.int32)
            x, y, width, height = cv2.boundingRect(moved)
            around = _grown((y, y + height, x, x + width), self._gap)
            if cv2.countNonZero(voted[around]) < self._min_pixels:
                found.append((moved, pixels))
        return found

    def _vote(self, score: Image) -> tuple[Image, list[_Piece]]:
        """Return where the vote is for foreground, with gaps closed, and the outlines of that."""
        # No mean reaches the vote where no pixel does. In what lies farther around those than the
        # kernel and the gap reach, there is nothing to smooth, to close or to find.
        part = _grown(bounds(score, _VOTE), _VOTERS // 2 + self._gap)
        # sepFilter2D does it in half of GaussianBlur's time.
        smooth = cv2.sepFilter2D(score[part], -1, self._kernel, self._kernel)
        here = np.asarray(cv2.threshold(smooth, _VOTE, 255, cv2.THRESH_BINARY)[1], np.uint8)
        # Closing leaves alone what is farther from all foreground than its gap.
        inner = here[_grown(bounds(here, 0), self._gap)]
        cv2.morphologyEx(inner, cv2.MORPH_CLOSE, self._square, dst=inner)
        voted: Image = np.zeros_like(score)
        voted[part] = here
        return voted, _outlines(here, (part[1].start, part[0].start))

    def _blob(self, contour: cv2.typing.MatLike, pixels: float) -> Blob:
        x, y, width, height = cv2.boundingRect(contour)
        scale = self._scale
        share = min(1.0, pixels / self._area.pixels)
        return Blob(x * scale, y * scale, width * scale, height * scale, share)


def _pixels(contour: cv2.typing.MatLike) -> float:
    """Return the area of a contour that runs through pixel centres: half its length more."""
    return cv2.contourArea(contour) + cv2.arcLength(contour, True) / 2 + 1


def _outlines(mask: Image, begin: tuple[int, int]) -> list[_Piece]:
    """Return the outlines in a part of a picture that begins at ``(x, y)``, and their pixels."""
    found = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=begin)[0]
    return [(contour, _pixels(contour)) for contour in found]


def _grown(box: tuple[int, int, int, int], by: int) -> tuple[slice, slice]:
    """Return the rows and columns of a box (see `bounds`) that is grown on all sides."""
    top, bottom, left, right = box
    return slice(max(0, top - by), bottom + by), slice(max(0, left - by), right + by)
