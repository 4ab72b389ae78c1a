"""What scripts that score labelled sequences share: how they are silent, and how they end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn

from motionlapse.errors import MotionlapseError


class Silent:
    """Is told of evaluation, and only passes on what could not be read."""

    def begin(self, clip: str, frames: int | None, number: int, total: int) -> None:
        """A sequence begins."""

    def frame(self) -> None:
        """A frame is done."""

    def warning(self, text: str) -> None:
        """Something a person should know."""
        sys.stderr.write(f"{text}\n")

    def failed(self, error: MotionlapseError) -> None:
        """Something could not be read: figures of a part would mislead."""
        raise error


def leave_with(main: Callable[[], int]) -> NoReturn:
    """Run a script and end it with its exit code, or with one line on what ended it."""
    try:
        sys.exit(main())
    except MotionlapseError as error:
        sys.exit(f"error: {error}")
