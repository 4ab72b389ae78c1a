"""Writing files: they appear whole or not at all, and replace nothing by accident."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import uuid
from collections.abc import Container, Iterator
from pathlib import Path

from motionlapse.errors import ConfigError, SinkError, SourceError, why
from motionlapse.locks import hold_new, ready_to_rename

ARCHIVE_FILE = "archive.sqlite"  # a folder with this file is an archive
MADE_OF_FOOTAGE = "Made of footage by motionlapse"  # metadata of films that are not footage


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn faults of the file system into a `SinkError` that names `path`."""
    try:
        yield
    except OSError as error:
        raise SinkError(f"{path}: cannot be written: {why(error)}") from None


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn faults of the file system into a `SourceError` that names `path`."""
    try:
        yield
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {why(error)}") from None


def read_text(path: Path) -> str:
    """Return the content of a text file that a person wrote, without a byte order mark.

    Raises
    ------
    ConfigError
        If it cannot be read, or is no text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")  # editors on Windows begin with a mark
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {why(error)}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: cannot be read: it is not UTF-8 text") from None


def part_of(path: Path) -> Path:
    """Return a new name beside `path`, under which the file is written at first."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.part")


def make_folder(folder: Path) -> None:
    """Make a folder and those above it.

    Raises
    ------
    SinkError
        If it cannot be made.
    """
    with writing(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            for place in (folder, *folder.parents):
                if place.exists() and not place.is_dir():
                    raise SinkError(_in_the_way(folder, place)) from None
            raise


def _in_the_way(folder: Path, file: Path) -> str:
    if file == folder:
        return f"{folder}: cannot be written: it is a file, not a folder"
    return f"{folder}: cannot be written: {file} is a file, not a folder"


def check_writable(path: Path) -> None:
    """Make sure, before any work begins, that a file can be written; its folder need not exist.

    Nothing is left of the trial, no folder either: what fails later leaves nothing behind. A device
    or a pipe is not touched.

    Raises
    ------
    SinkError
        If it cannot be written.
    """
    with writing(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if is_special(path):
            return
    # A link is followed, and no folder is made at its end.
    linked = path.is_symlink()
    _try(path, path.resolve().parent if linked else _nearest(path.parent))


def check_folder(folder: Path) -> None:
    """Make sure, before any work begins, that files can be written into a folder, or it be made.

    Raises
    ------
    SinkError
        If not.
    """
    _try(folder, _nearest(folder))


def _nearest(folder: Path) -> Path:
    """Return the folder itself, or the nearest one above it that exists."""
    with writing(folder):
        for place in (folder, *folder.parents):
            if place.is_dir():
                return place
            if place.exists():
                raise SinkError(_in_the_way(folder, place))
            if place.is_symlink():  # to nowhere
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    raise AssertionError  # the last one is there


def _try(path: Path, folder: Path) -> None:
    """Write a file like `path` into a folder, and remove it."""
    with writing(path):
        part = folder / part_of(folder / (path.name or "new")).name  # "." has no name
        part.open("xb").close()
        drop(part)


def refuse_existing(film: Path, flag: str) -> None:
    """Refuse to replace a film, since what it shows may be lost for good.

    (Tables, pages and pictures can be made again in a moment, and are replaced.)

    Raises
    ------
    ConfigError
        Naming the film, and the flag that names another.
    SinkError
        If there can be no file of that name.
    """
    with writing(film):
        if film.exists():
            raise ConfigError(f"{film}: already exists; name another film with {flag}")


def free_name(path: Path, taken: Container[Path] = ()) -> Path:
    """Return a free name: the given one, or the same with ``-2``, ``-3`` and so on.

    Parameters
    ----------
    path
        The name that is wanted.
    taken
        Full paths that will soon be taken.
    """
    names = (name for name in _names_like(path) if not name.exists())
    return next(name for name in names if name.resolve() not in taken)


def _names_like(path: Path) -> Iterator[Path]:
    yield path
    for number in itertools.count(2):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")


def put_new(part: Path, place: Path) -> Path:
    """Rename a file to its final name, with a number if that has been taken meanwhile.

    Returns
    -------
    Path
        Its new name.

    Raises
    ------
    OSError
        If it cannot be renamed.
    """
    for name in _names_like(place):
        with contextlib.suppress(FileExistsError):
            take_name(part, name)
            return name
    raise AssertionError  # there is always another number


def take_name(part: Path, name: Path) -> None:
    """Rename a file within its file system without replacing anything.

    Raises
    ------
    FileExistsError
        If the name is taken.
    OSError
        If it cannot be renamed.
    """
    try:
        os.link(part, name)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if name.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        part.replace(name)
    else:
        part.unlink()


def write_whole(path: Path, content: bytes, *, anew: bool = False) -> None:
    """Write a file beside its place and rename it; a device or a pipe is written directly.

    Parameters
    ----------
    path
        The file to write; a link is followed.
    content
        All of it.
    anew
        True to fail if the file already exists, instead of replacing it.

    Raises
    ------
    SinkError
        If it cannot be written; nothing is left behind then.
    """
    with writing(path):
        if anew and path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        if is_special(path):
            path.write_bytes(content)
            return
        part = part_of(path.resolve())
        try:
            with hold_new(part) as file:  # a scan that starts would remove it if it were not locked
                file.write(content)
                ready_to_rename(file)
                if anew:
                    take_name(part, path.resolve())
                else:
                    part.replace(path.resolve())
        except BaseException:  # Ctrl-C too
            drop(part)
            raise


def write_in_folder(path: Path, content: bytes) -> None:
    """Make the folder of a file and those above it, and write it as `write_whole` does.

    Raises
    ------
    SinkError
        If it cannot be written; no folder that was made for it is left behind then.
    """
    made = [folder for folder in path.parents if not folder.exists()]
    try:
        make_folder(path.parent)
        write_whole(path, content)
    except BaseException:
        for folder in made:  # from the innermost one
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


def is_special(path: Path) -> bool:
    """Tell whether a path is a device, a pipe or the like, which must not be replaced."""
    return path.exists() and not path.is_file() and not path.is_dir()


def drop(part: Path) -> None:
    """Remove an unfinished file; one that cannot be removed is left."""
    with contextlib.suppress(OSError):
        part.unlink()


def shown(path: Path) -> str:
    """Return a path as a person would type it: relative or absolute, whichever is shorter."""
    absolute = os.path.realpath(path)  # `resolve` raises where links lead in a circle
    shorter = min(os.path.relpath(absolute), absolute, key=len)
    return os.fsencode(shorter).decode("utf-8", "backslashreplace")
