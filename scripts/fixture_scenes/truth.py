"""True masks and events, taken from what was drawn."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

import cv2
import numpy as np

from fixture_scenes.canvas import ByteImage
from fixture_scenes.layers import Coverage

MOVING = 255
SHADOW = 50
MIN_AREA = 15
"""Picture pixels of a mover that have to show for it to count as seen."""

_VISIBLE = 0.5


@dataclass(frozen=True)
class Event:
    """A mover is seen and moves, from its first to its last frame.

    Attributes
    ----------
    start_s, end_s : float
        Time stamps of the first and the last frame, seconds.
    start_frame, end_frame : int
        Numbers of these frames, from 0, both inclusive.
    what : str
        The mover.
    """

    start_s: float
    end_s: float
    start_frame: int
    end_frame: int
    what: str


@dataclass
class Track:
    """Watches one mover and notes the frames in which it is seen moving."""

    what: str
    seen: list[tuple[int, float]] = field(default_factory=list)

    def note(self, frame: int, time: float, coverage: Coverage) -> None:
        """Record `frame` if enough of the mover shows."""
        body, _ = coverage.in_picture()
        if np.count_nonzero(body > _VISIBLE) >= MIN_AREA:
            self.seen.append((frame, time))

    def events(self) -> list[Event]:
        """Return one event per run of consecutive frames."""
        runs: list[list[tuple[int, float]]] = []
        for entry in self.seen:
            if runs and entry[0] == runs[-1][-1][0] + 1:
                runs[-1].append(entry)
            else:
                runs.append([entry])
        return [
            Event(round(run[0][1], 3), round(run[-1][1], 3), run[0][0], run[-1][0], self.what)
            for run in runs
        ]


def mask_of(coverage: Coverage) -> ByteImage:
    """Return the true mask of one frame.

    Parameters
    ----------
    coverage : Coverage
        Of all moving things together.

    Returns
    -------
    ndarray of uint8, shape (240, 320)
        255 on a mover, 50 on its cast shadow, 0 elsewhere.
    """
    body, shadow = coverage.in_picture()
    mask = np.zeros(body.shape, np.uint8)
    mask[shadow > _VISIBLE] = SHADOW
    mask[body > _VISIBLE] = MOVING
    return mask


def write_mask(path: Path, mask: ByteImage) -> None:
    """Write a mask as an 8-bit PNG in one step."""
    temporary = path.with_name(f"{path.stem}.part{path.suffix}")
    if not cv2.imwrite(str(temporary), mask, [cv2.IMWRITE_PNG_COMPRESSION, 9]):
        raise OSError(f"cannot write {temporary}")
    temporary.replace(path)


def as_json(events: list[Event]) -> list[dict[str, object]]:
    """Return events in order of time, as plain data."""
    return [asdict(event) for event in sorted(events, key=lambda event: event.start_frame)]
