"""The dashboard's view: a `Look` and a size in, lines out, without a terminal.

Four layouts: *small* (from 60×15), *tall* (one column), *flat* (pictures beside the rest), *wide*
(two columns, all panels).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from motionlapse.dashboard.graph import draw_graph
from motionlapse.dashboard.lines import Line, beside, block, box, centred, folded, text
from motionlapse.dashboard.look import Look, Pictures
from motionlapse.dashboard.panels import (
    event_lines,
    events_title,
    footer,
    header,
    help_lines,
    last_lines,
    note_lines,
    source_lines,
    state_lines,
)
from motionlapse.dashboard.pixels import draw, fit
from motionlapse.frames import Image
from motionlapse.watch.chronicle import STEP_S

LEAST = (60, 15)


def render(look: Look, width: int, height: int, *, colour: bool = True) -> list[Line]:
    """Return the dashboard as `height` lines of `width` cells."""
    if width < LEAST[0] or height < LEAST[1]:
        return _too_small(look, width, height)
    if look.help:
        body = box("keys", help_lines(), width, height - 1)
    else:
        layout = choose_layout(width, height)
        body = layout(look, width, height - 1, colour)
    return block([*body, footer(look, width)], width, height)


def choose_layout(width: int, height: int) -> Callable[[Look, int, int, bool], list[Line]]:
    """Return the layout for a size."""
    if width >= 120 and height >= 30:
        return _wide
    if width >= 110 and height >= 20:
        return _flat
    if height >= 28:
        return _tall
    return _small


def _too_small(look: Look, width: int, height: int) -> list[Line]:
    hint = look.said or f"too small: {LEAST[0]}×{LEAST[1]} shows more, q quits"
    lines = [text(look.name)]
    for words in (f"{look.heading}: {look.brief}", hint):
        lines += folded(text(words), width, max(1, height - len(lines)))
    return block(lines, width, height)


# ---- layouts ---------------------------------------------------------------------------------


def _small(look: Look, width: int, height: int, colour: bool) -> list[Line]:
    """Return header, state, and either pictures or graph and events."""
    lines = [header(look, width)]
    lines += box("state", state_lines(look, width - 2, most=3), width, 5)
    rest = height - len(lines)
    if look.pictures is not Pictures.OFF and look.picture is not None and look.picked:
        return lines + _pictures(look, width, rest, colour)
    events = 4
    lines += _graph(look, width, rest - events)
    return lines + box(events_title(look), last_lines(look, width - 2), width, events)


def _tall(look: Look, width: int, height: int, colour: bool) -> list[Line]:
    """Return everything in one column."""
    lines = [header(look, width)]
    lines += box("state", state_lines(look, width - 2, most=4), width, 6)
    rest = height - len(lines)
    notes = 4
    graph = max(7, rest // 4)
    pictures = 0 if look.pictures is Pictures.OFF else max(8, rest * 2 // 5)
    if pictures:
        lines += _pictures(look, width, pictures, colour)
    lines += _graph(look, width, graph)
    events = rest - pictures - graph - notes
    lines += box(events_title(look), event_lines(look, width - 2), width, events)
    return lines + box("warnings", note_lines(look, width - 2), width, notes)


def _flat(look: Look, width: int, height: int, colour: bool) -> list[Line]:
    """Return the pictures at the right and everything else at the left."""
    lines = [header(look, width)]
    rest = height - 1
    right = 0 if look.pictures is Pictures.OFF else width * 9 // 20
    left = width - right
    column = box("state", state_lines(look, left - 2, most=3), left, 5)
    events = max(4, (rest - 5) // 3)
    column += _graph(look, left, rest - 5 - events)
    column += box(events_title(look), last_lines(look, left - 2), left, events)
    if not right:
        return lines + column
    return lines + beside(column, _pictures(look, right, rest, colour))


def _wide(look: Look, width: int, height: int, colour: bool) -> list[Line]:
    """Return two columns: texts and graph at the left, pictures and lists at the right."""
    lines = [header(look, width)]
    rest = height - 1
    left = width * 9 // 20
    right = width - left
    source = 6
    column = box("source", source_lines(look, left - 2), left, source)
    column += box("state", state_lines(look, left - 2, most=5), left, 7)
    notes = 5
    graph = max(8, (rest - source - 7 - notes) // 2)
    column += _graph(look, left, graph)
    events = rest - source - 7 - graph - notes
    column += box(events_title(look), event_lines(look, left - 2), left, events)
    column += box("warnings", note_lines(look, left - 2), left, notes)
    if look.pictures is Pictures.OFF:
        return lines + _unpictured(look, width, rest)
    return lines + beside(column, _pictures(look, right, rest, colour))


def _unpictured(look: Look, width: int, rest: int) -> list[Line]:
    """Return the wide layout without pictures: the graph across, the lists side by side."""
    left = width // 2
    top = beside(
        box("source", source_lines(look, left - 2), left, 7),
        box("state", state_lines(look, width - left - 2, most=5), width - left, 7),
    )
    graph = (rest - 7) // 2
    lists = rest - 7 - graph
    return [
        *top,
        *_graph(look, width, graph),
        *beside(
            box(events_title(look), event_lines(look, left - 2), left, lists),
            box("warnings", note_lines(look, width - left - 2), width - left, lists),
        ),
    ]


# ---- panels of pictures and numbers ------------------------------------------------------------


def _graph(look: Look, width: int, height: int) -> list[Line]:
    inside = draw_graph(look.scores, width - 4, height - 2, exit_ratio=look.exit_ratio)
    shown = look.scores[-(width - 10) :]
    # A time-lapse analyses frames far apart, so half a second for each score would be wrong.
    shown_s = shown[-1].time_s - shown[0].time_s + STEP_S if shown else 0.0
    title = f"score, {shown_s:.0f} s"
    return box(title, [[*text(" "), *line] for line in inside], width, height)


def _pictures(look: Look, width: int, height: int, colour: bool) -> list[Line]:
    """Return the chosen pictures; two are arranged so that they are as large as possible."""
    wanted = [
        (title, image)
        for title, image, kind in (
            ("picture", look.picture, Pictures.PICTURE),
            ("mask", look.mask, Pictures.MASK),
        )
        if look.pictures in (Pictures.BOTH, kind)
    ]
    if len(wanted) == 1:
        return _picture(*wanted[0], width, height, colour)
    size = (wanted[0][1].shape[1], wanted[0][1].shape[0]) if wanted[0][1] is not None else (16, 9)
    if fit(size, width - 2, height // 2 - 2) > fit(size, width // 2 - 2, height - 2):
        upper = (height + 1) // 2
        return [
            *_picture(*wanted[0], width, upper, colour),
            *_picture(*wanted[1], width, height - upper, colour),
        ]
    left = (width + 1) // 2
    return beside(
        _picture(*wanted[0], left, height, colour),
        _picture(*wanted[1], width - left, height, colour),
    )


def _picture(title: str, image: Image | None, width: int, height: int, colour: bool) -> list[Line]:
    if image is None:
        return box(title, centred([text("no picture yet")], width - 2, height - 2), width, height)
    columns, rows = fit((image.shape[1], image.shape[0]), width - 2, height - 2)
    pixels = draw(np.ascontiguousarray(image), columns, rows, colour=colour)
    return box(title, centred(pixels, width - 2, height - 2), width, height)
