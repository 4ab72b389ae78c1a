"""The errors that motionlapse raises, and their exit codes.

::

    MotionlapseError            1   something unexpected
    ├── ConfigError             2   a setting, a flag, an argument
    │   └── LibraryError        2   a library that is needed cannot be imported
    ├── SourceError             3   footage or a camera that cannot be read
    └── SinkError               4   a result that cannot be written

Every message says what, where and what is allowed, in one line. Only ``cli`` turns an error into
text and an exit code.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class MotionlapseError(Exception):
    """The root of all errors that motionlapse raises on purpose."""

    exit_code = 1


class ConfigError(MotionlapseError):
    """A setting, flag or argument that cannot be used."""

    exit_code = 2


class LibraryError(ConfigError):
    """A library that is needed cannot be imported; the message says what to install."""


class SourceError(MotionlapseError):
    """Footage or a camera that cannot be read."""

    exit_code = 3


class SinkError(MotionlapseError):
    """A result that cannot be written."""

    exit_code = 4


TRACEBACK_VARIABLE = "MOTIONLAPSE_TRACEBACK"
"""Environment variable that makes unexpected errors show a traceback."""


def unexpected(error: Exception) -> str:
    """Return one line about an unexpected error."""
    file = getattr(error, "filename", None) if isinstance(error, OSError) else None
    where = f"{file}: " if isinstance(file, str) else ""
    return (
        f"unexpected {type(error).__name__}: {where}{why(error)} "
        f"(set {TRACEBACK_VARIABLE}=1 to see where)"
    )


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the known word nearest to `word`, or ``""``."""
    typed = {name.lower(): name for name in known}
    match = difflib.get_close_matches(word.lower(), typed, n=1, cutoff=0.6)
    return f"; did you mean '{typed[match[0]]}'?" if match else ""


def why(error: BaseException) -> str:
    """Return the cause of an error in one line, without the path, which the caller names."""
    words = getattr(error, "strerror", None)  # of OSError and of FFmpeg's errors
    if words:
        return str(words).lower()
    text = " ".join(str(error).split())
    return text or type(error).__name__
