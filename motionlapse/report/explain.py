"""One frame explained: every layer in one picture, and in words why it did or did not count."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import cv2
import numpy as np

from motionlapse.batch.parts import analyzer_maker
from motionlapse.closing import Closing
from motionlapse.decision.decider import Decider
from motionlapse.errors import ConfigError, SourceError
from motionlapse.frames import Frame, Image, Source
from motionlapse.inside import Blob
from motionlapse.made import marked
from motionlapse.pipeline import run
from motionlapse.pipeline_settings import Settings
from motionlapse.report.explain_words import NAMED, lines_of, record_of
from motionlapse.report.score_plot import score_plot
from motionlapse.sinks.drawing import (
    GREEN,
    ORANGE,
    WHITE,
    boxes,
    text_px,
    text_width,
    wrap,
    write_shaded,
    write_text,
)
from motionlapse.sinks.layers import panel, panel_size
from motionlapse.sinks.settings import LAYERS
from motionlapse.sources.footage import Footage
from motionlapse.sources.opening import open_footage
from motionlapse.types import Analysis, Decision
from motionlapse.units import format_duration, format_share

_Box: TypeAlias = tuple[int, int, int, int]
"""x, y, width, height in pixels."""

_COLUMNS = 3
_HISTORY_S = 10.0
_PLOT_PX = 110
_GROUND = 24
_LEAST_PX = 480  # panels of ordinary pictures are wider together; narrow strips are not
_LARGEST_PX = 24
_ROUNDING_S = 1e-6  # tolerance, as times are floats
# Where footage is damaged or ends, a picture farther than this from the requested time is not the
# one that was meant.
_NEAR_S = 0.5


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of one frame.

    Attributes
    ----------
    lines
        In words, the verdict first.
    picture
        Every layer with the words below, BGR uint8 ``(H, W, 3)``.
    record
        The same as numbers, ready for JSON.
    """

    lines: list[str]
    picture: Image
    record: dict[str, object]


class _Until(Closing):
    """Wraps a source so that it ends before the first frame after a given time.

    Times are shown in milliseconds, so a frame whose time rounds to the given one is still
    included. The setting ``sources.end`` would not do: it would also shorten the opening from which
    the background is learned.
    """

    def __init__(self, source: Source, last_s: float) -> None:
        self._source = source
        self._last_s = last_s
        self.ended = False
        self.info = source.info
        self.faults = source.faults

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._source:
            if min(frame.time, round(frame.time, 3)) > self._last_s:
                return
            yield frame
        self.ended = True

    def opening(self) -> Iterator[Frame] | None:
        return self._source.opening()

    def close(self) -> None:
        self._source.close()


@dataclass(slots=True)
class _LastFrame:
    """A sink that remembers the last frame and the scores that led to it."""

    seen: tuple[Analysis, Decision] | None = None
    scores: deque[tuple[float, float]] = field(default_factory=deque)

    def write(self, analysis: Analysis, decision: Decision) -> None:
        self.seen = analysis, decision
        now_s = analysis.frame.time
        self.scores.append((now_s, analysis.score.value))
        while self.scores[0][0] < now_s - _HISTORY_S:
            self.scores.popleft()

    def finish(self, decision: Decision) -> None:
        """Nothing is left to write."""

    def close(self) -> None:
        """Nothing is open."""


def explain(footage: Footage, settings: Settings, at_s: float) -> Explanation:
    """Explain the frame that is shown at a time, from a scan of everything before it.

    Parameters
    ----------
    footage
        The film or stills.
    settings
        As of a scan.
    at_s
        Media time in seconds.

    Raises
    ------
    ConfigError
        If the footage ends before that time, or reading begins after it.
    SourceError
        If it cannot be read.
    """
    whole = settings.sources.model_copy(update={"end": None, "duration": None})
    settings = settings.model_copy(update={"sources": whole})
    if at_s < whole.start:
        begin = format_duration(whole.start)
        raise ConfigError(f"--at {format_duration(at_s)} is before --start {begin}")
    last = _LastFrame()
    with open_footage(footage, settings.sources) as source:
        info = source.info
        reach_s = None if info.duration_s is None else whole.start + info.duration_s
        if reach_s is not None and info.kind == "recording" and reach_s < at_s:
            raise _too_late(footage, at_s, reach_s)
        part = _Until(source, at_s + _ROUNDING_S)
        outcome = run(part, analyzer_maker(settings), Decider(settings.decision), [last])
        if outcome.failure is not None:
            raise outcome.failure
        lost = [fault.text for fault in source.faults if fault.lost]
    if last.seen is None:
        raise SourceError(f"{footage.name}: no picture at or before {format_duration(at_s)}")
    analysis, decision = last.seen
    if lost and at_s - analysis.frame.time > _NEAR_S:
        raise SourceError(f"{lost[-1]}; there is no picture at {format_duration(at_s)}")
    # The film does not state its duration; its last frame is shown as long as the others.
    shown_s = max(_NEAR_S, 1 / info.fps if info.fps else 0.0)
    unknown = reach_s is None and info.kind == "recording"
    if unknown and part.ended and at_s - analysis.frame.time > shown_s:
        raise _too_late(footage, at_s, analysis.frame.time)
    lines = lines_of(analysis, decision, settings)
    return Explanation(
        lines=lines,
        picture=_draw(analysis, lines, last.scores, settings.decision.exit_ratio),
        record=record_of(footage, analysis, decision, settings),
    )


def _too_late(footage: Footage, at_s: float, end_s: float) -> ConfigError:
    return ConfigError(
        f"--at {format_duration(at_s)}: {footage.name} ends at {format_duration(end_s)}"
    )


# ---- the picture ---------------------------------------------------------------------------------


def _draw(
    analysis: Analysis, lines: list[str], scores: deque[tuple[float, float]], stays: float
) -> Image:
    size = panel_size(analysis.frame.size, 640)
    panels = [panel(name, analysis, size) for name in LAYERS]
    for layer in panels[:3]:  # picture, mask, score: where the pieces are
        _mark(layer, analysis)
    rows = [
        _wide_enough(np.hstack(panels[start : start + _COLUMNS]))
        for start in range(0, len(panels), _COLUMNS)
    ]
    width = rows[0].shape[1]
    words = _words(lines, width)
    plot = score_plot(list(scores), (width, _PLOT_PX), span_s=_HISTORY_S, stays=stays)
    picture: Image = np.vstack([*rows, plot, words])
    return picture


def _wide_enough(row: Image) -> Image:
    """Return a row of panels, widened if the words would not fit below."""
    room = max(0, _LEAST_PX - row.shape[1])
    return np.pad(row, ((0, 0), (0, room), (0, 0)), constant_values=_GROUND)


def _mark(layer: Image, analysis: Analysis) -> None:
    """Draw boxes around blobs and around pieces that were too small, with their areas."""
    width, height = analysis.frame.size
    across, down = layer.shape[1] / width, layer.shape[0] / height
    small = () if analysis.inside is None else analysis.inside.too_small()
    size_px = text_px(layer.shape[1])
    # Of the small pieces only the largest is labelled with its area, as many lie close together.
    marked: list[tuple[Sequence[Blob], tuple[int, int, int], int]]
    marked = [(analysis.blobs, GREEN, NAMED), (small, ORANGE, 1)]
    drawn: list[tuple[_Box, str, tuple[int, int, int]]] = []
    for items, colour, labelled in marked:
        for number, item in enumerate(items):
            # A margin, so that the box does not hide an object of a few pixels.
            x, y = round(item.x * across) - 3, round(item.y * down) - 3
            box = (x, y, round(item.width * across) + 6, round(item.height * down) + 6)
            boxes(layer, [box], colour, 1)
            drawn.append((box, format_share(item.area) if number < labelled else "", colour))
    # The layer's name is drawn last, above everything else.
    taken = [(0, 0, layer.shape[1], 2 * size_px), *(box for box, _, _ in drawn)]
    for box, text, colour in drawn:
        place = _free_place(layer, box, (text_width(text, size_px), size_px), taken)
        if text and place is not None:
            taken.append(place)
            write_shaded(layer, text, (place[0], place[1] + size_px), size_px, colour)


def _free_place(
    layer: Image, box: _Box, size: tuple[int, int], taken: Sequence[_Box]
) -> _Box | None:
    """Return a place for a text of (width, height): beside a box if it is free, else in it."""
    x, y, width, height = box
    wide, high = size
    others = [other for other in taken if other != box]
    for left, top in (
        (x, y - high - 4),
        (x, y + height + 2),
        (x + width + 3, y),
        (x - wide - 3, y),
        (x + 3, y + 3),
        (x + 3, y + height - high - 3),
    ):
        inside = 0 <= left <= layer.shape[1] - wide and 0 <= top <= layer.shape[0] - high
        if inside and not any(_overlap((left, top, wide, high), other) for other in others):
            return left, top, wide, high
    return None


def _overlap(one: _Box, other: _Box) -> bool:
    return all(
        one[axis] < other[axis] + other[axis + 2] and other[axis] < one[axis] + one[axis + 2]
        for axis in (0, 1)
    )


def _words(lines: list[str], width: int) -> Image:
    size_px = min(text_px(width), _LARGEST_PX)
    margin = size_px // 2
    wrapped = [part for line in lines for part in wrap([line], width - 2 * margin, size_px)]
    step = round(size_px * 1.4)
    ground = np.full((len(wrapped) * step + 2 * margin, width, 3), _GROUND, np.uint8)
    for number, line in enumerate(wrapped):
        write_text(ground, line, (margin, margin + number * step + size_px), size_px, WHITE)
    return ground


def as_png(picture: Image) -> bytes:
    """Return a picture as a PNG file with the mark of a picture made by this program."""
    _, png = cv2.imencode(".png", picture)
    return marked(png.tobytes())
