"""Films to measure on, made from the fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np

from motionlapse.frames import Image, Plane, Planes
from motionlapse.sources.recording import Recording
from motionlapse.sources.settings import SourceSettings

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def make_film(
    path: Path,
    seconds: float,
    size: tuple[int, int] = (1920, 1080),
    *,
    still: bool = False,
    b_frames: bool = True,
) -> Path:
    """Make an H.264 film with noise from the walker fixture, played as often as needed.

    Parameters
    ----------
    path, seconds, size
        Of the film.
    still
        Somebody walks in 5 s of each 50 s alone.
    b_frames
        False: no picture refers to one that is shown later, as with most cameras.
    """
    rng = np.random.default_rng(2)
    width, height = size
    with av.open(str(path), "w") as out:
        options = {"preset": "veryfast", "crf": "23", "g": "50"} | ({} if b_frames else {"bf": "0"})
        stream = out.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        grain = [rng.integers(-5, 6, (height, width, 1), np.int16) for _ in range(5)]
        pictures = _looped(FIXTURES / "walker.mp4", 375 if still else round(seconds * 25))
        if still:
            pictures = [pictures[_mostly_still(number)] for number in range(round(seconds * 25))]
        for number, picture in enumerate(pictures):
            large = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
            noisy = np.clip(large + grain[number % 5], 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(noisy, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def load_luma(film: Path, count: int) -> list[Image]:
    """Return the first frames' luma, each an array of its own."""
    with Recording(film) as source:
        return [frame.planes.luma.view.copy() for frame in islice(source, count)]


def _looped(film: Path, count: int) -> list[Image]:
    with av.open(str(film)) as container:
        pictures = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    return [pictures[number % len(pictures)] for number in range(count)]


def _mostly_still(number: int) -> int:
    """Return which frame of the fixture to show: nobody is in its first 50."""
    place = number % 1250
    return place - 925 if 1000 <= place < 1125 else place % 50


def walking_planes(size: tuple[int, int], seconds: float) -> Iterator[Planes]:
    """Yield a fixture's frames in which somebody walks, as planes of one size."""
    with Recording(FIXTURES / "walker.mp4", SourceSettings(start=4, duration=seconds)) as source:
        for frame in source:
            parts = [frame.planes.luma, *(frame.planes.chroma or ())]
            luma, blue, red = (cv2.resize(part.view, size) for part in parts)
            yield Planes(Plane(luma, size[0]), (Plane(blue, size[0]), Plane(red, size[0])))
