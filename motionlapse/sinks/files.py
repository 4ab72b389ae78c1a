"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
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
    """Return the name beside `path` under which this process writes it first."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def make_folder(folder: Path) -> None:
    """Make a folder and those above it.

    Raises
    ------
    SinkError
        If it cannot be made.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and rename it there.

    Raises
    ------
    SinkError
        If it cannot be written; nothing is left behind then.
    """
    part = part_of(path)
    with writing(path):
        try:
            part.write_bytes(content)
            part.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
