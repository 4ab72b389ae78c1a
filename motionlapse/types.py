"""The records and protocols that the packages share; nothing here computes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import numpy as np

from motionlapse.frames import Frame, Image, Planes
from motionlapse.inside import Blob, Inside

# ---- analysis --------------------------------------------------------------------------------


SHADOW_SCORE, DEEP_SHADOW_SCORE = 48, 49
"""Scores of pixels that look like shadow: slightly darkened, or so much that it may be an object.

Both are below the threshold, but the pixels around them may outvote that."""


@dataclass(frozen=True, slots=True)
class Foreground:
    """What a background model finds in one frame.

    Attributes
    ----------
    score
        uint8 ``(H, W)``: how far each pixel is from the background. Above 64 it is foreground; a
        model that only says yes or no gives 255 and 0. The model may reuse the array for the next
        frame.
    moving
        0/255 uint8 ``(H, W)``: foreground that moves, without what stands still. Pixels that may be
        shadow are in it, since cleanup may overrule that. None from a model that cannot tell. The
        array may be reused, too.
    pixels
        How many pixels of `score` are foreground.
    ready
        True once the background can be trusted.
    learning_rate
        The weight with which this frame entered the background, 0 to 1.
    light_gain
        Brightness of the frame over that of the background, 1.0 when the light has not changed;
        None from a model that does not know.
    """

    score: Image
    moving: Image | None
    pixels: int
    ready: bool
    learning_rate: float
    light_gain: float | None


class BackgroundModel(Protocol):
    """Learns from frame to frame what every pixel usually looks like."""

    @property
    def opening_s(self) -> float:
        """How many seconds of pictures the model wants to be primed with."""

    def prime(self, opening: Sequence[Planes], *, seconds: float) -> None:
        """Learn a background before the first frame is judged, so that none is lost to a warm-up.

        Parameters
        ----------
        opening
            One or more pictures of the first seconds, in order, which will be judged afterwards.
            Not modified and not kept.
        seconds
            For how long the scene has looked like that: from the first picture to the last, or
            longer where that is known.
        """

    def apply(
        self, planes: Planes, *, elapsed_s: float, pace: float, previous: Image | None = None
    ) -> Foreground:
        """Judge a frame, then learn from it.

        Parameters
        ----------
        planes
            The picture; every call brings the same size and number of planes. Not modified.
        elapsed_s
            Media time since the frame before; 0 for the first.
        pace
            Scales the learning rate: 0 learns nothing, 1 is normal, above 1 is faster.
        previous
            The foreground of the frame before after cleanup, 0/255 uint8 ``(H, W)``; None for the
            first, and for models that do without.
        """

    def background(self) -> Image:
        """Return the background's luma, uint8 ``(H, W)``."""


@dataclass(frozen=True, slots=True)
class ChangeScore:
    """How much a frame differs from the background: the numbers that the decider works on.

    Attributes
    ----------
    value
        The change as a multiple of the threshold: it fires from 1.0 on.
    fraction
        Foreground share of the watched area after cleanup, 0 to 1.
    moving
        The part of `fraction` that moves; what stands still, such as an object that was put down,
        is not in it.
    flow
        Mean displacement of tracked corners in the foreground, in picture diagonals a second;
        None where flow is off or there was nothing to track.
    light
        True if most of the picture changed at once: the light, not a mover.
    regions
        Names of the regions that hold foreground.
    measured
        Where a measure decides instead of the foreground: its finding, in words; else ``""``.
    """

    value: float
    fraction: float
    moving: float = 0.0
    flow: float | None = None
    light: bool = False
    regions: tuple[str, ...] = ()
    measured: str = ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """The result of analysing one frame.

    Attributes
    ----------
    frame, score
        The frame, and how much it changed.
    mask
        0/255 uint8 at the size of analysis, cleaned and limited to the watched area.
    scale
        How many source pixels wide a mask pixel is.
    blobs
        The connected pieces of foreground, from large to small.
    ready, learning_rate, light_gain
        As of `Foreground`.
    inside
        The layers behind the result, for those who want to look; None where there are none.
    """

    frame: Frame
    mask: Image
    scale: int
    blobs: tuple[Blob, ...]
    score: ChangeScore
    ready: bool
    learning_rate: float
    light_gain: float | None
    inside: Inside | None = None

    def source_mask(self) -> Image:
        """Return a copy of the mask at the source's own size, 0/255 uint8 ``(H, W)``."""
        width, height = self.frame.size
        mask = self.mask.repeat(self.scale, axis=0).repeat(self.scale, axis=1)
        # The scale is a whole number: up to scale - 1 rows and columns are left at the far edges.
        padding = ((0, height - mask.shape[0]), (0, width - mask.shape[1]))
        return np.pad(mask, padding, mode="edge")


# ---- decision --------------------------------------------------------------------------------


class State(StrEnum):
    """Where the event machine stands."""

    WARMING = "warming"
    QUIET = "quiet"
    RISING = "rising"
    ACTIVE = "active"
    FADING = "fading"


@dataclass(frozen=True, slots=True)
class Event:
    """An interval with motion, from its first to its last frame with motion.

    Attributes
    ----------
    number
        Its number among the events of its source in the archive, from 1.
    start_s, end_s, peak_s
        Media time in seconds.
    start_frame, end_frame, peak_frame
        Frame indices, both ends included.
    peak_score, peak_fraction
        The highest score, and the foreground share of that frame.
    reason
        Why it fired, in words.
    regions
        Names of the regions that moved, sorted.
    ending
        Why it ended, in words.
    """

    number: int
    start_s: float
    end_s: float
    start_frame: int
    end_frame: int
    peak_s: float
    peak_frame: int
    peak_score: float
    peak_fraction: float
    reason: str
    regions: tuple[str, ...] = ()
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the decider makes of one frame.

    Attributes
    ----------
    state
        Where the machine stands after the frame.
    reason
        Why, in words.
    pace
        How fast the background should learn from the next frame; see `BackgroundModel.apply`.
    motion
        True if the frame has motion that belongs to an event, or to one that may yet become one.
    opened
        The event that was confirmed with this frame.
    closed
        The event that ended for good with this frame; another may open with the same one.
    """

    state: State
    reason: str
    pace: float
    motion: bool = False
    opened: Event | None = None
    closed: Event | None = None


# ---- sinks -----------------------------------------------------------------------------------


class Sink(Protocol):
    """Where results go.

    Raises
    ------
    SinkError
        From any method, when something cannot be written.
    """

    def write(self, analysis: Analysis, decision: Decision) -> None:
        """Take one frame; called for every frame, in order."""

    def finish(self, decision: Decision) -> None:
        """Take a decision without a frame: at an interruption (frames follow), or at the end."""

    def close(self) -> None:
        """Release everything; may be called again, and without `finish`."""


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event and what was kept of it.

    Attributes
    ----------
    source
        The source as a person typed it.
    event
        The event.
    start_wall, end_wall
        Time of day, aware; None where it is unknown.
    snapshots
        Paths of its pictures.
    clip
        Path of its piece of video; None where none was kept.
    """

    source: str
    event: Event
    start_wall: datetime | None = None
    end_wall: datetime | None = None
    snapshots: tuple[str, ...] = field(default=())
    clip: str | None = None
