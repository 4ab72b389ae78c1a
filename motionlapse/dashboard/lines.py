"""Lines of styled segments: boxed, laid side by side and cut to size, without a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from motionlapse.units import printable

Line = list[Segment]

BORDER = Style.parse("bright_black")
TITLE = Style.parse("bold")
DIM = Style.parse("bright_black")
NOTHING: Line = []


def text(*parts: str | tuple[str, str]) -> Line:
    """Return a line made of texts and (text, style) pairs; control characters are removed."""
    line = []
    for part in parts:
        words, style = (part, "") if isinstance(part, str) else part
        clean = printable(words)
        if clean:
            line.append(Segment(clean, Style.parse(style) if style else None))
    return line


def width_of(line: Line) -> int:
    """Return how many terminal cells a line takes."""
    return sum(cell_len(segment.text) for segment in line)


def fitted(line: Line, width: int) -> Line:
    """Return a line of exactly this width: padded, or cut with an ellipsis."""
    length = width_of(line)
    if length <= width:
        return [*line, Segment(" " * (width - length))] if length < width else line
    return [*Segment.adjust_line_length(line, max(0, width - 1)), Segment("…"[:width])]


def folded(line: Line, width: int, most: int) -> list[Line]:
    """Wrap a line at words into at most `most` lines; the last one is cut."""
    whole = Text.assemble(*((segment.text, segment.style or "") for segment in line))
    parts = whole.wrap(_CONSOLE, max(1, width)) if width_of(line) > width else [whole]
    lines = [_segments(part) for part in parts]
    if len(lines) > most:
        rest = [segment for part in lines[most - 1 :] for segment in [*part, Segment(" ")]]
        lines = [*lines[: most - 1], fitted(rest, width)]
    return lines


def _segments(part: Text) -> Line:
    return [segment for segment in part.render(_CONSOLE) if segment.text != "\n"]


def block(lines: Sequence[Line], width: int, height: int) -> list[Line]:
    """Return exactly `height` lines of exactly `width` cells."""
    filled = [fitted(line, width) for line in lines[:height]]
    return filled + [[Segment(" " * width)]] * (height - len(filled))


def box(title: str, lines: Sequence[Line], width: int, height: int) -> list[Line]:
    """Return lines in a titled box of exactly this size."""
    if height < 2 or width < 4:
        return block(lines, width, max(0, height))
    heading = f" {title} "[: width - 4] if title else ""
    rest = width - 3 - cell_len(heading)
    top = [Segment("╭─", BORDER), Segment(heading, TITLE), Segment("─" * rest + "╮", BORDER)]
    bottom = [Segment("╰" + "─" * (width - 2) + "╯", BORDER)]
    inside = [
        [Segment("│", BORDER), *line, Segment("│", BORDER)]
        for line in block(lines, width - 2, height - 2)
    ]
    return [top, *inside, bottom]


def beside(*blocks: Sequence[Line]) -> list[Line]:
    """Return blocks of equal height side by side."""
    return [[segment for line in row for segment in line] for row in zip(*blocks, strict=True)]


def centred(lines: Sequence[Line], width: int, height: int) -> list[Line]:
    """Return lines in the middle of a block of this size."""
    above = max(0, (height - len(lines)) // 2)
    rows: list[Line] = [NOTHING] * above
    rows += [[Segment(" " * max(0, (width - width_of(line)) // 2)), *line] for line in lines]
    return block(rows, width, height)


def joined(lines: Iterable[Line]) -> str:
    """Return the plain text of lines."""
    return "\n".join("".join(segment.text for segment in line) for line in lines)


# Rich wraps text by the rules of a console; nothing is written to this one.
_CONSOLE = Console(width=200, color_system=None)
