"""Judges that decide whether a still is kept: a measure, or the running background model."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.background import MODELS
from motionlapse.comparison.last_kept import (
    LastKept,
    Verdict,
    automatic_limit,
    neighbour_distances,
    quiet_limit,
    quiet_noise,
    value_at,
)
from motionlapse.comparison.preparation import Preparation
from motionlapse.errors import ConfigError, SourceError
from motionlapse.frames import Frame, Image, Planes
from motionlapse.measures import MEASURES
from motionlapse.measures.measured import shrunk
from motionlapse.measures.settings import RUNNING_MODEL
from motionlapse.pipeline_settings import Settings
from motionlapse.sifting.news import contrast_beyond_light, new_blobs
from motionlapse.sifting.stills import Picture, planes_of, read_stills
from motionlapse.sources.stills import read_bgr
from motionlapse.units import format_share

# The model learns in seconds, but stills may be an hour apart. Each counts as the longest step that
# the model takes at once.
_STEP_S = 0.2
_OPENING, _SAMPLES, _NOISE_SAMPLES = 60, 150, 40
# The calmest of the last neighbours are taken to be quiet.
REMEMBERED, _LEAST_REMEMBERED, _CALM = 300, 20, 0.25
_LEAST_CONTRAST = 4.0


class Judge(Protocol):
    """Decides whether a still differs enough from the last one kept."""

    planes: bool

    @property
    def threshold(self) -> float:
        """The measure's value from which the next still counts as different."""

    def judge(self, picture: Picture) -> Verdict:
        """Judge the next still of the series; a kept one becomes the new reference."""

    def replay(self, picture: Picture, *, kept: bool) -> None:
        """Take in a still that an earlier run has judged."""


def make_judge(settings: Settings, paths: Sequence[Path]) -> Judge:
    """Return the judge that the settings ask for, with its threshold learned if that is ``auto``.

    Parameters
    ----------
    settings
        ``measures`` decides.
    paths
        The series, in order of time.
    """
    if settings.measures.measure == RUNNING_MODEL:
        return ModelJudge(settings, paths)
    return MeasureJudge(settings, paths)


class MeasureJudge:
    """Compares each still with the last kept one by a measure; see `LastKept`."""

    planes = False

    def __init__(self, settings: Settings, paths: Sequence[Path]) -> None:
        chosen = settings.measures
        entry = MEASURES[chosen.measure]
        preparation = Preparation(chosen, settings.analysis)
        automatic = chosen.threshold == "auto"
        pairs = _neighbours(paths, _SAMPLES if automatic else _NOISE_SAMPLES)
        distances = neighbour_distances(entry, pairs, preparation)
        if not automatic:
            threshold = float(chosen.threshold)
        elif distances:
            threshold = value_at(entry, automatic_limit(entry, distances))
        else:
            raise ConfigError(
                "--threshold auto: no two neighbouring stills have the same size to learn from; "
                "give a number"
            )
        self._last = LastKept(entry, threshold, preparation, noise=quiet_noise(distances))

    @property
    def threshold(self) -> float:
        """The threshold as given, else learned from the whole series."""
        return self._last.threshold

    def judge(self, picture: Picture) -> Verdict:
        """Judge a BGR or grey still."""
        return self._last.judge(_as_image(picture))

    def replay(self, picture: Picture, *, kept: bool) -> None:
        """Take in a still of an earlier run."""
        if kept:
            self._last.take(_as_image(picture))
        else:
            self._last.follow(_as_image(picture))


def _as_image(picture: Picture) -> Image:
    if isinstance(picture, Planes):
        raise TypeError("a measure takes pictures, not planes")
    return picture


def _neighbours(paths: Sequence[Path], most: int) -> Iterator[tuple[Image, Image]]:
    """Yield pairs of neighbouring stills, spread evenly over the series."""
    step = max(1, (len(paths) - 1) // most)
    for index in range(0, len(paths) - 1, step):
        try:
            before, after = read_bgr(paths[index]), read_bgr(paths[index + 1])
        except SourceError:
            continue  # reported when its turn comes
        if before.shape[:2] == after.shape[:2]:
            yield before, after


class ModelJudge:
    """Runs the background model over the stills; judges by what came or went since the last kept.

    The value is the area of the blobs that have come or gone, as a share of the watched area: those
    of which more than half was not foreground in the last kept still, or is not now. A blob counts
    only where the pictures themselves differ by more than a change of light: foreground that the
    model has merely learned in the meantime is not a change.
    """

    planes = True

    def __init__(self, settings: Settings, paths: Sequence[Path]) -> None:
        self._settings = settings
        self._preparation = Preparation(settings.measures)
        self._analyzer: Analyzer | None = None
        self._stills = 0
        self._mask: Image | None = None
        self._luma: Image | None = None
        self._chosen = settings.measures.threshold
        self._changes: deque[float] = deque(maxlen=REMEMBERED)
        self._before: Image | None = None
        # With ``align``, stills are aligned with this picture: the last kept one, itself aligned.
        self._ground: Image | None = None
        self._laid: Image | None = None
        self._prime(paths)

    @property
    def threshold(self) -> float:
        """The threshold as given, else learned from the calmest neighbours."""
        if self._chosen != "auto":
            return float(self._chosen)
        floor = self._settings.decision.enter
        if len(self._changes) < _LEAST_REMEMBERED:
            return floor
        return max(floor, quiet_limit(self._changes, quiet=_CALM))

    def judge(self, picture: Picture) -> Verdict:
        """Judge a still given as planes."""
        mask, luma = self._step(picture)
        if self._mask is None or self._luma is None or self._mask.shape != mask.shape:
            first = self._mask is None
            self._keep(mask, luma)
            return Verdict(
                True, None, self.threshold, "the first" if first else "different picture size"
            )
        value, threshold = self._news(mask, luma), self.threshold
        keep = value >= threshold
        if keep:
            self._keep(mask, luma)
        return Verdict(keep, value, threshold, f"foreground came or went in {format_share(value)}")

    def replay(self, picture: Picture, *, kept: bool) -> None:
        """Take a still of a run before."""
        mask, luma = self._step(picture)
        if kept:
            self._keep(mask, luma)

    def _keep(self, mask: Image, luma: Image) -> None:
        self._mask, self._luma, self._ground = mask, luma, self._laid

    def _prime(self, paths: Sequence[Path]) -> None:
        """Learn from the first stills, before the first of them is judged."""
        corrupt = self._settings.measures.corrupt
        stills = read_stills(paths[:_OPENING], planes=True, corrupt=corrupt)
        planes = [self._prepared(still.picture) for still in stills if still.picture is not None]
        if planes:
            self._analyzer = self._new_analyzer(planes[0])
            spacing_s = self._analyzer.opening_s / max(1, len(planes) - 1)
            self._analyzer.prime(_frame(i, i * spacing_s, p) for i, p in enumerate(planes))

    def _new_analyzer(self, planes: Planes) -> Analyzer:
        settings = self._settings
        model = MODELS[settings.background.model].make(settings.background.of_model())
        return Analyzer(planes.size, model, settings.analysis, enter=settings.decision.enter)

    def _step(self, picture: Picture) -> tuple[Image, Image]:
        """Return mask and luma at the analysis size."""
        planes = self._prepared(picture)
        frame = _frame(self._stills, self._stills * _STEP_S, planes)
        self._stills += 1
        if self._analyzer is None or not self._analyzer.fits(frame):
            self._analyzer = self._new_analyzer(planes)
        mask = self._analyzer.step(frame).mask.copy()
        if self._before is not None and self._before.shape == mask.shape:
            both = [*new_blobs(self._before, mask), *new_blobs(mask, self._before)]
            self._changes.append(sum(area for _, area in both) / self._analyzer.watched_pixels)
        self._before = mask
        height, width = mask.shape
        scale = self._analyzer.scale
        whole = planes.luma.view[: height * scale, : width * scale]
        luma = shrunk(whole, width, height)
        return mask, luma

    def _prepared(self, picture: Picture) -> Planes:
        if self._preparation.does_nothing and isinstance(picture, Planes):
            return picture
        image = _bgr_of(picture) if isinstance(picture, Planes) else picture
        ready = self._preparation.alone(image).picture
        if self._preparation.aligns:
            if self._ground is None or self._ground.shape != ready.shape:
                self._ground = ready
            ready = self._laid = self._preparation.align(self._ground, ready)
        return planes_of(ready)

    def _news(self, mask: Image, luma: Image) -> float:
        if self._mask is None or self._luma is None or self._analyzer is None:
            return 0.0
        pixels = 0
        for box, area in [*new_blobs(self._mask, mask), *new_blobs(mask, self._mask)]:
            if contrast_beyond_light(self._luma[box], luma[box]) >= _LEAST_CONTRAST:
                pixels += area
        return pixels / self._analyzer.watched_pixels


def _frame(index: int, time_s: float, planes: Planes) -> Frame:
    return Frame(index, time_s, None, index, lambda: planes, lambda: planes.luma.view)


def _bgr_of(planes: Planes) -> Image:
    luma = planes.luma.view
    if planes.chroma is None:
        return luma
    blue, red = planes.chroma
    ycc = np.dstack((luma, red.view, blue.view))
    return np.asarray(cv2.cvtColor(ycc, cv2.COLOR_YCrCb2BGR), np.uint8)
