"""Local cameras, through OpenCV and Video4Linux."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from motionlapse.clock import Clock
from motionlapse.errors import SourceError
from motionlapse.frames import Image, Plane, Planes
from motionlapse.sources.address import Address
from motionlapse.sources.connection import Picture, itself
from motionlapse.sources.live_settings import CameraSettings, LiveSettings

_DEVICES = Path("/sys/class/video4linux")


@dataclass(frozen=True, slots=True)
class LocalCamera:
    """A camera of this machine.

    Attributes
    ----------
    index
        The number of its device.
    device
        The path of its device, such as ``/dev/video0``.
    name
        The name that it reports.
    """

    index: int
    device: str
    name: str


def local_cameras(devices: Path = _DEVICES) -> list[LocalCamera]:
    """Return the cameras that the kernel knows, without opening any."""
    found = []
    for entry in devices.glob("video*"):
        number = entry.name.removeprefix("video")
        # A camera's further devices, for metadata, have an index above 0.
        if number.isdecimal() and _read(entry / "index") in ("", "0"):
            found.append(LocalCamera(int(number), f"/dev/{entry.name}", _read(entry / "name")))
    return sorted(found, key=lambda camera: camera.index)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


class CameraConnection:
    """A connection to a local camera.

    Parameters
    ----------
    address
        Of kind ``camera``: an index or a device path.
    settings
        What to ask the camera for.
    clock
        Times how long exposure may settle.

    Raises
    ------
    SourceError
        If there is no such camera or it cannot be opened; the message does not name the source.
    """

    paced = False
    finite = False
    damage = ""

    def __init__(self, address: Address, settings: LiveSettings, clock: Clock) -> None:
        self._clock = clock
        index = _index(address.target)
        log = cv2.utils.logging
        before = log.getLogLevel()
        log.setLogLevel(log.LOG_LEVEL_SILENT)  # OpenCV's lines on stderr do not help users
        try:
            self._capture = cv2.VideoCapture(index, cv2.CAP_V4L2)
        finally:
            log.setLogLevel(before)
        if not self._capture.isOpened():
            self._capture.release()
            raise SourceError("the device is in use, or is not a camera")
        self._settle_s = settings.camera.settle
        self._ask(settings.camera)
        self.detail = self._answer()

    def pictures(self) -> Iterator[Picture]:
        """Yield pictures once exposure has settled, until the camera gives none."""
        begun_s = self._clock.monotonic()
        while True:
            done, image = self._capture.read()
            if not done:
                raise SourceError("the camera sends no pictures; it may have been unplugged")
            if self._clock.monotonic() - begun_s >= self._settle_s:
                picture = np.asarray(image, np.uint8)
                yield Picture(planes_of_bgr(picture), partial(itself, picture), None)

    def close(self) -> None:
        """Release the camera; may be called again."""
        self._capture.release()

    def _ask(self, wanted: CameraSettings) -> None:
        if wanted.pixel_format:
            code = cv2.VideoWriter.fourcc(*wanted.pixel_format)
            self._capture.set(cv2.CAP_PROP_FOURCC, code)
        for what, value in (
            (cv2.CAP_PROP_FRAME_WIDTH, wanted.width),
            (cv2.CAP_PROP_FRAME_HEIGHT, wanted.height),
            (cv2.CAP_PROP_FPS, wanted.fps),
        ):
            if value:
                self._capture.set(what, value)
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def _answer(self) -> str:
        width, height, fps, code = (
            self._capture.get(what)
            for what in (
                cv2.CAP_PROP_FRAME_WIDTH,
                cv2.CAP_PROP_FRAME_HEIGHT,
                cv2.CAP_PROP_FPS,
                cv2.CAP_PROP_FOURCC,
            )
        )
        letters = int(code).to_bytes(4, "little").decode("ascii", "replace").strip("\0")
        return f"{width:.0f}×{height:.0f} {letters} at {fps:g} fps"


def _index(target: str) -> int:
    """Return the number of the video device for an index or a path; links are followed."""
    device = f"/dev/video{int(target)}" if target.isdecimal() else target
    if Path(device).exists():
        number = Path(device).resolve().name.removeprefix("video")
        if number.isdecimal():
            return int(number)
        raise SourceError("the device is not a camera")
    cameras = ", ".join(f"{camera.index} ({camera.name})" for camera in local_cameras())
    raise SourceError(f"there is no {device}; cameras here: {cameras or 'none'}")


def planes_of_bgr(image: Image) -> Planes:
    """Return the planes of a BGR picture: 4:2:0 if its width and height are even, else 4:4:4."""
    height, width = image.shape[:2]
    if height % 2 or width % 2:
        luma, red, blue = cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2YCrCb))
        full = [np.asarray(plane, np.uint8) for plane in (luma, blue, red)]
        return Planes(Plane(full[0], width), (Plane(full[1], width), Plane(full[2], width)))
    stacked = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420), np.uint8)
    rest = stacked[height:].reshape(2, height // 2, width // 2)
    half = width // 2
    return Planes(Plane(stacked[:height], width), (Plane(rest[0], half), Plane(rest[1], half)))
