"""Chooses the model's constants on all labelled sequences but one, and scores them on that one.

Usage: leave_one_out.py FOLDER... [--every N] [--steps N]

Each sequence is left out in turn. From the defaults on, that constant is changed, up or down by a
quarter, which brings the others' mean F furthest; so often as it brings anything, and at most
--steps times. Beside it the same with nothing left out: the tuned figure. What settings give on a
sequence is measured once, whichever is left out, so 7 sequences took 67 times as long as one
`motionlapse evaluate` of them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean

from pydantic import ValidationError
from scoring import Silent, leave_with

from motionlapse.background.gaussian_settings import GaussianSettings
from motionlapse.evaluation.masks import DEFAULT_FPS, evaluate_masks
from motionlapse.evaluation.sequences import LabelledSequence, find_sequences
from motionlapse.pipeline_settings import Settings

# Those that affect a pixel's label; how long things stand before they are no foreground (absorb)
# is the user's to say.
CONSTANTS = (
    "k",
    "noise_floor",
    "dark_floor",
    "time_constant",
    "candidate_match",
    "candidate_miss",
    "ghost_credit",
    "own_edges",
    "shadow",
    "cloud_time",
)
FACTORS = (0.8, 1.25)
LEAST_GAIN = 1e-3  # of F: what brings less is left as it is

Point = tuple[float, ...]


class Bench:
    """Scores settings on sequences, each once."""

    def __init__(self, sequences: Sequence[LabelledSequence], every: int) -> None:
        self._sequences = [replace(one, pictures=one.pictures[::every]) for one in sequences]
        self._fps = DEFAULT_FPS / every
        self._known: dict[Point, list[float] | None] = {}

    def scores(self, point: Point) -> list[float] | None:
        """Return F of every sequence; None for what may not be set."""
        if point not in self._known:
            self._known[point] = self._measure(point)
        return self._known[point]

    def _measure(self, point: Point) -> list[float] | None:
        values = dict(zip(CONSTANTS, point, strict=True))
        try:
            settings = Settings.model_validate(
                {"background": {"gaussian": values}, "sources": {"fps": self._fps}}
            )
        except ValidationError:
            return None
        found = evaluate_masks(self._sequences, ["gaussian"], settings, Silent())
        scores = [score.counts.measures()["f_measure"] or 0.0 for [score] in found]
        sys.stderr.write(f"{len(self._known) + 1}: {described(point)}: {mean(scores):.4f}\n")
        return scores


def default_point() -> Point:
    """Return the constants as they are."""
    settings = GaussianSettings()
    return tuple(float(getattr(settings, name)) for name in CONSTANTS)


def described(point: Point) -> str:
    """Return what differs from the defaults."""
    changed = zip(CONSTANTS, point, default_point(), strict=True)
    return " ".join(f"{name}={own:g}" for name, own, usual in changed if own != usual) or "defaults"


def neighbours(point: Point) -> list[Point]:
    """Return every point at which one constant is larger or smaller."""
    return [
        (*point[:i], round(point[i] * factor, 6), *point[i + 1 :])
        for i in range(len(point))
        for factor in FACTORS
    ]


def tuned(bench: Bench, most_steps: int, left_out: int | None) -> Point:
    """Return the constants that are best on all sequences but one."""

    def worth(point: Point) -> float:
        scores = bench.scores(point)
        return mean(f for i, f in enumerate(scores) if i != left_out) if scores else 0.0

    point = default_point()
    for _ in range(most_steps):
        best = max(neighbours(point), key=worth)
        if worth(best) < worth(point) + LEAST_GAIN:
            break
        point = best
    return point


def main() -> int:
    """Print a row for each sequence that is left out, and the means."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--every", type=int, default=1, help="use every N-th picture [1]")
    parser.add_argument("--steps", type=int, default=4, help="change at most N constants [4]")
    given = parser.parse_args()
    if min(given.every, given.steps) < 1:
        parser.error("--every and --steps are 1 or more")
    sequences = find_sequences(given.folders)
    if len(sequences) < 2:
        parser.error("with one sequence left out none would be left")
    bench = Bench(sequences, given.every)
    usual, best = bench.scores(default_point()) or [], tuned(bench, given.steps, None)
    best_scores, held_out = bench.scores(best) or [], list[float]()
    sys.stdout.write(f"{'left out':16} defaults  tuned on the others\n")
    for i, sequence in enumerate(sequences):
        point = tuned(bench, given.steps, i)
        held_out.append((bench.scores(point) or [])[i])
        sys.stdout.write(
            f"{sequence.name:16} {usual[i]:8.3f}  {held_out[i]:.3f}  {described(point)}\n"
        )
    sys.stdout.write(f"{'mean':16} {mean(usual):8.3f}  {mean(held_out):.3f}\n")
    sys.stdout.write(f"nothing left out {'':8}  {mean(best_scores):.3f}  {described(best)}\n")
    return 0


if __name__ == "__main__":
    leave_with(main)
