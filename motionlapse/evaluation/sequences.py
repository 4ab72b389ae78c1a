"""Sequences with pixel ground truth, in the layout of changedetection.net.

::

    highway/input/in000001.jpg            the pictures
    highway/groundtruth/gt000001.png      the truth of the picture with the same number
    highway/ROI.bmp                       optional: black is not scored
    highway/temporalROI.txt               optional: "470 1700", the numbers that are scored
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from motionlapse.errors import SourceError
from motionlapse.files import reading
from motionlapse.sources.footage import PICTURE_SUFFIXES


@dataclass(frozen=True, slots=True)
class LabelledSequence:
    """A sequence of pictures, some of which have ground truth.

    Attributes
    ----------
    name
        The folder's name, made unique if several folders have the same.
    pictures
        Every picture, in order of its number.
    truths
        Number of a picture → its ground truth, for the scored pictures.
    region
        The picture of the region to score, or None.
    """

    name: str
    pictures: tuple[Path, ...]
    truths: Mapping[int, Path]
    region: Path | None


def find_sequences(
    folders: Iterable[Path], failed: Callable[[SourceError], None] | None = None
) -> list[LabelledSequence]:
    """Find the sequence in each folder; no picture is read yet.

    Parameters
    ----------
    folders
        One for each sequence.
    failed
        Called for each folder without a sequence, which is left out; None raises for the first.

    Raises
    ------
    SourceError
        For a folder that holds no labelled sequence.
    """
    found: list[LabelledSequence] = []
    for folder in folders:
        try:
            with reading(folder):
                sequence = _sequence(folder)
        except SourceError as error:
            if failed is None:
                raise
            failed(error)
            continue
        taken = {other.name for other in found}
        name, number = sequence.name, 2
        while name in taken:
            name, number = f"{sequence.name}-{number}", number + 1
        found.append(replace(sequence, name=name))
    return found


def _sequence(folder: Path) -> LabelledSequence:
    if not folder.is_dir():
        holds = "a file; name the folder that holds input/ and groundtruth/"
        raise SourceError(f"{folder}: {holds if folder.exists() else 'no such folder'}")
    missing = [name for name in ("input", "groundtruth") if not (folder / name).is_dir()]
    if missing:
        raise SourceError(f"{folder}: {_lacks(folder, missing)}")
    pictures = _numbered(folder / "input", "in", PICTURE_SUFFIXES)
    truths = _numbered(folder / "groundtruth", "gt", {".png"})
    first, last = _temporal_region(folder / "temporalROI.txt")
    scored = {
        number: path
        for number, path in truths.items()
        if number in pictures and first <= number <= last
    }
    if not scored:
        raise SourceError(
            f"{folder}: nothing to score: {len(pictures)} pictures in input/, {len(truths)} in "
            "groundtruth/, but no number is in both (and in temporalROI.txt)"
        )
    region = folder / "ROI.bmp"
    return LabelledSequence(
        folder.resolve().name,
        tuple(pictures[number] for number in sorted(pictures)),
        scored,
        region if region.is_file() else None,
    )


def _lacks(folder: Path, missing: list[str]) -> str:
    inside = sorted(path.parent.name for path in folder.glob("*/groundtruth") if path.is_dir())
    hint = f"; it holds sequences: name them, such as {folder / inside[0]}" if inside else ""
    folders = " and ".join(f"{name}/" for name in missing)
    return f"has no {folders}; a sequence needs input/ and groundtruth/{hint}"


def _numbered(folder: Path, prefix: str, suffixes: Iterable[str]) -> dict[int, Path]:
    """Return the files ``PREFIX000123.SUFFIX`` of a folder by their numbers."""
    name = re.compile(rf"{prefix}(\d+)")
    found: dict[int, Path] = {}
    for path in sorted(folder.iterdir()):
        match = name.fullmatch(path.stem)
        if match is None or path.suffix.lower() not in suffixes:
            continue
        number = int(match[1])
        if number in found:
            raise SourceError(f"{path}: {found[number].name} has the same number")
        found[number] = path
    return found


def _temporal_region(path: Path) -> tuple[float, float]:
    """Return the first and the last scored number; the last may lie past the end.

    They are the numbers in the files' names: 1-based in sequences that begin with ``in000001``.
    """
    if not path.is_file():
        return float("-inf"), float("inf")
    words = path.read_text(encoding="utf-8", errors="replace").split()
    try:
        first, last = (int(word) for word in words)
    except ValueError:
        raise SourceError(f"{path}: holds '{' '.join(words)[:40]}', not 'FIRST LAST'") from None
    return first, last
