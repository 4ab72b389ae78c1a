"""The explanation of one frame, in words and as numbers."""

from __future__ import annotations

from motionlapse.inside import Blob
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.footage import Footage
from motionlapse.types import Analysis, Decision, State
from motionlapse.units import counted, format_duration, format_share

NAMED = 5  # most blobs and pieces that are listed one by one


def lines_of(analysis: Analysis, decision: Decision, settings: Settings) -> list[str]:
    """Return the explanation of a frame in lines, the verdict first."""
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
            f"does not count yet; an event begins here if motion lasts {wanted_s:g} s "
            f"({decision.reason})"
        )
    if decision.motion:
        return f"counts as part of an event ({decision.reason})"
    if state is State.FADING:
        return f"does not count; the event ends if this lasts ({decision.reason})"
    return f"does not count ({decision.reason})"


def _score_line(analysis: Analysis, settings: Settings) -> str:
    score, chosen = analysis.score, settings.decision
    flow = "" if score.flow is None else f", flow {score.flow:.3g} picture diagonals a second"
    still = score.fraction - score.moving
    stands = f", {format_share(still)} more stands still" if still > 0 else ""
    return (
        f"score {score.value:.2f}: {format_share(score.moving)} of the watched area is moving "
        f"foreground{stands}{flow}; {format_share(chosen.enter)} opens an event (score 1), "
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
        return [f"no pieces too small to be a blob (below {format_share(least)})"]
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
    return [f"the light is {gain:.3g} times that of the background, which is compensated for"]


def _count(items: tuple[Blob, ...], word: str) -> str:
    return counted(len(items), word)


def _places(items: tuple[Blob, ...]) -> str:
    named = [
        f"{format_share(item.area)} at {item.x},{item.y} ({item.width}×{item.height})"
        for item in items[:NAMED]
    ]
    more = len(items) - NAMED
    return "; ".join(named) + (f"; and {more} smaller" if more > 0 else "")


def record_of(
    footage: Footage, analysis: Analysis, decision: Decision, settings: Settings
) -> dict[str, object]:
    """Return the same as numbers, ready for JSON."""
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


def _place(item: Blob) -> dict[str, object]:
    return {
        "x": item.x,
        "y": item.y,
        "width": item.width,
        "height": item.height,
        "area": round(item.area, 6),
    }
