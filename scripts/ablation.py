"""Prints what each part of the model is worth, also on the same pictures made different.

Usage: ablation.py FOLDER...

A table in Markdown of the mean F of labelled sequences (see `motionlapse evaluate`), with the
defaults and without one part after another: as filmed; begun in the middle; begun there with
everybody standing still for four seconds before that; with everybody standing still for six seconds
from somewhat before the middle on, to the end; at half the brightness; without colour; and with a
shadow of 0.6 times the brightness painted beside all that is labelled as moving.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from scoring import Silent, leave_with

from motionlapse.errors import MotionlapseError
from motionlapse.evaluation.labels import MOVING, read_grey
from motionlapse.evaluation.masks import evaluate_masks
from motionlapse.evaluation.sequences import LabelledSequence, find_sequences
from motionlapse.frames import Image
from motionlapse.pipeline_settings import Settings

_SHADE = 0.6
_WAITS, _STOPS, _STOPS_AFTER = 100, 150, 0.45  # pictures; share of a sequence
# What a row says, and the settings that differ in it: of the model, and of the analysis.
ROWS: tuple[tuple[str, dict[str, object], dict[str, object]], ...] = (
    ("default", {}, {}),
    ("without the opening (`analysis.opening=0`)", {}, {"opening": 0}),
    (
        "candidate matched as loosely as the background (`candidate_match=1`)",
        {"candidate_match": 1},
        {},
    ),
    (
        "misses of a candidate cost no more than fits give (`candidate_miss=1`)",
        {"candidate_miss": 1},
        {},
    ),
    ("no outlines (`own_edges=1000`)", {"own_edges": 1000}, {}),
    ("no credit for ghosts (`ghost_credit=0`)", {"ghost_credit": 0}, {}),
    ("no shadows (`shadow=1`)", {"shadow": 1}, {}),
    ("the same noise floor in the dark (`dark_floor=1`)", {"dark_floor": 1}, {}),
    ("half the noise floor (`noise_floor=4`)", {"noise_floor": 4}, {}),
    ("no clouds (`cloud_time=1000000000`)", {"cloud_time": 1e9}, {}),
    ("three times slower, the opening too (`time_constant=6`)", {"time_constant": 6}, {}),
    (
        "three times slower, but for the opening (`analysis.opening=2`)",
        {"time_constant": 6},
        {"opening": 2},
    ),
    ("half the resolution (`--scale 2`)", {}, {"scale": 2}),
)


def halved(picture: Image, _moving: Image | None) -> Image:
    """Return a picture at half its brightness."""
    half: Image = np.rint(picture * 0.5).astype(np.uint8)
    return half


def shaded(picture: Image, moving: Image | None) -> Image:
    """Return a picture with a shadow to the right of and below what moves; None: nothing known."""
    if moving is None:
        return picture
    height, width = moving.shape
    right, down = width // 16, height // 24
    shadow = np.zeros_like(moving)
    shadow[down:, right:] = moving[:-down, :-right]
    shadow[moving] = False
    dark = np.rint(picture * _SHADE).astype(np.uint8)
    return np.where(shadow[..., None], dark, picture)


def greyed(picture: Image, _moving: Image | None) -> Image:
    """Return a picture as a camera has it in infrared light: three planes, and no colour."""
    return np.asarray(cv2.merge([cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)] * 3), np.uint8)


def middle(sequence: LabelledSequence) -> LabelledSequence:
    """Return the second half of a sequence."""
    return replace(sequence, pictures=sequence.pictures[len(sequence.pictures) // 2 :])


def replayed(
    sequence: LabelledSequence, order: Sequence[tuple[Path, bool]], folder: Path
) -> LabelledSequence:
    """Return pictures of a sequence in another order, each with its truth or without."""
    into = folder / sequence.name
    into.mkdir(parents=True)
    pictures, truths = [], {}
    for number, (path, is_scored) in enumerate(order, 1):
        pictures.append(into / f"in{number:06d}{path.suffix}")
        pictures[-1].symlink_to(path.resolve())
        truth = sequence.truths.get(_number(path))
        if is_scored and truth is not None:
            truths[number] = truth
    return replace(sequence, pictures=tuple(pictures), truths=truths)


def _number(path: Path) -> int:
    return int(path.stem.removeprefix("in"))


def waiting(sequence: LabelledSequence, folder: Path) -> LabelledSequence:
    """Return the second half of a sequence, whose first picture lasts for a while before it."""
    later = middle(sequence).pictures
    order = [(later[0], False)] * _WAITS + [(path, True) for path in later]
    return replayed(sequence, order, folder)


def stopping(sequence: LabelledSequence, folder: Path) -> LabelledSequence:
    """Return the beginning of a sequence, whose last picture lasts for a while."""
    begin = int(_STOPS_AFTER * len(sequence.pictures))
    end = next(
        number
        for number in range(begin, len(sequence.pictures))
        if _number(sequence.pictures[number]) in sequence.truths
    )
    order = [*sequence.pictures[:end], *[sequence.pictures[end]] * _STOPS]
    return replayed(sequence, [(path, True) for path in order], folder)


def changed(
    sequence: LabelledSequence, change: Callable[[Image, Image | None], Image], folder: Path
) -> LabelledSequence:
    """Write a sequence's pictures anew, each changed, and return them with the same truth."""
    into = folder / sequence.name
    into.mkdir(parents=True)
    written: list[Path] = []
    for path in sequence.pictures:
        # Labels that are not scored tell where to paint, too.
        number = path.stem.removeprefix("in")
        truth = next(iter(sequence.truths.values())).with_name(f"gt{number}.png")
        moving = read_grey(truth) == MOVING if truth.exists() else None
        written.append(into / f"{path.stem}.png")
        picture = cv2.imread(str(path))
        if picture is None:
            raise MotionlapseError(f"{path}: cannot be read")
        cv2.imwrite(
            str(written[-1]),
            change(np.asarray(picture, np.uint8), moving),
            [cv2.IMWRITE_PNG_COMPRESSION, 1],
        )
    return replace(sequence, pictures=tuple(written))


def mean_f(sequences: Sequence[LabelledSequence], settings: Settings) -> float:
    """Return the mean F of the default model."""
    found = evaluate_masks(sequences, ["gaussian"], settings, Silent())
    return mean(score.counts.measures()["f_measure"] or 0.0 for [score] in found)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    filmed = find_sequences(parser.parse_args().folders)
    with TemporaryDirectory() as room:
        kinds = {
            "as filmed": filmed,
            "begun in the middle": [middle(one) for one in filmed],
            "after a wait": [waiting(one, Path(room, "wait")) for one in filmed],
            "they stop": [stopping(one, Path(room, "stop")) for one in filmed],
            "half as bright": [changed(one, halved, Path(room, "half")) for one in filmed],
            "without colour": [changed(one, greyed, Path(room, "grey")) for one in filmed],
            "deep shadows": [changed(one, shaded, Path(room, "deep")) for one in filmed],
        }
        sys.stdout.write(f"| | {' | '.join(kinds)} |\n{'|---' * (len(kinds) + 1)}|\n")
        for words, model, analysis in ROWS:
            values = {"background": {"gaussian": model}, "analysis": analysis}
            settings = Settings.model_validate(values)
            figures = [f"{mean_f(kind, settings):.3f}".lstrip("0") for kind in kinds.values()]
            sys.stdout.write(f"| {words} | {' | '.join(figures)} |\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    leave_with(main)
