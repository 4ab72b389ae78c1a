"""The analyzer: a frame in, all that is known of it out."""

from __future__ import annotations

import numpy as np

from motionlapse.analysis.areas import WatchedArea
from motionlapse.analysis.cleanup import Cleanup
from motionlapse.analysis.flow import Flow
from motionlapse.analysis.prepare import Shrinker, choose_scale
from motionlapse.analysis.score import change_value, moving_pixels
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.frames import Frame, Image, Planes
from motionlapse.types import Analysis, BackgroundModel, ChangeScore, Foreground

# No mover fills this much more of a fixed camera's picture from one frame to the next; a lamp does.
# Between pictures that are far apart in time a mover can.
_AT_ONCE = 0.4
_ONCE_S = 0.25
_THRESHOLD = 64


class Analyzer:
    """Judges the frames of one source whose pictures keep their size.

    Parameters
    ----------
    size
        (width, height) of the upright pictures.
    model
        A new background model.
    settings
        What is watched, and how finely.
    enter
        Foreground share at which the score is 1.0.

    Raises
    ------
    ConfigError
        If regions or mask picture do not fit the picture.
    """

    def __init__(
        self,
        size: tuple[int, int],
        model: BackgroundModel,
        settings: AnalysisSettings,
        *,
        enter: float,
    ) -> None:
        self.size = size
        self._model = model
        self._settings = settings
        self._enter = enter
        self.scale = choose_scale(size, settings.scale)
        self._shrink = Shrinker(size, self.scale)
        self._area = WatchedArea(settings, size, self._shrink.size, self.scale)
        self._cleanup = Cleanup(settings, self._area, self.scale)
        self._flow = Flow(settings.flow_tracking) if settings.flow else None
        self._colour: bool | None = None
        self._previous_s: float | None = None
        self._previous: Image | None = None
        self._beyond = 1.0  # share of the whole picture beyond the threshold in the last frame

    @property
    def watched_pixels(self) -> int:
        """How many pixels of analysis are watched."""
        return self._area.pixels

    def fits(self, planes: Planes) -> bool:
        """Tell whether a picture is of the same size and kind, grey or colour, as those before."""
        same_kind = self._colour in (None, planes.chroma is not None)
        return planes.size == self.size and same_kind

    def step(self, frame: Frame, pace: float = 1.0) -> Analysis:
        """Judge a frame and learn from it.

        Parameters
        ----------
        frame
            The next frame, of the size that was promised.
        pace
            How fast to learn from it; see `motionlapse.types.BackgroundModel.apply`.
        """
        elapsed_s = 0.0 if self._previous_s is None else frame.time - self._previous_s
        self._previous_s = frame.time
        self._colour = frame.planes.chroma is not None
        planes = self._shrink(frame.planes)
        foreground = self._model.apply(
            planes, elapsed_s=elapsed_s, pace=pace, previous=self._previous
        )
        mask, blobs, pixels = self._cleanup(foreground.score)
        self._previous = mask
        score = self._score(foreground, mask, pixels, planes, elapsed_s)
        return Analysis(
            frame=frame,
            mask=mask,
            scale=self.scale,
            blobs=blobs,
            score=score,
            ready=foreground.ready,
            learning_rate=foreground.learning_rate,
            light_gain=foreground.light_gain,
        )

    def _score(
        self,
        foreground: Foreground,
        mask: Image,
        pixels: int,
        planes: Planes,
        elapsed_s: float,
    ) -> ChangeScore:
        flow = self._flow(planes.luma.view, mask, elapsed_s) if self._flow else None
        fraction = pixels / self._area.pixels
        moving = fraction
        if pixels and foreground.moving is not None:
            moving = moving_pixels(foreground.moving, mask) / self._area.pixels
        return ChangeScore(
            value=change_value(
                moving, flow, enter=self._enter, tracking=self._settings.flow_tracking
            ),
            fraction=fraction,
            moving=moving,
            flow=flow,
            light=self._changed_at_once(foreground.score, elapsed_s),
            regions=self._area.names(mask) if pixels else (),
        )

    def _changed_at_once(self, score: Image, elapsed_s: float) -> bool:
        """Tell whether the light has changed: of the whole picture, not of the watched part."""
        before, self._beyond = self._beyond, np.count_nonzero(score > _THRESHOLD) / score.size
        return bool(self._beyond - before > _AT_ONCE) and elapsed_s <= _ONCE_S
