"""Time-lapse films of kept pictures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pictures

from motionlapse.credentials import redact
from motionlapse.errors import ConfigError, SourceError
from motionlapse.files import ARCHIVE_FILE, check_writable, reading, refuse_existing
from motionlapse.frames import Image
from motionlapse.report.exposure import steady_gains
from motionlapse.sinks.archive_reader import ArchiveReader, EventFilter
from motionlapse.sinks.drawing import text_px, write_label
from motionlapse.sinks.left_parts import drop_dead
from motionlapse.sinks.video import GOOD, VideoWriter
from motionlapse.sinks.video_file import check_film_name
from motionlapse.sources.ahead import Ahead
from motionlapse.sources.footage import PICTURE_SUFFIXES, natural_key
from motionlapse.sources.still_times import still_times
from motionlapse.sources.stills import bgr_of_planes, read_planes
from motionlapse.units import format_duration

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class LapseLook:
    """The appearance of a time-lapse film.

    Attributes
    ----------
    fps
        Pictures per second.
    stamp
        Whether each picture is stamped with its time.
    size
        (width, height) into which every picture is fitted; None for the most common size.
    deflicker
        Whether flicker of the exposure is removed.
    crossfade
        How many blended pictures are inserted between each two; the film does not become longer.
    """

    fps: float = 25.0
    stamp: bool = False
    size: tuple[int, int] | None = None
    deflicker: bool = False
    crossfade: int = 0


@dataclass(slots=True)
class Lapse:
    """A film that was made.

    Attributes
    ----------
    pictures
        How many pictures were read.
    length_s
        Length of the film in seconds.
    faults
        One line for each picture that was left out.
    """

    pictures: int = 0
    length_s: float = 0.0
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Picture:
    path: Path
    stamp: str


def make_lapse(
    places: Sequence[Path],
    out: Path,
    look: LapseLook,
    *,
    all_runs: bool = False,
    on_picture: Progress = lambda _done, _total: None,
) -> Lapse:
    """Make a film of the pictures of an archive, or of stills in natural order.

    Memory use does not depend on their number. Ctrl-C, or a signal that ends the program, finishes
    the film with the pictures so far and is raised again.

    Parameters
    ----------
    places
        One archive, one folder of pictures, or pictures.
    out
        The film, ``.mp4`` or ``.mkv``.
    look
        The appearance of the film.
    all_runs
        Whether every run of a source in an archive is used, or only the newest.
    on_picture
        Called with the number of pictures done and the number of all pictures.

    Raises
    ------
    ConfigError
        If the film already exists, or a stamp is wanted and the pictures' times are unknown.
    SourceError
        If there are no pictures, or none can be read.
    SinkError
        If the film cannot be written.
    """
    pictures = _find(places, stamp=look.stamp, all_runs=all_runs)
    check_film_name(out)
    refuse_existing(out, "--out")
    check_writable(out)
    drop_dead(out.resolve().parent, out.resolve().name)
    size = look.size or _usual_size(pictures)
    gains = steady_gains([picture.path for picture in pictures]) if look.deflicker else None
    done = Lapse()
    step_s = 1 / (look.fps * (look.crossfade + 1))
    ahead = Ahead(_read(pictures, done.faults))
    shown: list[Image] = []
    count = 0
    try:
        with VideoWriter(out, size, GOOD, fps=1 / step_s, made=True) as film:
            try:
                for number, picture in ahead:
                    image = _for_film(
                        picture, size, 1.0 if gains is None else gains[number], pictures[number]
                    )
                    for frame in _with_fade(shown, image, look.crossfade):
                        film.write(frame, count * step_s)
                        count += 1
                    shown = [image]
                    done.pictures += 1
                    on_picture(number + 1, len(pictures))
            except (KeyboardInterrupt, SystemExit):
                film.close()
                raise
            if not done.pictures:
                raise SourceError(f"no picture can be read; the first: {done.faults[0]}")
    finally:
        ahead.close()
    done.length_s = count * step_s
    return done


# ---- which pictures ------------------------------------------------------------------------------


def _find(places: Sequence[Path], *, stamp: bool, all_runs: bool) -> list[_Picture]:
    with reading(places[0]):
        if len(places) == 1 and (places[0] / ARCHIVE_FILE).is_file():
            return _of_archive(places[0], all_runs=all_runs)
        if len(places) == 1 and not places[0].exists():
            raise SourceError(f"{_shown(places[0])}: no archive, folder or picture of that name")
    paths: list[Path] = []
    for place in places:
        if (place / ARCHIVE_FILE).is_file():
            raise ConfigError(
                f"{_shown(place)}: is an archive; give one archive, or pictures alone"
            )
        paths += _pictures_in(place)
    if not paths:
        raise SourceError(f"{places[0]}: neither an archive nor a folder of pictures")
    paths.sort(key=natural_key)
    if not stamp:
        return [_Picture(path, "") for path in paths]
    times = still_times(paths)
    if times is None:
        raise ConfigError(
            "--stamp: not all pictures say, in EXIF or in their names, when they were taken"
        )
    dated = {path: _day_and_time(moment) for moment, path in times}
    unread = [_Picture(path, "") for path in paths if path not in dated]  # reported when it is read
    return [*unread, *(_Picture(path, stamp) for path, stamp in dated.items())]


def _pictures_in(place: Path) -> list[Path]:
    """Return the pictures of a folder, or the picture itself."""
    with reading(place):
        if place.is_dir():
            return [p for p in place.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES]
        if place.exists():
            return [place]
    raise SourceError(f"{_shown(place)}: no such file or folder")


def _of_archive(archive: Path, *, all_runs: bool) -> list[_Picture]:
    with ArchiveReader(archive) as reader:
        kept = list(reader.pictures(EventFilter(all_runs=all_runs)))
    if not kept:
        raise SourceError(f"{archive}: holds no snapshots")
    if all(picture.wall is not None for picture in kept):
        kept.sort(key=lambda picture: picture.wall.timestamp() if picture.wall else 0.0)
    return [
        _Picture(
            picture.path,
            _day_and_time(picture.wall) if picture.wall else format_duration(picture.time_s),
        )
        for picture in kept
    ]


def _day_and_time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _usual_size(pictures: Sequence[_Picture]) -> tuple[int, int]:
    """Return the most common upright size of the pictures, read from their headers."""
    sizes: Counter[tuple[int, int]] = Counter()
    for picture in pictures:
        try:
            with Pictures.open(picture.path) as opened:
                width, height = opened.size
                turned = opened.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        except (OSError, SyntaxError, ValueError, Pictures.DecompressionBombError):
            continue  # told of when it is read
        sizes[(height, width) if turned else (width, height)] += 1
    if not sizes:
        raise SourceError(f"{pictures[0].path}: neither this file nor any other is a picture")
    return max(sizes, key=lambda size: (sizes[size], size))


# ---- what becomes of them ------------------------------------------------------------------------


def _read(pictures: Sequence[_Picture], faults: list[str]) -> Iterator[tuple[int, Image]]:
    for number, picture in enumerate(pictures):
        try:
            yield number, bgr_of_planes(read_planes(picture.path))
        except SourceError as error:
            faults.append(str(error))


def _for_film(picture: Image, size: tuple[int, int], gain: float, about: _Picture) -> Image:
    """Return a picture ready for the film: fitted, steadied and stamped."""
    image = _fitted(picture, size)
    if gain != 1.0:
        image = np.asarray(cv2.convertScaleAbs(image, alpha=gain), np.uint8)  # clips at white
    if about.stamp:
        write_label(image, about.stamp, size_px=text_px(size[0]), right=True)
    return image


def _fitted(picture: Image, size: tuple[int, int]) -> Image:
    """Return a picture fitted into the film's size, with black borders where proportions differ."""
    width, height = size
    if picture.shape[1::-1] == size:
        return picture.copy()
    factor = min(width / picture.shape[1], height / picture.shape[0])
    inner = max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    canvas = np.zeros((height, width, 3), np.uint8)
    x, y = (width - inner[0]) // 2, (height - inner[1]) // 2
    canvas[y : y + inner[1], x : x + inner[0]] = cv2.resize(picture, inner, interpolation=how)
    return canvas


def _with_fade(before: Sequence[Image], image: Image, between: int) -> Iterator[Image]:
    """Yield the blended pictures that lead from the previous one, if any, and then this picture."""
    for old in before:
        for number in range(1, between + 1):
            share = number / (between + 1)
            yield np.asarray(cv2.addWeighted(old, 1 - share, image, share, 0), np.uint8)
    yield image


def _shown(place: Path) -> str:
    """Return a path for messages: restore the slash that an address lost, and hide its password."""
    return redact(re.sub(r"^([a-z]+):/(?=[^/])", r"\1://", str(place)))
