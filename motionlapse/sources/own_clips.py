"""Clips in archives, which are not scanned as footage again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from motionlapse.files import ARCHIVE_FILE
from motionlapse.sources.made_films import without_made_films
from motionlapse.units import counted

_CLIP = re.compile(r"event-\d{4,}_.+\.(mp4|mkv)")  # as sinks name them


def without_own_films(folder: Path, films: Sequence[Path]) -> tuple[list[Path], str]:
    """Return the films below a folder that are footage, and a line on the others.

    The others are clips in archives, and films that were made from footage.
    """
    kept, clips = _without_own_clips(folder, films)
    kept, made = without_made_films(kept)
    return kept, "; ".join(filter(None, (clips, made)))


def _without_own_clips(folder: Path, films: Sequence[Path]) -> tuple[list[Path], str]:
    """Return the films below a folder without clips in archives, and a line on these.

    A folder with footage often contains the archive of an earlier scan. Its clips show what is
    known already, and every scan would double them. (A folder within an archive is read if a person
    names it.)
    """

    @cache
    def archive_above(place: Path) -> Path | None:
        if (place / ARCHIVE_FILE).is_file():
            return place
        return None if place in (folder, place.parent) else archive_above(place.parent)

    kept: list[Path] = []
    archives: list[Path] = []
    for film in films:
        archive = archive_above(film.parent) if _CLIP.fullmatch(film.name) else None
        if archive is None:
            kept.append(film)
        else:
            archives.append(archive)
    if not archives:
        return kept, ""
    number = counted(len(archives), "clip")
    places = list(dict.fromkeys(archives))
    others = f" and {counted(len(places) - 1, 'more archive')}" if len(places) > 1 else ""
    one = len(archives) == 1
    return kept, f"{number} of the archive {places[0]}{others} {'is' if one else 'are'} not read"
