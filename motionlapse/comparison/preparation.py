"""Preparing pictures before they are measured, in the same way for all measures."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from motionlapse.analysis.areas import WatchedArea
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.errors import ConfigError
from motionlapse.frames import Image
from motionlapse.measures.measured import Floats, grey, matched
from motionlapse.measures.settings import MeasureSettings
from motionlapse.measures.shifts import shift_between

_GREY_MEAN = 128.0
_CLAHE_LIMIT, _CLAHE_TILES = 2.0, (8, 8)
_ECC_ROUNDS, _ECC_STEP, _ECC_BLUR_PX = 60, 1e-5, 5
_ECC_LEAST_SIDE = 16


@dataclass(frozen=True, slots=True)
class Ready:
    """A picture after the steps that need no second picture.

    Attributes
    ----------
    picture
        uint8 ``(H, W)`` or ``(H, W, 3)``.
    source_size
        (width, height) before.
    """

    picture: Image
    source_size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ReadyPair:
    """Two pictures ready to be measured, and their place in the unprepared first picture.

    Attributes
    ----------
    before, after
        uint8, of one shape; outside the watched area both are black.
    left, top
        Position of their upper left pixel in the prepared picture.
    scale
        (x, y): source pixels per pixel.
    """

    before: Image
    after: Image
    left: int
    top: int
    scale: tuple[float, float]

    def in_source(self, x: float, y: float, width: float, height: float) -> dict[str, int]:
        """Convert a rectangle in these pictures to pixels of the source."""
        across, down = self.scale
        return {
            "x": round((x + self.left) * across),
            "y": round((y + self.top) * down),
            "width": round(width * across),
            "height": round(height * down),
        }


class Preparation:
    """Resizes, converts to grey, normalises and blurs; then aligns, and crops to the watched area.

    Parameters
    ----------
    settings
        What is done.
    area
        Regions, ignored regions and mask picture, in pixels of the source.
    """

    def __init__(
        self, settings: MeasureSettings | None = None, area: AnalysisSettings | None = None
    ) -> None:
        self._settings = settings or MeasureSettings()
        self._area = area or AnalysisSettings()
        self._limits = bool(self._area.regions or self._area.ignore or self._area.mask_image)
        self._masks: dict[tuple[tuple[int, int], tuple[int, int]], Image] = {}

    @property
    def aligns(self) -> bool:
        """True if the second picture is aligned with the first."""
        return self._settings.align != "none"

    @property
    def does_nothing(self) -> bool:
        """True if pictures are neither changed nor aligned."""
        chosen = self._settings
        alike = chosen.normalize == "none" and not self.aligns
        return alike and not (chosen.resize or chosen.blur or chosen.gray)

    def alone(self, picture: Image) -> Ready:
        """Return a picture resized, grey, normalised and blurred as asked, without modifying it."""
        settings = self._settings
        height, width = picture.shape[:2]
        done = picture
        if settings.resize and settings.resize != width:
            size = (settings.resize, max(1, round(height * settings.resize / width)))
            how = cv2.INTER_AREA if settings.resize < width else cv2.INTER_LINEAR
            done = np.asarray(cv2.resize(done, size, interpolation=how))
        if settings.gray:
            done = grey(done)
        done = normalised(done, settings.normalize)
        if settings.blur > 0:
            done = np.asarray(cv2.GaussianBlur(done, (0, 0), settings.blur))
        return Ready(done, (width, height))

    def together(self, before: Ready, after: Ready) -> ReadyPair:
        """Return two prepared pictures aligned, and cropped to the watched area of the first.

        Raises
        ------
        ConfigError
            If they differ in size, or a region does not fit.
        """
        a, b = matched(before.picture, after.picture)
        if self.aligns:
            b = self.align(a, b)
        scale = (
            before.source_size[0] / a.shape[1],
            before.source_size[1] / a.shape[0],
        )
        if not self._limits:
            return ReadyPair(a, b, 0, 0, scale)
        mask = self._mask(before.source_size, (a.shape[1], a.shape[0]))
        x, y, width, height = cv2.boundingRect(mask)
        a, b = (
            np.asarray(cv2.bitwise_and(p, p, mask=mask), np.uint8)[y : y + height, x : x + width]
            for p in (a, b)
        )
        return ReadyPair(a, b, x, y, scale)

    def align(self, before: Image, after: Image) -> Image:
        """Return `after` aligned with `before` as asked; see `aligned`."""
        return aligned(before, after, self._settings.align)

    def _mask(self, source_size: tuple[int, int], size: tuple[int, int]) -> Image:
        """Return the watched area, 0/255 uint8, at the size of prepared pictures."""
        key = source_size, size
        if key not in self._masks:
            watched = WatchedArea(self._area, source_size, source_size, 1).mask
            whole = np.full(source_size[::-1], 255, np.uint8) if watched is None else watched
            small = np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA))
            mask: Image = np.where(small >= 128, 255, 0).astype(np.uint8)
            if not mask.any():
                raise ConfigError("the watched area is smaller than one pixel; see --resize")
            self._masks[key] = mask
        return self._masks[key]


def normalised(picture: Image, how: str) -> Image:
    """Return a picture with its brightness evened out.

    Parameters
    ----------
    picture
        uint8, grey or BGR.
    how
        ``stretch``: the smallest and the largest value become 0 and 255; ``mean``: one gain makes
        the mean 128; ``clahe``: contrast-limited adaptive histogram equalisation of luma in 8×8
        tiles; ``none``. A constant picture is not changed.
    """
    low, high = int(picture.min()), int(picture.max())
    if how == "none" or low == high:
        return picture
    if how == "stretch":
        table = np.clip((np.arange(256) - low) * 255.0 / (high - low), 0, 255)
        return np.asarray(cv2.LUT(picture, np.rint(table).astype(np.uint8)))
    if how == "mean":
        table = np.clip(np.arange(256) * _GREY_MEAN / picture.mean(), 0, 255)
        return np.asarray(cv2.LUT(picture, np.rint(table).astype(np.uint8)))
    equalise = cv2.createCLAHE(_CLAHE_LIMIT, _CLAHE_TILES)
    if picture.ndim == 2:
        return np.asarray(equalise.apply(picture))
    ycc = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb))
    ycc[:, :, 0] = equalise.apply(np.ascontiguousarray(ycc[:, :, 0]))
    return np.asarray(cv2.cvtColor(ycc, cv2.COLOR_YCrCb2BGR))


def aligned(before: Image, after: Image, how: str) -> Image:
    """Return `after` aligned with `before`; what it does not cover is filled with `before`.

    Parameters
    ----------
    before, after
        uint8 of one shape.
    how
        ``shift``: by phase correlation; ``ecc``: refined by shift and rotation that maximise the
        enhanced correlation coefficient [1]_. If no alignment is found, `after` is returned
        unchanged.

    References
    ----------
    .. [1] G. Evangelidis and E. Psarakis, "Parametric image alignment using enhanced correlation
       coefficient maximization", IEEE PAMI 30(10), 2008.
    """
    a, b = (grey(picture).astype(np.float32) for picture in (before, after))
    matrix: Floats = np.eye(2, 3, dtype=np.float32)
    matrix[:, 2] = shift_between(a, b)
    if how == "ecc" and min(a.shape) >= _ECC_LEAST_SIDE:
        matrix = _ecc(a, b, matrix)
    if np.array_equal(matrix, np.eye(2, 3)):
        return after
    height, width = a.shape
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = np.asarray(cv2.warpAffine(after, matrix, (width, height), flags=flags))
    inside = np.full((height, width), 255, np.uint8)
    reached = np.asarray(cv2.warpAffine(inside, matrix, (width, height), flags=flags)) == 255
    whole: Image = np.where(reached if laid.ndim == 2 else reached[:, :, None], laid, before)
    return whole


def _ecc(a: Floats, b: Floats, start: Floats) -> Floats:
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _ECC_ROUNDS, _ECC_STEP)
    everywhere = np.full(a.shape, 255, np.uint8)
    try:
        _, matrix = cv2.findTransformECC(
            a, b, start.copy(), cv2.MOTION_EUCLIDEAN, criteria, everywhere, _ECC_BLUR_PX
        )
    except cv2.error:  # it does not converge: the pictures have nothing in common, or no structure
        return start
    return np.asarray(matrix, np.float32)
