"""Calibrates on the longest quiet row of each labelled clip, and scans the whole clip with that.

Usage: calibration_on_clips.py EVENTS.csv FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from motionlapse.calibration.proposal import Proposal, propose
from motionlapse.calibration.watching import watch_scene
from motionlapse.errors import MotionlapseError, SourceError
from motionlapse.evaluation.event_labels import EventLabel, read_event_labels
from motionlapse.evaluation.events import evaluate_events
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.recording import Recording

SHORTEST_S = 1.5


class Silent:
    """Is told of evaluation, and only passes on what could not be read."""

    def begin(self, clip: str, frames: int | None, number: int, total: int) -> None:
        """A clip begins."""

    def frame(self) -> None:
        """A frame is done."""

    def warning(self, text: str) -> None:
        """Something is not as it should be."""

    def failed(self, error: MotionlapseError) -> None:
        """A clip cannot be read."""
        raise error


def proposal(path: Path, rows: Sequence[EventLabel]) -> Proposal | None:
    """Return what the longest quiet row of a clip proposes; None where all are short."""
    with Recording(path, Settings().sources) as source:
        times_s = [frame.time for frame in source]
    quiet = [
        (times_s[row.start_frame], times_s[min(row.end_frame, len(times_s) - 1)])
        for row in rows
        if row.kind == "quiet"
    ]
    start_s, end_s = max(quiet, key=lambda piece: piece[1] - piece[0])
    if end_s - start_s < SHORTEST_S:
        return None
    piece = Settings.model_validate({"sources": {"start": start_s, "end": end_s}})
    with Recording(path, piece.sources) as source:
        return propose(watch_scene(source, piece, []))


def main() -> int:
    """Print a line for each clip that has events and a quiet row."""
    labels, folder = read_event_labels(Path(sys.argv[1])), Path(sys.argv[2])
    for clip, rows in labels.items():
        if {"event", "quiet"} - {row.kind for row in rows}:
            continue
        try:
            found = proposal(folder / clip, rows)
        except SourceError as error:
            sys.stderr.write(f"{error}\n")
            continue
        if found is None:
            continue
        settings = Settings.model_validate(
            {
                "background": {"gaussian": {"noise_floor": found.noise_floor}},
                "decision": {"enter": found.enter, "exit": found.exit},
            }
        )
        [score] = evaluate_events({clip: rows}, folder, ["gaussian"], settings, Silent())
        sys.stdout.write(
            f"{clip}: {found.seconds:.1f} s, σ {found.noise_floor:g}, enter {found.enter:.3%}: "
            f"{score.counts.summary()}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
