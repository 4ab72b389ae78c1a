"""The analyzer: a frame in, all that is known of it out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from motionlapse.analysis.areas import WatchedArea
from motionlapse.analysis.boxes import box_of
from motionlapse.analysis.cleanup import Cleanup
from motionlapse.analysis.flow import mean_flow, track_corners
from motionlapse.analysis.overlays import OverlayFinder
from motionlapse.analysis.prepare import Shrinker, choose_scale, copied
from motionlapse.analysis.score import change_value, moving_pixels
from motionlapse.analysis.segmented import Segmented
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.analysis.steadying import Steadier
from motionlapse.frames import Frame, Image, Planes
from motionlapse.inside import Floats, GoesBack, Inside, KnowsNoise, Remembers, WatchesPart
from motionlapse.opening import Opening
from motionlapse.types import Analysis, BackgroundModel, ChangeScore

# No mover fills this much more of a fixed camera's picture from one frame to the next; a lamp does.
# (Between pictures that are further apart than `_ONCE_S`, a mover can.)
_AT_ONCE = 0.4
# Nor does a mover leave this much more foreground that is too thin to be anything; the edge of a
# cloud's shadow does.
_THIN_AT_ONCE = 0.2
_ONCE_S = 0.25
_FEWEST = 3  # pictures of an opening; of fewer there is no majority
_OVERLAYS_S = 120.0  # enough to find a clock in the picture


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the next frame is compared with, besides the background."""

    time: float | None = None
    mask: Image | None = None
    luma: Image | None = None
    beyond: float = 1.0  # share of the whole picture that is beyond the threshold
    thin: float = 1.0  # the part of it that is in no blob; 0 where not all is watched


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
        The share of the watched area at which the score is 1.0; may be changed between frames.

    Raises
    ------
    ConfigError
        If regions, or the mask picture, do not fit the picture.
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
        # Checked once: against a protocol, it costs as much as calling a kernel.
        self._goes_back = model if isinstance(model, GoesBack) else None
        self._settings = settings
        self.enter = enter
        self.scale = choose_scale(size, settings.scale)
        self._shrink = Shrinker(size, self.scale)
        self._area = WatchedArea(settings, size, self._shrink.size, self.scale)
        if self._area.mask is not None and isinstance(model, WatchesPart):
            model.watch(self._area.mask)
        self._cleanup = Cleanup(settings, self._area, self.scale)
        self._steady = Steadier(self._shrink.size) if settings.steady else None
        self._overlays = OverlayFinder(self._shrink.size)
        self._colour: bool | None = None
        self._began_s: float | None = None  # when the first frame was judged
        self._last = self._last_but_one = _Seen()

    @property
    def watched_pixels(self) -> int:
        """How many pixels of analysis are watched."""
        return self._area.pixels

    @property
    def opening_s(self) -> float:
        """How many of the first seconds `prime` learns from: as set, else as the model wants."""
        chosen = self._settings.opening
        return self._model.opening_s if chosen is None else chosen

    def fits(self, frame: Frame) -> bool:
        """Tell whether a picture has the same size and kind (grey or colour) as those before."""
        same_kind = self._colour in (None, _has_colour(frame))
        return frame.size == self.size and same_kind

    def prime(
        self, opening: Iterable[Frame], *, quiet_s: float = 0.0, seconds: float | None = None
    ) -> None:
        """Learn from the first frames before they are judged.

        `motionlapse.opening.Opening` chooses a few pictures that are spread over the time; from
        fewer than three nothing is learned.

        Parameters
        ----------
        opening
            The first frames of the source; no more of them are taken than needed.
        quiet_s
            For how long, at least, the scene has looked like that by the end of them.
        seconds
            How much media time to learn from; by default `opening_s`.
        """
        chosen: list[Planes] = []
        first_s = last_s = 0.0
        for frame in Opening(self.opening_s if seconds is None else seconds).chosen(opening):
            if not self.fits(frame):
                break
            self._colour = _has_colour(frame)
            first_s = first_s if chosen else frame.time
            chosen.append(copied(self._prepared(frame)))
            last_s = frame.time
        if len(chosen) >= _FEWEST:
            self._model.prime(chosen, seconds=max(last_s - first_s, quiet_s))

    def remember(self, before: Analyzer) -> None:
        """Take over what a former analyzer knows of the same place; call `prime` first."""
        if isinstance(self._model, Remembers):
            self._model.remember(before._model)

    def prepared(self, frame: Frame) -> Frame:
        """Return a frame with its planes at the size of analysis, ready to be analysed."""
        planes = copied(self._shrunk(frame))
        return replace(frame, to_small=lambda: planes)

    def step(self, frame: Frame, pace: float = 1.0) -> Analysis:
        """Judge a frame and learn from it.

        Parameters
        ----------
        frame
            The next frame, of the size that was given.
        pace
            How fast to learn from it; see `motionlapse.types.BackgroundModel.apply`.
        """
        return self.conclude(self.segment(frame, pace))

    def segment(self, frame: Frame, pace: float = 1.0) -> Segmented:
        """Do the first half of `step`: background model and cleanup."""
        last = self._last
        elapsed_s = 0.0 if last.time is None else frame.time - last.time
        self._colour = _has_colour(frame)
        planes = self._prepared(frame)
        foreground = self._model.apply(planes, elapsed_s=elapsed_s, pace=pace, previous=last.mask)
        return Segmented(frame, planes, elapsed_s, foreground, *self._cleanup(foreground.score))

    def conclude(self, segmented: Segmented) -> Analysis:
        """Do the second half of `step`, the change score: once after each `segment`."""
        frame, planes, elapsed_s, foreground, mask, blobs, pixels = segmented
        last = self._last
        if self._began_s is None:
            self._began_s = frame.time
        if frame.time - self._began_s < _OVERLAYS_S:
            self._overlays.add(planes.luma.view, frame.time)
        beyond = foreground.pixels / mask.size
        thin = max(beyond - pixels / mask.size, 0.0) if self._area.mask is None else 0.0
        light = elapsed_s <= _ONCE_S and (
            beyond - last.beyond > _AT_ONCE or thin - last.thin > _THIN_AT_ONCE
        )
        score = self._score(segmented, light=light)
        self._last_but_one = last
        self._last = _Seen(frame.time, mask, planes.luma.view.copy(), beyond, thin)
        return Analysis(
            frame=frame,
            mask=mask,
            scale=self.scale,
            blobs=blobs,
            score=score,
            ready=foreground.ready,
            learning_rate=foreground.learning_rate,
            light_gain=foreground.light_gain,
            inside=self._inside(foreground.score, mask, last.luma, elapsed_s),
        )

    def mark(self) -> None:
        """Keep the state, so that `go_back` can return to it after the next frame."""
        if self._goes_back is not None:
            self._goes_back.mark()
        if self._steady is not None:
            self._steady.mark()

    def go_back(self) -> None:
        """Return to the mark, one frame ago, so that frames before that one can be judged first.

        The frame is then judged again, in its turn. (Without going back, it taught the background
        twice: events began and ended up to 0.3 s earlier or later than with every frame judged, and
        with a slow mover, which seemed older than it was, 0.7 s later.)
        """
        self._last = self._last_but_one
        if self._goes_back is not None:
            self._goes_back.go_back()
        if self._steady is not None:
            self._steady.go_back()

    def _inside(self, score: Image, mask: Image, before: Image | None, elapsed_s: float) -> Inside:
        model = self._model
        luma = self._last.luma

        def tracks() -> Floats:
            if before is None or luma is None or elapsed_s <= 0 or not mask.any():
                return np.empty((0, 4), np.float32)
            found = track_corners(before, luma, mask, self._settings.flow_tracking)
            # A pixel of analysis is the mean of a square of source pixels.
            found[:, :2] = found[:, :2] * self.scale + 0.5 * (self.scale - 1)
            found[:, 2:] *= self.scale / elapsed_s
            return found

        return Inside(
            score=lambda: score,
            background=model.background,
            sigma=lambda: model.sigma() if isinstance(model, KnowsNoise) else None,
            tracks=tracks,
            too_small=lambda: self._cleanup.too_small(score),
            least_area=self._cleanup.least_area,
            watched=self._area.mask,
        )

    def overlay(self) -> str | None:
        """Return a polygon around a clock that is written into the watched part of the picture.

        It is in pixels of the source, as ``--ignore`` takes it; None if no clock was seen.
        """
        found = self._overlays.found()
        if found is None:
            return None
        x, y, width, height = found
        watched = self._area.mask
        if watched is not None and not watched[y : y + height, x : x + width].any():
            return None
        left, top = x * self.scale, y * self.scale
        right = min(self.size[0], (x + width) * self.scale)
        bottom = min(self.size[1], (y + height) * self.scale)
        return f"{left},{top} {right},{top} {right},{bottom} {left},{bottom}"

    def _prepared(self, frame: Frame) -> Planes:
        """Return the planes at the size of analysis, steadied if that is wanted."""
        planes = self._shrunk(frame)
        return planes if self._steady is None else self._steady(planes, frame.time)

    def _shrunk(self, frame: Frame) -> Planes:
        small = frame.small
        made_for_this = small is not None and small.size == self._shrink.size
        return small if small and made_for_this else self._shrink(frame.planes)

    def _score(self, segmented: Segmented, *, light: bool) -> ChangeScore:
        _, planes, elapsed_s, foreground, mask, blobs, pixels = segmented
        flow, tracking = None, self._settings.flow_tracking
        if self._settings.flow:
            # From the frame before, which is another one after going back.
            flow = mean_flow(self._last.luma, planes.luma.view, mask, elapsed_s, tracking)
        fraction = pixels / self._area.pixels
        moving = fraction
        if pixels and foreground.moving is not None:
            box = box_of(blobs, self.scale)
            moving = moving_pixels(foreground.moving, mask, box) / self._area.pixels
        return ChangeScore(
            value=change_value(moving, flow, enter=self.enter, tracking=tracking),
            fraction=fraction,
            moving=moving,
            flow=flow,
            light=light,
            regions=self._area.names(mask) if pixels else (),
        )


def _has_colour(frame: Frame) -> bool:
    return (frame.small or frame.planes).chroma is not None
