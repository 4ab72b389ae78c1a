"""Reading labelled events from a table of intervals."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from motionlapse.errors import ConfigError, nearest
from motionlapse.files import read_text

KINDS = ("event", "quiet", "dwell", "tiny")
COLUMNS = ("clip", "start_frame", "end_frame", "tolerance_frames", "kind", "what")


@dataclass(frozen=True, slots=True)
class EventLabel:
    """One row: what happens in an interval of a clip.

    Attributes
    ----------
    clip
        Path of the clip as in the table.
    start_frame, end_frame
        From 0 in the order shown; both included.
    tolerance_frames
        By how many frames a detection may miss the interval.
    kind
        ``event``: something moves. ``quiet``: nothing does. ``dwell``: an object that moved stands
        still; ``tiny``: an object of a few pixels moves. Detections in ``dwell`` and ``tiny`` rows,
        and in frames that no row covers, are not scored. A frame of a ``quiet`` row may be in no
        row of another kind.
    what
        A description in words.
    """

    clip: str
    start_frame: int
    end_frame: int
    tolerance_frames: int
    kind: str
    what: str = ""


def read_event_labels(path: Path) -> dict[str, list[EventLabel]]:
    """Return the rows of each clip, with clips in the order of their first rows.

    Raises
    ------
    ConfigError
        If the table cannot be read, naming the line.
    """
    rows = csv.reader(read_text(path).splitlines(), strict=True)
    clips: dict[str, list[EventLabel]] = {}
    lines: dict[EventLabel, int] = {}
    try:
        heading = [name.strip() for name in next(rows, [])]
        missing = [name for name in COLUMNS if name not in heading]
        if missing:
            raise ValueError(
                f"no column {', '.join(missing)}; the first line must name {','.join(COLUMNS)}"
            )
        for row in rows:
            if any(cell.strip() for cell in row):
                label = _label(heading, row)
                _refuse_contradiction(label, clips.setdefault(label.clip, []), lines)
                clips[label.clip].append(label)
                lines[label] = rows.line_num
    except (ValueError, csv.Error) as error:
        raise ConfigError(f"{path}, line {max(1, rows.line_num)}: {error}") from None
    if not clips:
        raise ConfigError(f"{path}, line 1: no rows follow the heading")
    return clips


def _refuse_contradiction(
    label: EventLabel, earlier: Sequence[EventLabel], lines: Mapping[EventLabel, int]
) -> None:
    """Refuse a quiet frame that is something else too: a find there would be wrong and right."""
    for other in earlier:
        first = max(label.start_frame, other.start_frame)
        last = min(label.end_frame, other.end_frame)
        if first <= last and label.kind != other.kind and "quiet" in {label.kind, other.kind}:
            raise ValueError(
                f"frames {first} to {last} of {label.clip} are {label.kind}, and {other.kind} in "
                f"line {lines[other]}; a quiet frame can be nothing else"
            )


def _label(heading: Sequence[str], row: Sequence[str]) -> EventLabel:
    if len(row) != len(heading):
        raise ValueError(f"{len(row)} values for {len(heading)} columns")
    cells = {name: cell.strip() for name, cell in zip(heading, row, strict=True)}
    start, end, tolerance = (_frames(name, cells[name]) for name in COLUMNS[1:4])
    if end < start:
        raise ValueError(f"end_frame {end} is before start_frame {start}")
    if not cells["clip"]:
        raise ValueError("clip is empty")
    if cells["kind"] not in KINDS:
        raise ValueError(
            f"kind '{cells['kind']}' is not one of "
            f"{', '.join(KINDS)}{nearest(cells['kind'], KINDS)}"
        )
    return EventLabel(cells["clip"], start, end, tolerance, cells["kind"], cells["what"])


def _frames(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError(f"{name} '{text}' is not a whole number from 0 up")
    return int(text)
