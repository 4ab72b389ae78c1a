"""The store of machine code, which keeps it between runs, with checksums."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import logging
import os
import stat
import sys
from pathlib import Path

from motionlapse.errors import SinkError
from motionlapse.files import make_folder, write_whole

logger = logging.getLogger("motionlapse")

_VARIABLE = "MOTIONLAPSE_CACHE"
_SUM = 32  # bytes of a checksum
# Files for each function: for a few versions, and a few machines that share a folder.
_MOST_KEPT = 8


def read(name: str) -> bytes | None:
    """Return what is stored under a name; None if nothing is, or it is damaged.

    It will be executed, so it must be trustworthy. The program's own folder and one that was chosen
    are trusted. From the user's cache folder, nothing is read that anyone else but the
    administrator could have written.
    """
    for folder in _folders():
        with contextlib.suppress(OSError), (folder / name).open("rb") as file:
            if folder == _users_own() and not (
                _is_ours(os.fstat(file.fileno())) and _is_ours(folder.stat())
            ):
                continue
            whole = file.read()
            code = whole[:-_SUM]
            if code and whole[-_SUM:] == _sum(name, code):
                return code
    return None


def is_empty() -> bool:
    """Return whether nothing is stored, as on a machine's first run."""
    return not any(any(folder.glob("*.o")) for folder in _folders())


def write(name: str, code: bytes) -> None:
    """Store something under a name, in the first folder that can be written; warn if none can."""
    reasons = []
    for folder in _folders():
        try:
            make_folder(folder)
            write_whole(folder / name, code + _sum(name, code))
        except SinkError as error:
            reasons.append(str(error))
        else:
            _tidy(folder, name)
            return
    _warn("; ".join(reasons))


@functools.cache
def _warn(reasons: str) -> None:
    """Log a warning, once, that nothing can be stored."""
    wanted = f"set {_VARIABLE} to a folder for it"
    logger.warning("cannot save the compiled code (%s): %s", wanted, reasons)


def _folders() -> list[Path]:
    """Return the folder that was chosen, or else the package's own and the user's."""
    chosen = os.environ.get(_VARIABLE)
    if chosen:
        return [Path(chosen)]
    users = _users_own()
    return [Path(__file__).resolve().parent.parent / "__pycache__", *([users] if users else [])]


def _users_own() -> Path | None:
    """Return the folder for this program in the user's cache of the system; None without one."""
    with contextlib.suppress(RuntimeError):  # a user without a home
        if sys.platform == "win32":
            local = os.environ.get("LOCALAPPDATA")
            return (Path(local) if local else Path.home() / "AppData" / "Local") / "motionlapse"
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / "motionlapse"
        chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))  # if not absolute it is ignored
        return (chosen if chosen.is_absolute() else Path.home() / ".cache") / "motionlapse"
    return None


def _is_ours(found: os.stat_result) -> bool:
    """Return whether only this user, the user's own group and the administrator can write it."""
    if sys.platform == "win32":
        return True
    others = stat.S_IWOTH if found.st_gid == os.getegid() else stat.S_IWOTH | stat.S_IWGRP
    return found.st_uid in (0, os.geteuid()) and not found.st_mode & others


def _sum(name: str, code: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\0" + code).digest()


def _tidy(folder: Path, name: str) -> None:
    """Delete the oldest files of a function if there are too many."""
    kept = list(folder.glob(f"{name.rpartition('-')[0]}-*.o"))
    with contextlib.suppress(OSError):  # another program tidies, too
        for path in sorted(kept, key=lambda path: path.stat().st_mtime)[:-_MOST_KEPT]:
            path.unlink(missing_ok=True)
