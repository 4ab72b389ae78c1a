"""Putting kept stills into a folder: linked, copied or moved."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Literal

from motionlapse.files import drop, part_of, writing
from motionlapse.locks import hold_new, ready_to_rename
from motionlapse.sinks.left_parts import drop_dead

How = Literal["link", "copy", "move"]
_NO_LINKS = {errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS}


class Placer:
    """Places stills in a folder under their own names, and never overwrites anything there.

    Parameters
    ----------
    folder
        Must exist. Half-copied files that a killed program left there are removed.
    how
        ``link``: a hard link, or a copy where the file system has no hard links; ``copy``: a copy
        with the original's times; ``move``: the file itself.
    """

    def __init__(self, folder: Path, how: How) -> None:
        self._folder = folder
        self._how = how
        self._last: tuple[Path, Path] | None = None  # the still placed last, and its new path
        drop_dead(folder)

    def place(self, still: Path) -> Path:
        """Place a still and return its new path.

        Raises
        ------
        SinkError
            If it cannot be placed; it is then where it was, and nothing is left behind.
        """
        target = self._free_name(still)
        self._last = None if target.exists() else (still, target)
        with writing(target):
            if self._how == "move":
                _move(still, target)
            elif self._how == "copy" or not _linked(still, target):
                _copy(still, target)
        return target

    def take_back(self) -> None:
        """Undo the last placing, as a later run would place a still without a record a second time.

        Raises
        ------
        SinkError
            If a still that was moved cannot go back.
        """
        if self._last is None:
            return
        still, target = self._last
        self._last = None
        if self._how == "move":
            with writing(still):
                _move(target, still)
        else:
            drop(target)

    def _free_name(self, still: Path) -> Path:
        """Return the still's own name, with a number if another file has that name."""
        target, number = self._folder / still.name, 1
        while target.exists() or target.is_symlink():
            if target.exists() and target.samefile(still):
                return target  # placed by a run that ended before it could record that
            number += 1
            target = self._folder / f"{still.stem}-{number}{still.suffix}"
        return target


def _linked(still: Path, target: Path) -> bool:
    try:
        target.hardlink_to(still.resolve())
    except FileExistsError:
        return target.samefile(still)
    except OSError as error:
        if error.errno in _NO_LINKS:
            return False
        raise
    return True


def _copy(still: Path, target: Path) -> None:
    part = part_of(target)
    try:
        with still.open("rb") as picture, hold_new(part) as file:
            shutil.copyfileobj(picture, file)
            ready_to_rename(file)
            shutil.copystat(still, part)
            part.replace(target)
    except BaseException:  # Ctrl-C too
        drop(part)
        raise


def _move(still: Path, target: Path) -> None:
    try:
        still.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(still, target)
        still.unlink()
