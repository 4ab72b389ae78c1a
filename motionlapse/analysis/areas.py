"""What is watched: polygons to watch and to ignore, and a mask picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from motionlapse.analysis.polygons import Polygon, parse_polygon
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.errors import ConfigError, why
from motionlapse.frames import Image

EVERYWHERE = "all"


class WatchedArea:
    """The watched part of the picture at the size of analysis.

    Parameters
    ----------
    settings
        Polygons and mask picture.
    source_size
        (width, height) of the upright picture.
    size
        (width, height) of analysis.
    scale
        The factor between them.

    Attributes
    ----------
    size
        As given.
    mask
        0/255 uint8 ``(H, W)``, or None where all is watched.
    pixels
        How many pixels of analysis are watched.

    Raises
    ------
    ConfigError
        For a polygon that is none or lies outside the picture, a mask picture that cannot be read
        or has another shape, or if nothing is left to watch.
    """

    def __init__(
        self,
        settings: AnalysisSettings,
        source_size: tuple[int, int],
        size: tuple[int, int],
        scale: int,
    ) -> None:
        self._source_size, self.size, self._scale = source_size, size, scale
        self._regions: dict[str, Image] = {}
        for text in settings.regions:
            polygon = parse_polygon(text)
            name = polygon.name or f"region {len(self._regions) + 1}"
            if name in self._regions:
                raise ConfigError(f"region '{text}': there is another region named '{name}'")
            self._regions[name] = self._filled(polygon)
        mask = self._start_mask()
        for text in settings.ignore:
            mask[self._filled(parse_polygon(text)) > 0] = 0
        if settings.mask_image is not None:
            mask[self._read_mask(settings.mask_image) == 0] = 0
        self.pixels = int(np.count_nonzero(mask))
        if not self.pixels:
            raise ConfigError("the regions, ignored regions and mask image leave nothing to watch")
        if self._regions and self.pixels < settings.min_blob_pixels:
            raise ConfigError(
                f"the watched area is only {self.pixels} pixels after scaling, less than the "
                f"smallest blob ({settings.min_blob_pixels}; see analysis.min_blob_pixels and "
                "--scale)"
            )
        self.mask: Image | None = None if self.pixels == mask.size else mask

    def names(self, foreground: Image) -> tuple[str, ...]:
        """Return the names of the regions that hold foreground; ``("all",)`` without regions."""
        if not self._regions:
            return (EVERYWHERE,)
        return tuple(
            name
            for name, region in self._regions.items()
            if cv2.countNonZero(cv2.bitwise_and(region, foreground))
        )

    def _start_mask(self) -> Image:
        width, height = self.size
        if not self._regions:
            return np.full((height, width), 255, np.uint8)
        union: Image = np.bitwise_or.reduce(list(self._regions.values()))
        return union

    def _filled(self, polygon: Polygon) -> Image:
        """Return the polygon drawn at the size of analysis, 0/255."""
        width, height = self.size
        corners = np.array(polygon.corners(self._source_size))
        full_width, full_height = self._source_size
        outside = (
            (corners < -0.5).any()
            or (corners[:, 0] > full_width + 0.5).any()
            or (corners[:, 1] > full_height + 0.5).any()
        )
        if outside:
            raise ConfigError(
                f"region '{polygon.text}': reaches outside the picture, which is "
                f"{full_width}×{full_height} pixels"
            )
        # Only now: what is far outside does not fit a float of 32 bits.
        if cv2.contourArea(corners.astype(np.float32)) == 0:
            flat = np.linalg.matrix_rank(corners - corners[0]) < 2
            what = "its corners lie on a line" if flat else "it crosses itself"
            raise ConfigError(f"region '{polygon.text}': has no area; {what}")
        # A pixel is its centre: source x lies at (x - 0.5 (scale - 1)) / scale. Drawn with four
        # bits below the pixel.
        shifted = (corners - 0.5 * (self._scale - 1)) / self._scale
        fixed = np.rint(shifted * 16).astype(np.int32)
        mask = np.zeros((height, width), np.uint8)
        cv2.fillPoly(mask, [fixed], 255, shift=4)
        if not mask.any():
            raise ConfigError(
                f"region '{polygon.text}': smaller than one pixel after scaling "
                f"({self._scale}×{self._scale} pixels of the picture; see --scale)"
            )
        return mask

    def _read_mask(self, path: Path) -> Image:
        try:
            if not path.exists():
                raise ConfigError(f"mask image {path}: no such file")
            data = np.fromfile(path, np.uint8) if path.is_file() else np.empty(0, np.uint8)
        except OSError as error:
            raise ConfigError(f"mask image {path}: cannot be read: {why(error)}") from None
        picture = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data.size else None
        if picture is None:
            raise ConfigError(f"mask image {path}: not a picture that can be read")
        full_width, full_height = self._source_size
        if abs(picture.shape[1] * full_height - picture.shape[0] * full_width) > max(
            picture.shape[0], full_height
        ):
            raise ConfigError(
                f"mask image {path}: is {picture.shape[1]}×{picture.shape[0]}, but the picture "
                f"is {full_width}×{full_height}; their proportions must match"
            )
        small = cv2.resize(picture, self.size, interpolation=cv2.INTER_AREA)
        return np.where(small >= 128, np.uint8(255), np.uint8(0))
