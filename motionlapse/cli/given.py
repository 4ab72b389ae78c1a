"""Arguments that name files and folders.

An empty one, as from a shell variable that is not set, is refused: Python would take it for the
current folder, and everything below that would be read.
"""

from __future__ import annotations

from pathlib import Path

import typer


def name_given(text: str) -> str:
    """Return a name of footage or the like as it was typed."""
    if not text:
        raise typer.BadParameter("'' is not a path; write the name of a file or folder")
    return text


def path_given(text: str | Path) -> Path:
    """Return a path; a default may be a path already."""
    return Path(name_given(str(text)))
