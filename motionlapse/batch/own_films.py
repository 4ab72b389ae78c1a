"""The films outside the archive that are made of one source, and older films of the same names.

A film that exists is not replaced, with one exception: what a scan of the same source left
unfinished, since whoever resumes the scan wants the whole film. Until the new film is there, the
old one is kept beside it under another name; if the new one is not whole either, the larger of the
two stays. Half-written files that killed scans left beside these films are removed, and films that
they had put aside get their names back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from motionlapse.batch.same_file import path_mark
from motionlapse.files import drop, put_new, refuse_existing, take_name, writing
from motionlapse.sinks.left_parts import drop_dead

_ASIDE = "-unfinished"


class OwnFilms:
    """Makes room for a source's films, and clears up after them.

    Parameters
    ----------
    films
        Where they go, by their flags.
    left
        Films that unfinished scans of the source left: the path of each, and a mark that tells it
        from any other film (see `film_marks`).
    note
        Told which films are made anew.

    Raises
    ------
    ConfigError
        If another film has one of the names; then nothing was changed.
    SinkError
        If what was left cannot be renamed.
    """

    def __init__(
        self,
        films: Mapping[str, Path],
        left: Iterable[tuple[Path, str]],
        note: Callable[[str], None],
    ) -> None:
        self._aside: dict[Path, Path] = {}
        known = set(left)
        for flag, film in films.items():
            place = film.resolve()
            if not _is_left(place, place, known):
                refuse_existing(film, flag)
        for film in films.values():
            place = film.resolve()
            drop_dead(place.parent, place.name)
            _take_back(place, known)
        try:
            for film in films.values():
                if film.exists():
                    self._put_aside(film, note)
        except BaseException:
            self.settle()
            raise

    def _put_aside(self, film: Path, note: Callable[[str], None]) -> None:
        place = film.resolve()
        with writing(film):
            aside = put_new(place, place.with_stem(f"{place.stem}{_ASIDE}"))
        self._aside[place] = aside
        note(
            f"{film}: left by an unfinished scan and made again; until that is done it is kept "
            f"as {aside.name}"
        )

    def settle(self, made: Iterable[Path] = (), *, whole: bool = False) -> None:
        """Drop an old film where the new one shows more, else put it back; may be called again.

        A film that somebody else has put in its place meanwhile is not touched.

        Parameters
        ----------
        made
            The new films that are in their places.
        whole
            Whether they show all of the source.
        """
        new = {film.resolve() for film in made}
        for place, aside in self._aside.items():
            with contextlib.suppress(OSError):
                if place not in new:
                    take_name(aside, place)
                elif whole:
                    drop(aside)
                else:
                    _keep_larger(aside, place)
        self._aside = {}


def film_marks(films: Iterable[Path]) -> dict[Path, str]:
    """Return what tells each film from any other; those that cannot be read are left out."""
    marks: dict[Path, str] = {}
    for film in films:
        with contextlib.suppress(OSError):
            marks[film] = path_mark(film)
    return marks


def _is_left(film: Path, place: Path, known: set[tuple[Path, str]]) -> bool:
    """Tell whether a film is the unchanged one that was left at `place`."""
    return any((place, mark) in known for mark in film_marks([film]).values())


def _take_back(place: Path, known: set[tuple[Path, str]]) -> None:
    """Give a film its name back that a killed scan had put aside; of two, the larger stays."""
    if not any(place == left for left, _ in known):
        return
    with contextlib.suppress(OSError):
        for aside in list(place.parent.iterdir()):
            named = aside.name.startswith(f"{place.stem}{_ASIDE}") and aside.suffix == place.suffix
            if not named or not _is_left(aside, place, known):
                continue
            if place.exists():
                _keep_larger(aside, place)
            else:
                take_name(aside, place)


def _keep_larger(aside: Path, place: Path) -> None:
    if place.stat().st_size >= aside.stat().st_size:
        drop(aside)
    else:
        aside.replace(place)
