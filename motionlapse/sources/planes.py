"""The planes of a decoded frame, without copying wherever the pixel format allows."""

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

    8-bit planar frames are not copied: the arrays are the decoder's memory, including padding, and
    read-only, because the decoder may still refer to it. Frames with more bits are reduced to their
    highest eight. Packed, semi-planar and RGB formats are converted to 4:2:0 first.
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
    """Return a frame as BGR uint8 ``(height, width, 3)``, upright, by averaging over areas."""
    turns = _quarter_turns(frame.rotation)
    across, down = (height, width) if turns % 2 else (width, height)
    # In one thread: starting more for each picture costs as much as they save.
    if factor := _whole_factor(frame, across, down):
        small = _shrunk(frame, across, down, factor).reformat(format="bgr24", threads=1)
    else:
        small = frame.reformat(across, down, "bgr24", interpolation="AREA", threads=1)
    image = np.asarray(small.to_ndarray(), np.uint8)
    return np.ascontiguousarray(np.rot90(image, turns)) if turns else image


def enlarged(small: Planes, size: tuple[int, int]) -> av.VideoFrame:
    """Return small upright planes, all of one size, enlarged to a picture of (width, height)."""
    views = [plane.view for plane in small]
    image = np.ascontiguousarray(views[0] if len(views) == 1 else np.stack(views))
    kind = "gray" if len(views) == 1 else "yuv444p"
    return av.VideoFrame.from_ndarray(image, format=kind).reformat(*size, interpolation="BILINEAR")


def _whole_factor(frame: av.VideoFrame, width: int, height: int) -> int:
    """Return the whole factor by which a 4:2:0 picture shrinks to an even size; 0 without one."""
    factor = frame.width // width
    fits = (frame.width, frame.height) == (width * factor, height * factor)
    even = width % 2 == height % 2 == 0
    return factor if fits and even and frame.format.name in _HALVED and factor <= 16 else 0


def _shrunk(frame: av.VideoFrame, width: int, height: int, factor: int) -> av.VideoFrame:
    """Return a picture shrunk by a whole factor, each pixel the mean of a square.

    FFmpeg takes 1.2 ms to shrink 1080p to 640×360 and convert it to BGR. Shrinking it here before
    FFmpeg converts it takes 0.4 ms.
    """
    # Imported only when needed: it may have to be compiled, and opening a film must not wait.
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
    """A picture with a size and a rotation."""

    @property
    def width(self) -> int:
        """The width in pixels, before rotation."""

    @property
    def height(self) -> int:
        """The height in pixels, before rotation."""

    @property
    def rotation(self) -> int:
        """The rotation with which it is to be shown, in degrees."""


def upright_size(frame: Shaped) -> tuple[int, int]:
    """Return (width, height) of a frame as a person sees it."""
    odd = _quarter_turns(frame.rotation) % 2
    return (frame.height, frame.width) if odd else (frame.width, frame.height)


def _quarter_turns(rotation: int) -> int:
    """Return by how many times 90° to turn a picture with this rotation left to stand upright."""
    return round(rotation / 90) % 4


def _turned(plane: Plane, turns: int) -> Plane:
    buffer = np.ascontiguousarray(np.rot90(plane.view, turns))
    return Plane(buffer, buffer.shape[1])


def _planes(frame: av.VideoFrame) -> list[Plane]:
    # `frame.planes` is read once: PyAV creates all of the planes at every access.
    return [_decoded_plane(*of) for of in zip(frame.planes, frame.format.components, strict=True)]


def _decoded_plane(plane: VideoPlane, component: VideoFormatComponent) -> Plane:
    bits = component.bits
    if bits == 8:
        buffer = np.frombuffer(memoryview(plane).toreadonly(), np.uint8)
        buffer = buffer.reshape(-1, plane.line_size)
        return Plane(buffer[: plane.height], plane.width)
    # Line sizes count bytes; the shift keeps the highest eight bits.
    words = np.frombuffer(memoryview(plane), np.uint16).reshape(-1, plane.line_size // 2)
    shifted: Image = (words[: plane.height] >> (bits - 8)).astype(np.uint8)
    return Plane(shifted, plane.width)
