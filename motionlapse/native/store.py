"""Where machine code is kept from one run to the next, with a sum that tells if it is whole."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

logger = logging.getLogger("motionlapse")

_VARIABLE = "MOTIONLAPSE_CACHE"
_SUM = 32  # bytes


def read(name: str) -> bytes | None:
    """Return what is kept under a name; None if nothing is, or it is damaged."""
    for folder in _folders():
        with contextlib.suppress(OSError):
            whole = (folder / name).read_bytes()
            code = whole[:-_SUM]
            if whole[-_SUM:] == hashlib.sha256(code).digest():
                return code
    return None


def write(name: str, code: bytes) -> None:
    """Keep something under a name, in the first folder that can be written; warn if none can."""
    for folder in _folders():
        with contextlib.suppress(OSError):
            _write_whole(folder / name, code + hashlib.sha256(code).digest())
            return
    logger.warning("cannot keep what was compiled: set %s to a folder for it", _VARIABLE)


def _folders() -> Iterator[Path]:
    """Yield the folder that was chosen, or the package's own and the user's."""
    chosen = os.environ.get(_VARIABLE)
    if chosen:
        yield Path(chosen)
        return
    yield Path(__file__).resolve().parent.parent / "__pycache__"
    with contextlib.suppress(RuntimeError):  # a user without a home
        yield _users() / "motionlapse"


def _users() -> Path:
    """Return the folder for what a user's programs keep, as the system has it."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise
