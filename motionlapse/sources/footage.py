"""Finding the footage that a person means by the names of files, folders and globs."""

from __future__ import annotations

import errno
import glob
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

from motionlapse.credentials import redact
from motionlapse.errors import ConfigError, SourceError, why
from motionlapse.sources.links import place_as_typed, place_of, told, without_links
from motionlapse.sources.own_clips import without_own_films
from motionlapse.units import counted

_FILMS = (
    "3g2 3gp 264 265 asf avi dav flv h264 h265 hevc m2ts m4v mjpeg mjpg mkv mov mp4 mpeg mpg mts "
    "mxf ogv ts vob webm wmv y4m"
)
_PICTURES = "bmp jpeg jpg png pgm ppm tif tiff webp"
FILM_SUFFIXES = frozenset(f".{name}" for name in _FILMS.split())
PICTURE_SUFFIXES = frozenset(f".{name}" for name in _PICTURES.split())
# Protocols of cameras, not of files.
_STREAMS = frozenset({"rtsp", "rtsps", "rtmp", "rtmps", "rtp", "srt", "tcp", "udp"})
_GENERIC_FOLDERS = frozenset({"input", "images", "frames"})


@dataclass(frozen=True, slots=True)
class Footage:
    """One source of recorded pictures.

    Attributes
    ----------
    name
        As a person would type it.
    path
        The film, or the folder that holds the stills.
    stills
        The pictures in natural order; empty for a film.
    warning
        What a person should know about how the name was understood, or ``""``.
    url
        The URL of a remote film, including credentials: never shown, logged or stored; else ``""``.
    """

    name: str
    path: Path
    stills: tuple[Path, ...] = ()
    warning: str = ""
    url: str = field(default="", repr=False)

    @property
    def place(self) -> Path | str:
        """What an archive stores as its place: a path, or a URL without its credentials."""
        return self.name if self.url else self.path

    @property
    def label(self) -> str:
        """The name of its folder in an archive."""
        if not self.stills:
            return printable(self.path.stem)
        folder = self.path.resolve()
        return printable((folder.parent if folder.name in _GENERIC_FOLDERS else folder).name)


def natural_key(path: Path) -> list[tuple[int, int | str]]:
    """Return a sorting key under which ``shot2`` comes before ``shot10``."""
    parts = re.split(r"(\d+)", str(path).lower())
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]


def find_footage(names: Iterable[str]) -> Iterator[Footage | SourceError]:
    """Yield the footage for each name, or an error in its place if there is none.

    Pictures that are named one by one, as when a shell expands ``*.jpg``, are one source a folder.

    Parameters
    ----------
    names
        Files, folders (searched for films with all folders below) and globs (with ``**`` for all
        folders below).
    """
    found = _once(item for name in names for item in _expand_safely(name))

    def still_folder(item: Footage | SourceError) -> Path | None:
        if isinstance(item, Footage) and item.stills == (item.path,):
            return item.path.parent
        return None

    for folder, group in groupby(found, still_folder):
        if folder is None:
            yield from group
        else:
            named = [item for item in group if isinstance(item, Footage)]
            stills = tuple(sorted((item.path for item in named), key=natural_key))
            said = "; ".join(item.warning for item in named if item.warning)
            name = str(stills[0] if len(stills) == 1 else folder)
            yield Footage(printable(name), folder, stills, said)


def one_footage(name: str) -> Footage:
    """Return the footage for a name that must stand for exactly one source.

    Raises
    ------
    SourceError
        If it stands for none.
    ConfigError
        If it stands for several.
    """
    found: list[Footage] = []
    faults: list[SourceError] = []
    for item in find_footage([name]):
        if isinstance(item, SourceError):
            faults.append(item)
        else:
            found.append(item)
    if not found and faults:
        raise faults[0]
    if len(found) != 1:  # faults besides the one source do not matter
        raise ConfigError(f"{printable(name)}: {len(found)} sources; name one film or folder")
    return found[0]


def _once(items: Iterable[Footage | SourceError]) -> list[Footage | SourceError]:
    """Drop what is there under another name too, links rather than files, and warn about links."""
    kept: list[Footage | SourceError] = []
    links: dict[str, Footage] = {}
    found = [(item, _place(item)) for item in items]
    first: dict[str, Footage] = {}
    for item, place in sorted(found, key=_is_link):
        if isinstance(item, Footage):
            first.setdefault(place, item)
    for item, place in found:
        if isinstance(item, Footage) and item is not first[place]:
            if not item.url and place_as_typed(item.path) != place_as_typed(first[place].path):
                links[item.name] = first[place]
        else:
            kept.append(item)
    if links:
        film = next(iter(links.values()))
        names = {name: other.name for name, other in links.items()}
        said = "; ".join(filter(None, (film.warning, told(names))))
        kept[kept.index(film)] = replace(film, warning=said)
    return kept


def _place(item: Footage | SourceError) -> str:
    if isinstance(item, SourceError):
        return ""
    return item.url or place_of(item.path)


def _is_link(found: tuple[Footage | SourceError, str]) -> bool:
    item, place = found
    return isinstance(item, Footage) and not item.url and place_as_typed(item.path) != place


def _expand_safely(name: str) -> Iterator[Footage | SourceError]:
    try:
        yield from _expand(name)
    except SourceError as error:
        yield error
    except OSError as error:  # a name too long, a folder that may not be read
        yield _unread(name, error)


def printable(text: str) -> str:
    """Return a name as it can be printed and stored; bytes that are not UTF-8 are escaped."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")


def _expand(name: str) -> Iterator[Footage | SourceError]:
    path = Path(name)
    if path.is_dir():
        yield from _folder(path)
    elif path.exists():
        yield _file(path)
    elif path.is_symlink():
        yield _dead_link(path)
    elif "://" in name:
        yield from _remote(name)
    elif glob.has_magic(name):
        matches = sorted(
            (Path(match) for match in glob.glob(name, recursive=True)), key=natural_key
        )
        closed = list(_closed_folders(name))
        if not matches and not closed:
            yield SourceError(f"{name}: no file matches")
        yield from closed
        for match in matches:
            if match.is_dir():
                yield from _folder(match)
            else:
                yield _file(match)
    elif name.isdecimal() or name == "demo:":
        yield SourceError(
            f"'{name}': not recorded footage; it is watched, with 'motionlapse watch {name}'"
        )
    else:
        yield SourceError(f"{redact(name)}: no such file or folder")


def _remote(url: str) -> Iterator[Footage | SourceError]:
    from motionlapse.sources.remote import footage_files, leads_to_files

    if url.partition("://")[0] in _STREAMS or not leads_to_files(url):
        raise SourceError(
            f"{redact(url)}: not recorded footage; a stream is watched, with 'motionlapse watch'"
        )
    for film in footage_files(url, FILM_SUFFIXES):
        yield Footage(printable(redact(film)), Path(urlsplit(film).path), url=film)


def _file(path: Path) -> Footage | SourceError:
    if path.is_fifo():  # a film is opened more than once, and reading a pipe may block for ever
        return SourceError(f"{printable(str(path))}: a pipe; give a file")
    stills = (path,) if path.suffix.lower() in PICTURE_SUFFIXES else ()
    return Footage(printable(str(path)), path, stills)


def _folder(folder: Path) -> list[Footage | SourceError]:
    files, faults = _below(folder)
    films, own = without_own_films(folder, [p for p in files if p.suffix.lower() in FILM_SUFFIXES])
    stills, links = without_links(
        [p for p in files if p.parent == folder and p.suffix.lower() in PICTURE_SUFFIXES]
    )
    if films:
        beside = (
            f"{folder}: holds films and {counted(len(stills), 'picture')}; "
            f"the {'picture is' if len(stills) == 1 else 'pictures are'} not read"
        )
        warning = "; ".join(filter(None, (beside if stills else "", own)))
        found = (
            Footage(printable(str(film)), film, warning=warning if film is films[0] else "")
            for film in films
        )
        return [*found, *faults]
    pictures = (path for path in files if path.suffix.lower() in PICTURE_SUFFIXES)
    deeper = next((path for path in pictures if path.parent != folder), None)
    hint = f"; there are pictures in {deeper.parent}" if deeper else ""
    if stills:
        number = "1 picture is" if len(stills) == 1 else f"{len(stills)} pictures are"
        warning = f"{folder}: the {number} read as stills{hint} too, not read" if deeper else ""
        names = {printable(str(path)): printable(str(to)) for path, to in links.items()}
        linked = told(names) if names else ""
        said = "; ".join(filter(None, (warning, linked, own)))
        return [Footage(printable(str(folder)), folder, tuple(stills), said), *faults]
    hint = f"; {own}, unless named" if own else hint
    return [*faults] or [SourceError(f"{folder}: a folder without films or pictures{hint}")]


def _below(folder: Path) -> tuple[list[Path], list[SourceError]]:
    """Return the films and pictures below a folder, and errors for what cannot be read."""
    files: list[Path] = []
    faults: list[SourceError] = []

    def refused(error: OSError) -> None:
        faults.append(_unread(str(error.filename), error))

    for place, _, names in os.walk(folder, onerror=refused):
        for path in (Path(place, name) for name in names):
            if path.suffix.lower() not in FILM_SUFFIXES | PICTURE_SUFFIXES:
                continue
            try:
                dead = path.is_symlink() and not path.exists()
                if dead and path.suffix.lower() in FILM_SUFFIXES:
                    faults.append(_dead_link(path))
                elif dead or path.is_file():  # dead links of stills are reported when read
                    files.append(path)
            except OSError as error:  # a folder that may be listed but not entered
                faults.append(_unread(place, error))
                break
    return sorted(files, key=natural_key), faults


def _unread(name: str, error: OSError) -> SourceError:
    return SourceError(f"{printable(name)}: cannot be read: {why(error)}")


def _dead_link(path: Path) -> SourceError:
    return SourceError(f"{path}: a link to {path.readlink()}, which is not there")


def _closed_folders(pattern: str) -> Iterator[SourceError]:
    """Yield errors for the folders that a pattern leads through but that may not be searched."""
    path = Path(pattern)
    closed: set[str] = set()
    for folder, below in zip(path.parents, reversed(path.parts), strict=False):
        wanted = os.X_OK | (os.R_OK if glob.has_magic(below) else 0)
        places = glob.glob(str(folder), recursive=True)
        closed.update(place for place in places if not os.access(place, wanted))
    for place in sorted(closed):
        if os.path.isdir(place):  # noqa: PTH112  # Path.is_dir raises where access is denied
            yield _unread(place, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
