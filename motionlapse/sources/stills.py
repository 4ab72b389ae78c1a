"""A folder or glob of pictures as a sequence of frames."""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
from PIL import ExifTags, ImageOps, UnidentifiedImageError
from PIL import Image as Pictures

from motionlapse.closing import Closing
from motionlapse.errors import ConfigError, SourceError, why
from motionlapse.frames import Fault, Frame, Image, Plane, Planes, SourceInfo
from motionlapse.sources.ahead import Ahead
from motionlapse.sources.footage import natural_key
from motionlapse.sources.settings import SourceSettings
from motionlapse.sources.still_times import still_times


@dataclass(frozen=True, slots=True)
class _Still:
    path: Path
    index: int
    number: int
    time: float
    wall: datetime | None


class Stills(Closing):
    """Still pictures in order of time, read by a thread a few pictures ahead of iteration.

    A corrupt or truncated picture is left out and reported.

    Parameters
    ----------
    paths
        The pictures in natural order; at least one.
    settings
        ``fps`` gives their rate; without it, their times come from EXIF or from their names.
    name, label
        As in `SourceInfo`; by default the folder and its name.

    Raises
    ------
    ConfigError
        If nothing says when they were taken, or if none was taken between start and end.
    SourceError
        If none can be read.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        settings: SourceSettings | None = None,
        *,
        name: str = "",
        label: str = "",
    ) -> None:
        self._name = name or str(paths[0].parent)
        self._settings = settings or SourceSettings()
        self.faults: list[Fault] = []
        stills = self._in_time(paths)
        start_s, stop_s = self._settings.start, self._settings.stop_s
        chosen = [still for still in stills if start_s <= still.time < stop_s]
        if not chosen:
            raise ConfigError(
                f"{self._name}: no still lies between --start and --end; "
                f"the last is at {stills[-1].time:.1f} s"
            )
        self._chosen = chosen
        self._read = self._frames(chosen, self.faults)
        first = next(self._read, None)
        if first is None:
            raise self._unreadable(paths)
        width, height = first.planes.size
        self.info = SourceInfo(
            name=self._name,
            label=label or paths[0].resolve().parent.name,
            kind="stills",
            width=width,
            height=height,
            fps=self._settings.fps,
            duration_s=chosen[-1].time - chosen[0].time,
            frames=len(chosen),
            start_wall=stills[0].wall,
        )
        self._first: Frame | None = first
        self._ahead = Ahead(self._read)

    def __iter__(self) -> Iterator[Frame]:
        if self._first is not None:
            first, self._first = self._first, None
            yield first
        yield from self._ahead

    def opening(self) -> Iterator[Frame]:
        """Read the pictures a second time; see `Source.opening`."""
        return self._frames(self._chosen, [])

    def close(self) -> None:
        """Stop reading; may be called again."""
        self._first = None
        self._ahead.close()

    def _in_time(self, paths: Sequence[Path]) -> list[_Still]:
        """Return the stills with their media times."""
        fps, start = self._settings.fps, self._settings.wall_start
        if fps is not None:
            moments = None
            times = [index / fps for index in range(len(paths))]
        else:
            moments = still_times(paths)
            if moments is None:
                raise self._undated(paths)
            dated = [path for _, path in moments]
            _note_faults(set(paths).difference(dated), self.faults)
            paths = dated
            start = start or moments[0][0]
            times = [(moment - moments[0][0]).total_seconds() for moment, _ in moments]
        numbers = _file_numbers(paths)
        return [
            _Still(path, index, number, time, start + timedelta(seconds=time) if start else None)
            for index, (path, number, time) in enumerate(zip(paths, numbers, times, strict=True))
        ]

    def _undated(self, paths: Sequence[Path]) -> SourceError | ConfigError:
        """Return the error for stills without times."""
        if all(_note_faults([path], self.faults) for path in paths):
            return self._unreadable(paths)
        said = (
            "neither EXIF nor its name says when it was taken; give a rate"
            if len(paths) == 1
            else "neither EXIF nor the names of the stills say when all of them were taken; give "
            "their rate"
        )
        return ConfigError(f"{self._name}: {said} with --fps RATE")

    def _unreadable(self, paths: Sequence[Path]) -> SourceError:
        """Return the error for stills of which none can be read."""
        fault = self.faults[0].text
        if len(paths) == 1:
            return SourceError(fault)
        return SourceError(f"{self._name}: no picture can be read; the first: {fault}")

    def _frames(self, stills: Sequence[_Still], faults: list[Fault]) -> Iterator[Frame]:
        size: tuple[int, int] | None = None
        for still in stills:
            try:
                planes = read_planes(still.path)
            except SourceError as error:
                faults.append(Fault(str(error), lost=True))
                continue
            if size is not None and planes.size != size:
                faults.append(
                    Fault(
                        f"{still.path}: picture size changes from {size[0]}×{size[1]} to "
                        f"{planes.size[0]}×{planes.size[1]}; the background is learned anew",
                        lost=False,
                    )
                )
            size = planes.size
            yield Frame(
                index=still.index,
                time=still.time,
                wall=still.wall,
                number=still.number,
                to_planes=partial(_same, planes),
                to_bgr=partial(bgr_of_planes, planes),
            )


def _note_faults(paths: Iterable[Path], faults: list[Fault]) -> bool:
    """Add a fault for each picture that cannot be read; return whether there is one."""
    before = len(faults)
    for path in sorted(paths, key=natural_key):
        try:
            read_planes(path)
        except SourceError as error:
            faults.append(Fault(str(error), lost=True))
    return len(faults) > before


def _same(planes: Planes) -> Planes:
    return planes


def bgr_of_planes(planes: Planes) -> Image:
    """Return the planes of `read_planes` as BGR uint8 ``(H, W, 3)``."""
    if planes.chroma is None:
        return np.repeat(planes.luma.view[:, :, None], 3, axis=2)
    blue, red = planes.chroma
    ycc = np.dstack((planes.luma.view, blue.view, red.view))
    rgb = Pictures.frombytes("YCbCr", planes.size, ycc.tobytes()).convert("RGB")
    return np.ascontiguousarray(np.asarray(rgb)[:, :, ::-1])


def read_planes(path: Path) -> Planes:
    """Read a picture as full-range planes, upright, with chroma at the size of luma.

    Raises
    ------
    SourceError
        If it cannot be read or is corrupt or cut off.
    """
    # JPEG stores YCbCr, and this avoids a conversion to RGB and back.
    with _upright(path, draft="YCbCr") as picture:
        return _planes_of(picture)


def read_bgr(path: Path) -> Image:
    """Read a picture, upright, with the values that it stores, not converted to YCbCr and back.

    Returns
    -------
    Image
        Grey ``(H, W)``, or BGR ``(H, W, 3)``. Transparent pictures are laid on black; of 16 bits
        the highest eight are kept.

    Raises
    ------
    SourceError
        If it cannot be read or is corrupt or cut off.
    """
    with _upright(path) as picture:
        if picture.mode[0] in "IF" or picture.mode in ("1", "L"):
            return _planes_of(picture).luma.view
        if picture.has_transparency_data:
            laid = picture.convert("RGBA")
            flat = Pictures.alpha_composite(Pictures.new("RGBA", laid.size, "black"), laid)
            rgb = np.asarray(flat.convert("RGB"))
        else:
            rgb = np.asarray(picture.convert("RGB"))
        return np.ascontiguousarray(rgb[:, :, ::-1])


@contextlib.contextmanager
def _upright(path: Path, *, draft: str | None = None) -> Iterator[Pictures.Image]:
    """Open a picture, decode it completely and turn it upright; `draft` as in `Image.draft`."""
    try:
        with Pictures.open(path) as opened:
            opened.draft(draft, None)
            opened.load()
            picture: Pictures.Image = opened
            if opened.getexif().get(ExifTags.Base.Orientation, 1) != 1:
                picture = ImageOps.exif_transpose(opened)
            yield picture
    except UnidentifiedImageError:
        raise SourceError(f"{path}: not a picture, or its header is damaged") from None
    except (
        OSError,
        SyntaxError,
        ValueError,
        struct.error,
        Pictures.DecompressionBombError,
    ) as error:
        raise SourceError(f"{path}: cannot be read: {why(error)}") from None


def _planes_of(picture: Pictures.Image) -> Planes:
    if picture.mode == "F":
        raise ValueError("its values are floating-point numbers; only whole numbers can be read")
    if picture.mode.startswith("I"):  # of 16 bits and more the highest eight are kept
        return Planes(plane_of((np.asarray(picture) >> 8).astype(np.uint8)))
    if picture.mode in ("1", "L", "LA"):
        return Planes(plane_of(np.asarray(picture.convert("L"))))
    if picture.mode != "YCbCr":
        picture = picture.convert("RGB").convert("YCbCr")
    luma, blue, red = (plane_of(np.asarray(band)) for band in picture.split())
    return Planes(luma, (blue, red))


def plane_of(array: Image) -> Plane:
    """Return an array, uint8 ``(H, W)``, as a plane without padding."""
    return Plane(np.ascontiguousarray(array), array.shape[1])


def _file_numbers(paths: Sequence[Path]) -> list[int]:
    """Return the last number in each file's name; if these are not unique, the index instead."""
    numbers = []
    for path in paths:
        digits = re.findall(r"\d+", path.stem)
        if not digits:
            break
        numbers.append(int(digits[-1]))
    unique = len(set(numbers)) == len(paths)
    return numbers if unique else list(range(len(paths)))
