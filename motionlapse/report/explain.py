"""One frame explained: every layer in one picture, and in words why it did or did not count."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from motionlapse.batch import analyzer_maker, open_footage
from motionlapse.decision.decider import Decider
from motionlapse.errors import ConfigError, SourceError
from motionlapse.frames import Image
from motionlapse.inside import Piece
from motionlapse.pipeline import run
from motionlapse.pipeline_settings import Settings
from motionlapse.report.score_plot import score_plot
from motionlapse.sinks.drawing import (
    GREEN,
    ORANGE,
    WHITE,
    boxes,
    text_px,
    wrap,
    write_text,
)
from motionlapse.sinks.layers import panel, panel_size
from motionlapse.sinks.settings import LAYERS
from motionlapse.sources.footage import Footage
from motionlapse.types import Analysis, Blob, Decision, State
from motionlapse.units import format_duration, format_share

_COLUMNS = 3
_HISTORY_S = 10.0
_PLOT_PX = 110
_GROUND = 24
_LARGEST_PX = 24
_NAMED = 5  # blobs and pieces that are named one by one
# Reading stops just after the frame that shows at the time.
_JUST_AFTER_S = 1e-6


@dataclass(frozen=True, slots=True)
class Explanation:
    """What there is to say of one frame.

    Attributes
    ----------
    lines
        In words, the verdict first.
    picture
        Every layer, and the words, BGR uint8 ``(H, W, 3)``.
    record
        The same as numbers, as JSON can hold them.
    """

    lines: list[str]
    picture: Image
    record: dict[str, object]


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
        If the footage ends before that time.
    SourceError
        If it cannot be read.
    """
    part = {"end": at_s + _JUST_AFTER_S, "duration": None}
    sources = settings.sources.model_copy(update=part)
    settings = settings.model_copy(update={"sources": sources})
    last = _LastFrame()
    with open_footage(footage, settings) as source:
        info = source.info
        reach_s = None if info.duration_s is None else sources.start + info.duration_s
        if reach_s is not None and info.kind == "recording" and reach_s < at_s - _JUST_AFTER_S:
            raise ConfigError(
                f"--at {format_duration(at_s)}: {footage.name} ends at {format_duration(reach_s)}"
            )
        decider = Decider(settings.decision)
        outcome = run(source, analyzer_maker(settings), decider, [last])
        if outcome.failure is not None:
            raise outcome.failure
    if last.seen is None:
        raise SourceError(f"{footage.name}: no picture up to {format_duration(at_s)}")
    analysis, decision = last.seen
    lines = _lines(analysis, decision, settings)
    return Explanation(
        lines=lines,
        picture=_draw(analysis, lines, last.scores, settings.decision.exit_ratio),
        record=_record(footage, analysis, decision, settings),
    )


# ---- words ---------------------------------------------------------------------------------------


def _lines(analysis: Analysis, decision: Decision, settings: Settings) -> list[str]:
    frame = analysis.frame
    moment = format_duration(frame.time, decimals=3)
    return [
        f"frame {frame.index} at {moment}: {_verdict(decision, settings)}",
        _score_line(analysis, settings),
        *_blob_lines(analysis),
        *_small_lines(analysis),
        *_light_lines(analysis),
    ]


def _verdict(decision: Decision, settings: Settings) -> str:
    state = decision.state
    wanted_s = settings.decision.min_event
    if state is State.WARMING:
        return f"does not count; {decision.reason}"
    if state is State.RISING:
        return (
            f"does not count yet; it is the beginning of an event if motion lasts {wanted_s:g} s "
            f"({decision.reason})"
        )
    if decision.motion:
        return f"counts, it belongs to an event ({decision.reason})"
    if state is State.FADING:
        return f"does not count, and the event ends if that lasts ({decision.reason})"
    return f"does not count ({decision.reason})"


def _score_line(analysis: Analysis, settings: Settings) -> str:
    score, chosen = analysis.score, settings.decision
    flow = "" if score.flow is None else f", flow {score.flow:.3g} picture diagonals a second"
    still = score.fraction - score.moving
    stands = f", {format_share(still)} more stands still" if still > 0 else ""
    return (
        f"score {score.value:.2f}: {format_share(score.moving)} of the watched area is foreground "
        f"that moves{stands}{flow}; {format_share(chosen.enter)} opens an event (score 1), "
        f"{format_share(chosen.enter * chosen.exit_ratio)} keeps it open (score "
        f"{chosen.exit_ratio:.2g})"
    )


def _blob_lines(analysis: Analysis) -> list[str]:
    blobs = analysis.blobs
    if not blobs:
        return ["no blob"]
    return [f"{_count(blobs, 'blob')} (green): {_places(blobs)}"]


def _small_lines(analysis: Analysis) -> list[str]:
    inside = analysis.inside
    if inside is None:
        return []
    least, pieces = inside.least_area, inside.too_small()
    if not pieces:
        return [f"nothing was too small to be a blob (below {format_share(least)})"]
    small = (
        f"{_count(pieces, 'piece')} too small to be a blob (orange, below {format_share(least)})"
    )
    return [f"{small}: {_places(pieces)}"]


def _light_lines(analysis: Analysis) -> list[str]:
    gain = analysis.light_gain
    if analysis.score.light:
        return ["most of the picture changed at once: the light, not a mover"]
    if gain is None or abs(gain - 1) < 0.005:
        return []
    return [f"the light is {gain:.3g} times that of the background, and is taken out"]


def _count(items: tuple[Blob, ...] | tuple[Piece, ...], word: str) -> str:
    return f"{len(items)} {word}{'s' * (len(items) != 1)}"


def _places(items: tuple[Blob, ...] | tuple[Piece, ...]) -> str:
    named = [
        f"{format_share(item.area)} at {item.x},{item.y} ({item.width}×{item.height})"
        for item in items[:_NAMED]
    ]
    more = len(items) - _NAMED
    return "; ".join(named) + (f"; and {more} smaller" if more > 0 else "")


def _record(
    footage: Footage, analysis: Analysis, decision: Decision, settings: Settings
) -> dict[str, object]:
    score, inside = analysis.score, analysis.inside
    return {
        "source": footage.name,
        "frame": analysis.frame.index,
        "time_s": round(analysis.frame.time, 6),
        "counts": decision.motion and decision.state is not State.RISING,
        "state": decision.state.value,
        "reason": decision.reason,
        "score": round(score.value, 4),
        "fraction": round(score.fraction, 6),
        "moving": round(score.moving, 6),
        "flow": score.flow,
        "enter": settings.decision.enter,
        "exit": settings.decision.enter * settings.decision.exit_ratio,
        "light_gain": analysis.light_gain,
        "blobs": [_place(blob) for blob in analysis.blobs],
        "least_area": None if inside is None else inside.least_area,
        "too_small": [] if inside is None else [_place(piece) for piece in inside.too_small()],
    }


def _place(item: Blob | Piece) -> dict[str, object]:
    return {
        "x": item.x,
        "y": item.y,
        "width": item.width,
        "height": item.height,
        "area": round(item.area, 6),
    }


# ---- the picture ---------------------------------------------------------------------------------


def _draw(
    analysis: Analysis, lines: list[str], scores: deque[tuple[float, float]], stays: float
) -> Image:
    size = panel_size(analysis.frame.planes.size, 640)
    panels = [panel(name, analysis, size) for name in LAYERS]
    for layer in panels[:3]:  # picture, mask, score: where the pieces are
        _mark(layer, analysis)
    rows = [
        np.hstack(panels[start : start + _COLUMNS]) for start in range(0, len(panels), _COLUMNS)
    ]
    width = rows[0].shape[1]
    words = _words(lines, width)
    plot = score_plot(list(scores), (width, _PLOT_PX), span_s=_HISTORY_S, stays=stays)
    picture: Image = np.vstack([*rows, plot, words])
    return picture


def _mark(layer: Image, analysis: Analysis) -> None:
    """Draw boxes around blobs and around what was too small, each with its area."""
    width, height = analysis.frame.planes.size
    across, down = layer.shape[1] / width, layer.shape[0] / height
    small = () if analysis.inside is None else analysis.inside.too_small()
    size_px = text_px(layer.shape[1])
    marked: list[tuple[Sequence[Blob | Piece], tuple[int, int, int]]]
    marked = [(small, ORANGE), (analysis.blobs, GREEN)]
    for items, colour in marked:
        for number, item in enumerate(items):
            # A margin, so that the box does not hide a mover of a few pixels.
            x, y = round(item.x * across) - 3, round(item.y * down) - 3
            box = (x, y, round(item.width * across) + 6, round(item.height * down) + 6)
            boxes(layer, [box], colour, 1)
            if number < _NAMED:
                write_text(
                    layer, format_share(item.area), (x, max(size_px, y - 4)), size_px, colour
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
    """Return a picture as a PNG file."""
    _, png = cv2.imencode(".png", picture)
    return png.tobytes()
