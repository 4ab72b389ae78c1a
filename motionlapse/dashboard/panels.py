"""The texts of the dashboard, panel by panel."""

from __future__ import annotations

from pathlib import Path

from motionlapse.dashboard.lines import Line, fitted, folded, text, width_of
from motionlapse.dashboard.look import Look
from motionlapse.types import KeptEvent
from motionlapse.units import counted, format_duration, format_size

_STATE_STYLES = {
    "live": "green",
    "quiet": "bold green",
    "rising": "bold yellow",
    "active": "bold red",
    "fading": "bold yellow",
    "warming": "bold cyan",
    "starting": "bold cyan",
    "connecting": "bold cyan",
    "lost": "bold red",
    "ended": "bold",
    "paused": "bold magenta",
}
KEYS = (
    ("q", "quit"),
    ("space", "pause or resume"),
    ("s", "snapshot now"),
    ("m", "show picture and mask, picture, mask, or neither"),
    ("+", "raise the threshold: fewer events"),
    ("-", "lower the threshold: more events"),
    ("b", "learn the background anew"),
    ("?", "this help"),
)


def header(look: Look, width: int) -> Line:
    """Return the first line: the source, its state, and numbers of the program."""
    status = look.status
    state = status.state.value if status else "starting"
    left = text(("● ", _STATE_STYLES.get(state, "")), (look.name, "bold"), f" {state}")
    parts = []
    if status is not None:
        parts = [f"{status.fps:.1f} fps", f"{status.dropped} dropped"]
        if status.losses:
            parts.append(f"lost {status.losses}×")
    parts += [f"cpu {look.processor:.1%}", f"up {format_duration(look.uptime_s, decimals=0)}"]
    while True:  # the source is shown in full as long as possible: numbers are dropped first
        right = text("  ".join(parts), (f"  {look.now:%H:%M:%S}", "bold"))
        room = width - width_of(right) - 1
        if width_of(left) <= room or not parts:
            return [*fitted(left, room), *text(" "), *right]
        parts.pop()


def source_lines(look: Look, width: int) -> list[Line]:
    """Return what the source delivers, and where results are kept."""
    status, lines = look.status, []
    if status is not None:
        gone = f", {status.unusable} unusable" if status.unusable else ""
        lines.append(text(f" {status.detail or status.state.value}"))
        lines.append(text(f" {status.pictures} pictures, {status.dropped} dropped{gone}"))
    kept = f"{counted(look.events, 'event')}, {counted(look.snapshots, 'snapshot')}"
    lines.append(text(f" {kept} in {look.folder}" if look.folder else f" {kept}"))
    lines.append(text(f" {disk_words(look)}"))
    return [fitted(line, width) for line in lines]


def disk_words(look: Look) -> str:
    """Return how much of the disk is used and free, in words."""
    if look.disk is None:
        return "disk not checked yet"
    return f"{format_size(look.disk.archive)} used, {format_size(look.disk.free)} left"


def events_title(look: Look) -> str:
    """Return how many events there were, and how full the disk is."""
    events = counted(look.events, "event")
    return f"{events}; {disk_words(look)}"


def state_lines(look: Look, width: int, *, most: int) -> list[Line]:
    """Return state, reason, distance from the threshold, the threshold itself, and any advice."""
    style = _STATE_STYLES.get(look.heading, "bold")
    first = text((f" {look.heading.upper()} ", f"{style} reverse"), f" {look.reason}")
    room = text(f" {look.headroom}") if look.headroom else []
    lines = [*folded(first, width, 1 if room or most < 3 else 2)]
    if room:
        lines += _indented(room, width, 2)
    threshold = f" opens at {look.opens_at}"
    if look.threshold_factor != 1:
        threshold += f" ({look.threshold_factor:.3g} × the configured threshold)"
    if look.quiet_level is not None:
        level = look.quiet_level
        threshold += (
            f"; the quiet scene stays below {level:.2g}" if level else "; nothing moves when quiet"
        )
    left = most - len(lines) - bool(look.verdict)
    lines += _indented(text((threshold, "bright_black")), width, max(1, left))
    if look.verdict and len(lines) < most:
        lines.append(text((f" {look.verdict}", "yellow")))
    return lines[:most]


def _indented(line: Line, width: int, most: int) -> list[Line]:
    first, *rest = folded(line, width - 1, most)
    return [first, *([*text(" "), *part] for part in rest)]


def event_lines(look: Look, width: int) -> list[Line]:
    """Return the open event and the last ones, newest first."""
    lines = []
    if look.open_event is not None:
        lines.append(text(" ", *_event(look.open_event, "now", "bold red", 0)))
    for kept in look.ended:
        length = f"{kept.event.end_s - kept.event.start_s:.1f} s"
        lines.append(text(" ", *_event(kept, length, "", width)))
    return lines or [text((" none so far", "bright_black"))]


def _event(kept: KeptEvent, length: str, style: str, width: int) -> list[tuple[str, str]]:
    event = kept.event
    start = f"{kept.start_wall:%H:%M:%S}" if kept.start_wall else format_duration(event.start_s)
    words = f"{event.number:>4}  {start}  {length:>7}  score {event.peak_score:>5.1f}"
    regions = ", ".join(event.regions)
    parts = [(words, style), (f"  {regions}" if regions != "all" else "", "")]
    if kept.snapshots and width >= 60:
        parts.append((f"  {Path(kept.snapshots[0]).name}", "bright_black"))
    return parts


def note_lines(look: Look, width: int) -> list[Line]:
    """Return the last warnings, newest first."""
    lines: list[Line] = []
    for note in look.notes:
        style = "red" if note.grave else "yellow"
        lines += folded(text(f" {note.wall:%H:%M:%S} ", (note.text, style)), width, 2)
    return lines or [text((" none", "bright_black"))]


def last_lines(look: Look, width: int) -> list[Line]:
    """Return the newest warning and the last events, for layouts in which they share a panel."""
    if not look.notes:
        return event_lines(look, width)
    note = look.notes[0]
    style = "red" if note.grave else "yellow"
    warning = text(f" {note.wall:%H:%M:%S} ", (note.text, style))
    return [warning, *(event_lines(look, width) if look.open_event or look.ended else [])]


def help_lines() -> list[Line]:
    """Return what the keys do."""
    return [text(), *(text(f"  {key:<7}", (words, "")) for key, words in KEYS), text()]


def footer(look: Look, width: int) -> Line:
    """Return the last line: what the last key did, else the keys."""
    if look.help:
        return text((" q quits, any other key closes this help", "bright_black"))
    if look.said:
        return fitted(text((f" {look.said}", "bold")), width)
    keys = " q quit  space pause  s snapshot  m picture  +/- threshold  b learn anew  ? help"
    if width < len(keys) + 1:
        keys = " q quit  space pause  s snap  m pics  +/-  b learn  ? help"
    return fitted(text((keys, "bright_black")), width)
