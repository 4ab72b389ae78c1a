"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from motionlapse.errors import SinkError, why


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn faults of the file system into a `SinkError` that names `path`."""
    try:
        yield
    except OSError as error:
        raise SinkError(f"{path}: cannot be written: {why(error)}") from None


def part_of(path: Path) -> Path:
    """Return a name beside `path`, given once, under which it is written first."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.part")


def make_folder(folder: Path) -> None:
    """Make a folder and those above it.

    Raises
    ------
    SinkError
        If it cannot be made.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)


def write_whole(path: Path, content: bytes, *, anew: bool = False) -> None:
    """Write a file beside its place and rename it there; a device or a pipe is written as it is.

    Parameters
    ----------
    path
        A link is followed.
    content
        All of it.
    anew
        True: a file that is there already is an error, not replaced.

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
            part.write_bytes(content)
            part.replace(path.resolve())
        except OSError:
            drop(part)
            raise


def is_special(path: Path) -> bool:
    """Tell whether a path is a device, a pipe or the like, which must not be renamed over."""
    return path.exists() and not path.is_file() and not path.is_dir()


def drop(part: Path) -> None:
    """Remove an unfinished file; one that cannot be removed is left."""
    with contextlib.suppress(OSError):
        part.unlink()


def shown(path: Path) -> str:
    """Return a path as a person would type it from the current folder: the shorter way."""
    absolute = str(path.resolve())
    shorter = min(os.path.relpath(absolute), absolute, key=len)
    return os.fsencode(shorter).decode("utf-8", "backslashreplace")
