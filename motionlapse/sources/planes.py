"""From a decoded frame to planes: the decoder's own memory wherever the format allows."""

from __future__ import annotations

import re
from typing import Protocol

import av
import numpy as np
from av.video.format import VideoFormatComponent
from av.video.plane import VideoPlane

from motionlapse.frames import Image, Plane, Planes

# Planar YUV and grey at 8 to 16 bits, little-endian: yuv420p, yuvj422p, yuv444p10le, gray12le …
_PLANAR = re.compile(r"(?:yuvj?4\d\dp|gray)(\d+le)?")
# Formats whose chroma has half the width and height, at 8 bits.
_HALVED = ("yuv420p", "yuvj420p")
_FULL = 2  # how FFmpeg counts ranges: 0 to 255, not 16 to 235


def planes_of(frame: av.VideoFrame) -> Planes:
    """Return the planes of a frame, upright.

    8-bit planar frames are not copied: the arrays are the decoder's memory, padding included, and
    read-only, because it may still need them. Deeper ones lose their lowest bits. Packed,
    semi-planar and RGB formats are converted to 4:2:0 first.
    """
    turns = _quarter_turns(frame.rotation)  # reformat() loses it
    if not _PLANAR.fullmatch(frame.format.name):
        frame = frame.reformat(format="yuv420p")
    planes = _planes(frame)
    if turns:
        planes = [_turned(plane, turns) for plane in planes]
    chroma = (planes[1], planes[2]) if len(planes) == 3 else None
    return Planes(planes[0], chroma)


def bgr_of(frame: av.VideoFrame) -> Image:
    """Return a frame as BGR uint8 ``(H, W, 3)``, upright."""
    image = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
    turns = _quarter_turns(frame.rotation)
    return np.ascontiguousarray(np.rot90(image, turns)) if turns else image


def small_bgr_of(frame: av.VideoFrame, width: int, height: int) -> Image:
    """Return a frame as BGR uint8 ``(height, width, 3)``, upright; every pixel of it counts."""
    turns = _quarter_turns(frame.rotation)
    across, down = (height, width) if turns % 2 else (width, height)
    # One thread: starting more for each picture costs as much as they save.
    if factor := _whole_factor(frame, across, down):
        small = _shrunk(frame, across, down, factor).reformat(format="bgr24", threads=1)
    else:
        small = frame.reformat(across, down, "bgr24", interpolation="AREA", threads=1)
    image = np.asarray(small.to_ndarray(), np.uint8)
    return np.ascontiguousarray(np.rot90(image, turns)) if turns else image


def enlarged(small: Planes, size: tuple[int, int]) -> av.VideoFrame:
    """Return upright planes, all of one size, as a picture of (width, height)."""
    views = [plane.view for plane in small]
    image = np.ascontiguousarray(views[0] if len(views) == 1 else np.stack(views))
    kind = "gray" if len(views) == 1 else "yuv444p"
    return av.VideoFrame.from_ndarray(image, format=kind).reformat(*size, interpolation="BILINEAR")


def _whole_factor(frame: av.VideoFrame, width: int, height: int) -> int:
    """Return by what whole factor a 4:2:0 picture shrinks to an even size; 0: by none."""
    factor = frame.width // width
    fits = (frame.width, frame.height) == (width * factor, height * factor)
    even = width % 2 == height % 2 == 0
    return factor if fits and even and frame.format.name in _HALVED and factor <= 16 else 0


def _shrunk(frame: av.VideoFrame, width: int, height: int, factor: int) -> av.VideoFrame:
    """Return a picture's planes at a small size, each pixel the mean of its square.

    FFmpeg shrinks 1080p to 640×360 and makes it BGR in 1.2 ms. In this order it takes 0.4.
    """
    # Not before the first picture: it may have to be compiled, and opening a film must not wait.
    from motionlapse.shrink_kernel import shrink

    small = np.empty((height * 3 // 2, width), np.uint8)
    luma, *chroma = np.split(small.reshape(-1), (width * height, width * height * 5 // 4))
    sums = np.empty(frame.width, np.uint16)
    whole = _planes(frame)
    shrink(whole[0].buffer, luma.reshape(height, width), factor, sums)
    for plane, half in zip(whole[1:], chroma, strict=True):
        shrink(plane.buffer, half.reshape(height // 2, width // 2), factor, sums)
    shrunk = av.VideoFrame.from_ndarray(small, format="yuv420p")
    shrunk.color_range = _FULL if frame.format.name == "yuvj420p" else frame.color_range
    shrunk.colorspace = frame.colorspace
    return shrunk


class Shaped(Protocol):
    """Something of a width and height that is shown turned."""

    @property
    def width(self) -> int:
        """In pixels, as it was coded."""

    @property
    def height(self) -> int:
        """In pixels, as it was coded."""

    @property
    def rotation(self) -> int:
        """In degrees."""


def upright_size(frame: Shaped) -> tuple[int, int]:
    """Return (width, height) of a frame as a person sees it."""
    odd = _quarter_turns(frame.rotation) % 2
    return (frame.height, frame.width) if odd else (frame.width, frame.height)


def _quarter_turns(rotation: int) -> int:
    """Return how often to turn left by 90° until a picture with this rotation stands upright."""
    return round(rotation / 90) % 4


def _turned(plane: Plane, turns: int) -> Plane:
    buffer = np.ascontiguousarray(np.rot90(plane.view, turns))
    return Plane(buffer, buffer.shape[1])


def _planes(frame: av.VideoFrame) -> list[Plane]:
    # Each is asked for once: PyAV makes all of them anew at every question.
    return [_plane(*of) for of in zip(frame.planes, frame.format.components, strict=True)]


def _plane(plane: VideoPlane, component: VideoFormatComponent) -> Plane:
    bits = component.bits
    if bits == 8:
        buffer = np.frombuffer(memoryview(plane).toreadonly(), np.uint8)
        buffer = buffer.reshape(-1, plane.line_size)
        return Plane(buffer[: plane.height], plane.width)
    # Line sizes count bytes; the shift keeps the highest eight bits.
    words = np.frombuffer(memoryview(plane), np.uint16).reshape(-1, plane.line_size // 2)
    shifted: Image = (words[: plane.height] >> (bits - 8)).astype(np.uint8)
    return Plane(shifted, plane.width)
