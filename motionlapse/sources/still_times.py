"""When stills were taken: from EXIF, else from their names."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from PIL import ExifTags, Image, UnidentifiedImageError

from motionlapse.units import is_known_year

# 2024-05-04_12-00-02, 20240504T120002.250, 2024-05-04 12.00.02+0200 …
_NAME = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)[-_ T.]?"
    r"([0-2]\d)[-_:.h]?([0-5]\d)[-_:.m]?([0-5]\d)(?:[.,_-](\d{3}))?([+-]\d\d:?\d\d)?(?!\d)"
)
# Seconds or milliseconds since 1970, from 2001 to 2033.
_EPOCH = re.compile(r"(?<!\d)(1\d{9})(\d{3})?(?!\d)")


# What Pillow raises for damaged pictures, besides its own error for files that are no pictures.
_UNREADABLE = (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError)


class _UnopenedError(Exception):
    """The file is no picture, or its header is damaged."""


def still_times(stills: Sequence[Path]) -> list[tuple[datetime, Path]] | None:
    """Return the stills with their times, in order; None if one that can be opened has no time.

    Times come either all from EXIF or all from names. A file that cannot be opened is left out,
    unless it has a time of that kind.

    If several pictures have the same time, because the camera writes whole seconds, they are spread
    evenly over that second, or up to the next picture, in the order given.

    Parameters
    ----------
    stills
        Paths in natural order.
    """
    by_exif = _times(stills, _from_exif)
    if len(by_exif) == len(stills):
        return _spread(by_exif)
    most = max(by_exif, _times(stills, _from_name), key=len)
    return _spread(most) if most else None


def _times(
    stills: Sequence[Path], read: Callable[[Path], datetime | None]
) -> list[tuple[datetime, Path]]:
    """Return the stills that have a time, in order; empty if one that can be opened has none."""
    times = []
    for path in stills:
        try:
            moment = read(path)
        except _UnopenedError:
            continue
        if moment is None:
            return []
        times.append((moment, path))
    return sorted(times, key=lambda item: item[0])


def _spread(times: list[tuple[datetime, Path]]) -> list[tuple[datetime, Path]]:
    groups = [
        (moment, [path for _, path in group])
        for moment, group in groupby(times, key=lambda item: item[0])
    ]
    ends = [moment for moment, _ in groups[1:]] + [datetime.max.replace(tzinfo=UTC)]
    spread = []
    for (moment, paths), following in zip(groups, ends, strict=True):
        step = min(timedelta(seconds=1), following - moment) / len(paths)
        spread += [(moment + number * step, path) for number, path in enumerate(paths)]
    return spread


def _opened(path: Path) -> Image.Image:
    try:
        return Image.open(path)
    except (*_UNREADABLE, UnidentifiedImageError):
        raise _UnopenedError from None


def _from_exif(path: Path) -> datetime | None:
    with _opened(path) as picture:
        try:
            exif = picture.getexif()
            tags = exif.get_ifd(ExifTags.IFD.Exif)
        except _UNREADABLE:
            return None
    text = tags.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    fraction = str(tags.get(ExifTags.Base.SubsecTimeOriginal, "")).strip() or "0"
    offset = str(tags.get(ExifTags.Base.OffsetTimeOriginal, "")).strip()
    try:
        moment = datetime.strptime(
            f"{text} {offset}".strip(), f"%Y:%m:%d %H:%M:%S{' %z' * bool(offset)}"
        )
        if not is_known_year(moment):
            return None
        moment += timedelta(seconds=float(f"0.{fraction}"))
        return moment if moment.tzinfo else moment.astimezone()
    except (ValueError, OverflowError, OSError):  # no date, or one that no clock can show
        return None


def _from_name(path: Path) -> datetime | None:
    moment = _named(path.stem)
    if moment is None:
        _opened(path).close()
    return moment


def _named(stem: str) -> datetime | None:
    if match := _NAME.search(stem):
        year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
        try:
            moment = datetime(
                year,
                month,
                day,
                hour,
                minute,
                second,
                int(match[7] or 0) * 1000,
            )
        except ValueError:
            return None
        if not match[8]:
            return moment.astimezone()
        try:
            return moment.replace(tzinfo=datetime.strptime(match[8].replace(":", ""), "%z").tzinfo)
        except ValueError:  # an offset of a day and more
            return None
    if match := _EPOCH.search(stem):
        seconds = int(match[1]) + int(match[2] or 0) / 1000
        return datetime.fromtimestamp(seconds, UTC).astimezone()
    return None
