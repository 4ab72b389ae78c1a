"""Pictures of the frames that a model got most wrong."""

from __future__ import annotations

import zlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from motionlapse.errors import SinkError, SourceError
from motionlapse.evaluation.counts import Counts
from motionlapse.evaluation.labels import Labels, read_grey, read_labels, read_region
from motionlapse.evaluation.sequences import LabelledSequence
from motionlapse.files import check_folder, write_in_folder
from motionlapse.frames import Image

APART = 10
"""At most one of this many consecutive frames is shown: neighbours are wrong in the same way."""

_RED, _BLUE, _GREY, _WHITE = (0, 0, 255), (255, 64, 0), (128, 128, 128), (255, 255, 255)
_GAP_PX = 4


@dataclass(frozen=True, slots=True)
class _Seen:
    """A scored frame; its mask is packed, because any of them may turn out to be the worst."""

    sequence: LabelledSequence
    index: int
    number: int
    wrong: int
    shape: tuple[int, ...]
    packed: bytes

    def mask(self) -> Image:
        bits = np.frombuffer(zlib.decompress(self.packed), np.uint8)
        pixels = np.unpackbits(bits, count=self.shape[0] * self.shape[1])
        return pixels.reshape(self.shape) * np.uint8(255)


class Gallery:
    """Remembers scored frames, and writes the worst ones of each model.

    Parameters
    ----------
    wanted
        How many frames to show of each model, over all sequences.
    folder
        Created at once, so that a failure is known before the first frame.

    Raises
    ------
    SinkError
        If the folder cannot be made.
    """

    def __init__(self, wanted: int, folder: Path) -> None:
        check_folder(folder)
        self._wanted = wanted
        self._folder = folder
        self._seen: dict[str, list[_Seen]] = defaultdict(list)

    def add(
        self,
        sequence: LabelledSequence,
        model: str,
        index: int,
        number: int,
        counts: Counts,
        mask: Image,
    ) -> None:
        """Remember a frame; one without a wrong pixel is not worth a picture."""
        if counts.wrong:
            packed = zlib.compress(np.packbits(mask != 0).tobytes(), 1)
            self._seen[model].append(
                _Seen(sequence, index, number, counts.wrong, mask.shape, packed)
            )

    def write(self) -> list[Path]:
        """Write ``SEQUENCE_MODEL_000123.png`` for the worst frames; return them, worst first.

        Raises
        ------
        SinkError
            If one cannot be written.
        SourceError
            If a picture can no longer be read.
        """
        written = []
        for model, seen in self._seen.items():
            for frame in _choose(seen, self._wanted):
                path = self._folder / f"{frame.sequence.name}_{model}_{frame.number:06d}.png"
                done, png = cv2.imencode(".png", _draw(frame))
                if not done:
                    raise SinkError(f"{path}: the picture cannot be a PNG")
                write_in_folder(path, png.tobytes())
                written.append(path)
        return written


def _choose(seen: list[_Seen], wanted: int) -> list[_Seen]:
    """Choose the worst frames one by one, leaving out those close to one already chosen."""
    chosen: list[_Seen] = []
    for frame in sorted(seen, key=lambda frame: -frame.wrong):
        if len(chosen) == wanted:
            break
        if not any(
            other.sequence is frame.sequence and abs(other.index - frame.index) < APART
            for other in chosen
        ):
            chosen.append(frame)
    return chosen


def _draw(frame: _Seen) -> Image:
    """Return input, truth and mask side by side."""
    path = frame.sequence.pictures[frame.index]
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise SourceError(f"{path}: can no longer be read")
    truth = frame.sequence.truths[frame.number]
    mask = frame.mask()
    size = (mask.shape[1], mask.shape[0])
    labels = read_labels(truth, size, read_region(frame.sequence.region, size))
    gap = np.full((size[1], _GAP_PX, 3), 255, np.uint8)
    grey = np.dstack([read_grey(truth)] * 3)
    panels = (np.asarray(picture, np.uint8), gap, grey, gap, overlay(mask, labels))
    return np.hstack(panels)


def overlay(mask: Image, labels: Labels) -> Image:
    """Return a mask with its errors in colour.

    Parameters
    ----------
    mask
        ``(H, W)``, 0 is background.
    labels
        The ground truth.

    Returns
    -------
    ndarray
        BGR ``(H, W, 3)``: white is correct foreground, red is wrongly foreground, blue is wrongly
        background, and grey is foreground that is not scored.
    """
    found = mask != 0
    drawn = np.zeros((*mask.shape, 3), np.uint8)
    drawn[found] = _GREY
    drawn[found & labels.moving] = _WHITE
    drawn[found & labels.still] = _RED
    drawn[~found & labels.moving] = _BLUE
    return drawn
