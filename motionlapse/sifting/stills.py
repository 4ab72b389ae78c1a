"""Reading the stills of one series in the form that the judge needs, with corrupt ones marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np

from motionlapse.errors import SourceError
from motionlapse.frames import Image, Planes
from motionlapse.measures.histograms import divergence
from motionlapse.measures.measured import grey
from motionlapse.sources.ahead import Ahead
from motionlapse.sources.still_times import still_times
from motionlapse.sources.stills import plane_of, read_bgr, read_planes

Picture: TypeAlias = Image | Planes

_HISTOGRAM_SIDE = 480  # most rows and columns used for the histogram


@dataclass(frozen=True, slots=True)
class Still:
    """One still of a series.

    Attributes
    ----------
    path
        The file.
    picture
        The decoded picture; None if it is corrupt.
    fault
        Why it is corrupt, or ``""``.
    unreadable
        True if it could not be decoded; False if it only looks unlike both its neighbours.
    """

    path: Path
    picture: Picture | None
    fault: str = ""
    unreadable: bool = False


def in_time(paths: Sequence[Path]) -> list[Path]:
    """Return paths in order of time if EXIF or all names tell it, else unchanged.

    Stills that cannot be opened have no time and come first.
    """
    dated = [path for _, path in still_times(paths) or ()]
    timed = set(dated)
    return [*(path for path in paths if path not in timed), *dated]


def read_stills(paths: Sequence[Path], *, planes: bool, corrupt: float) -> Iterator[Still]:
    """Yield every still of a series, read a few ahead in a thread.

    Parameters
    ----------
    paths
        In order of time.
    planes
        True for planes, as the detector takes them; False for grey or BGR, as measures do.
    corrupt
        A still is corrupt if its grey histogram diverges (Kullback–Leibler) by more than this from
        those of both its neighbours, while these two are alike; 0 switches the test off.
    """
    with _Reading(paths, planes=planes) as reading:
        yield from _judged(reading, corrupt) if corrupt > 0 else reading


class _Reading:
    """Iterates over the stills; leaving the block stops the thread that reads ahead."""

    def __init__(self, paths: Sequence[Path], *, planes: bool) -> None:
        self._ahead = Ahead(_read(path, planes=planes) for path in paths)

    def __enter__(self) -> Iterator[Still]:
        return iter(self._ahead)

    def __exit__(self, *_: object) -> None:
        self._ahead.close()


def _read(path: Path, *, planes: bool) -> Still:
    try:
        return Still(path, read_planes(path) if planes else read_bgr(path))
    except SourceError as error:
        return Still(path, None, str(error), unreadable=True)


def _judged(stills: Iterator[Still], limit: float) -> Iterator[Still]:
    """Mark pictures whose histogram is far from those of the intact pictures beside them."""
    before: Image | None = None
    waiting: list[Still] = []  # one picture, and the undecodable ones after it
    for still in stills:
        if still.picture is None or not waiting:
            if waiting or still.picture is not None:
                waiting.append(still)
            else:
                yield still
            continue
        middle, after = _luma(waiting[0]), _luma(still)
        if before is not None and _is_odd(before, middle, after, limit):
            yield _odd(waiting[0], before, middle, limit)
        else:
            before = middle
            yield waiting[0]
        yield from waiting[1:]
        waiting = [still]
    yield from waiting


def _is_odd(before: Image, middle: Image, after: Image, limit: float) -> bool:
    return (
        divergence(before, middle) > limit
        and divergence(after, middle) > limit
        and divergence(before, after) <= limit
    )


def _odd(still: Still, before: Image, middle: Image, limit: float) -> Still:
    far = divergence(before, middle)
    return Still(
        still.path,
        None,
        f"{still.path}: its histogram diverges from both neighbours ({far:.2g}, limit {limit:g})",
    )


def _luma(still: Still) -> Image:
    """Return a subsample of the luma's rows and columns, enough for a histogram."""
    picture = still.picture
    if picture is None:
        raise ValueError("a corrupt still has no luma")
    luma = picture.luma.view if isinstance(picture, Planes) else grey(picture)
    step = max(1, min(luma.shape) // _HISTOGRAM_SIDE)
    return luma[::step, ::step]


def planes_of(picture: Image) -> Planes:
    """Return a picture as planes of full range, chroma at the size of luma."""
    if picture.ndim == 2:
        return Planes(plane_of(picture))
    ycc = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb), np.uint8)
    luma, red, blue = (plane_of(ycc[:, :, channel]) for channel in range(3))
    return Planes(luma, (blue, red))
