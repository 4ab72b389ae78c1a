"""Pairing the pictures of two folders, by name or by appearance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from motionlapse.errors import SourceError, why
from motionlapse.frames import Image
from motionlapse.measures.measured import shrunk
from motionlapse.sources.footage import PICTURE_SUFFIXES, natural_key
from motionlapse.sources.stills import read_bgr

_HASH_SIDE = 128


@dataclass(slots=True)
class Pairs:
    """The pictures that belong together.

    Attributes
    ----------
    pairs
        (before, after), in natural order of the first.
    alone
        Pictures of either folder without a partner.
    faults
        Pictures that cannot be read, each in one line.
    """

    pairs: list[tuple[Path, Path]] = field(default_factory=list)
    alone: list[Path] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def pictures_in(folder: Path) -> list[Path]:
    """Return the pictures of a folder in natural order.

    Raises
    ------
    SourceError
        If it cannot be read or has none.
    """
    try:
        found = [path for path in folder.iterdir() if path.suffix.lower() in PICTURE_SUFFIXES]
    except OSError as error:
        raise SourceError(f"{folder}: cannot be read: {why(error)}") from None
    if not found:
        raise SourceError(f"{folder}: a folder without pictures")
    return sorted(found, key=natural_key)


def by_name(before: Sequence[Path], after: Sequence[Path]) -> Pairs:
    """Pair pictures of the same name, else of the same name without its ending."""
    result = Pairs()
    names = {path.name: path for path in after}
    stems = {path.stem: path for path in reversed(after)}
    # A picture is left for its exact namesake, even if a name without ending matches earlier.
    named = {names[path.name] for path in before if path.name in names}
    taken: set[Path] = set()
    for path in before:
        partner = names.get(path.name)
        if partner is None and stems.get(path.stem) not in named:
            partner = stems.get(path.stem)
        if partner is None or partner in taken:
            result.alone.append(path)
            continue
        taken.add(partner)
        result.pairs.append((path, partner))
    result.alone += [path for path in after if path not in taken]
    return result


def by_appearance(before: Sequence[Path], after: Sequence[Path]) -> Pairs:
    """Pair pictures whose hashes are nearest, each once, the nearest pairs first.

    Notes
    -----
    The hashes are `block_mean_hash` and `phash`, 320 bits together. Equally near pairs are taken in
    natural order.
    """
    result = Pairs()
    hashes = [
        {path: bits for path in paths if (bits := _bits_of(path, result)) is not None}
        for paths in (before, after)
    ]
    near = sorted(
        (int(np.count_nonzero(one != other)), i, j)
        for i, one in enumerate(hashes[0].values())
        for j, other in enumerate(hashes[1].values())
    )
    names = [list(found) for found in hashes]
    partners: dict[int, int] = {}
    for _, i, j in near:
        if i not in partners and j not in partners.values():
            partners[i] = j
    result.pairs = [(names[0][i], names[1][partners[i]]) for i in sorted(partners)]
    result.alone = [path for i, path in enumerate(names[0]) if i not in partners]
    result.alone += [path for j, path in enumerate(names[1]) if j not in partners.values()]
    return result


def _bits_of(path: Path, result: Pairs) -> Image | None:
    try:
        small = shrunk(read_bgr(path), _HASH_SIDE, _HASH_SIDE)
    except SourceError as error:
        result.faults.append(str(error))
        return None
    hashers = (cv2.img_hash.BlockMeanHash.create(), cv2.img_hash.PHash.create())
    return np.concatenate([np.unpackbits(np.asarray(h.compute(small))[0]) for h in hashers])
