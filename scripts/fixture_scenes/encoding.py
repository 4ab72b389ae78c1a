"""Writing clips: H.264, reproducible to the byte."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
from av.video.stream import VideoStream

from fixture_scenes.canvas import HEIGHT, WIDTH, ByteImage

TICKS = 90_000
"""Units of the time stamps per second; every rate in use divides it evenly."""


@dataclass(frozen=True)
class Coding:
    """How a clip is compressed.

    Attributes
    ----------
    crf : float
        Quality of libx264, smaller is better.
    keyframe_every : int
        Frames.
    """

    crf: float = 24.4
    keyframe_every: int = 125


def write_clip(
    path: Path,
    frames: Iterable[tuple[float, ByteImage]],
    rate: float,
    coding: Coding,
) -> None:
    """Write a clip under a temporary name and put it in place when complete.

    Parameters
    ----------
    path : Path
        Destination; its suffix chooses the container.
    frames : iterable of (float, ndarray of uint8, shape (240, 320, 3))
        Time stamp in seconds and BGR picture, in order.
    rate : float
        Nominal frames per second; the time stamps are what counts.
    coding : Coding
        Compression.
    """
    temporary = path.with_name(f"{path.stem}.part{path.suffix}")
    # Without these the containers carry the writer's version and, in Matroska, random ids.
    with av.open(str(temporary), "w", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream(
            "libx264", rate=Fraction(rate), options=_encoder_options(coding)
        )
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.time_base = Fraction(1, TICKS)
        for time, picture in frames:
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = round(time * TICKS), Fraction(1, TICKS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    temporary.replace(path)


def _encoder_options(coding: Coding) -> dict[str, str]:
    """Options of libx264: one thread, since slicing work changes the bytes."""
    return {
        "crf": str(coding.crf),
        "preset": "slow",
        # Keeps a good part of the sensor noise, which the encoder would else smooth away.
        "tune": "grain",
        "threads": "1",
        "g": str(coding.keyframe_every),
        # Cameras seldom use B-frames; with them the noise would flicker at their rhythm.
        "bf": "0",
        "flags": "+bitexact",
    }


def write_still(path: Path, picture: ByteImage, quality: int = 80) -> None:
    """Write a JPEG of a BGR picture, shape (240, 320, 3), in one step."""
    temporary = path.with_name(f"{path.stem}.part{path.suffix}")
    if not cv2.imwrite(str(temporary), picture, [cv2.IMWRITE_JPEG_QUALITY, quality]):
        raise OSError(f"cannot write {temporary}")
    temporary.replace(path)
