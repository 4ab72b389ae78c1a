"""Words that stand for files and folders.

An empty one, as of a shell's variable that is not set, is refused: Python would make the current
folder of it, and all that lies below it would be read.
"""

from __future__ import annotations

from pathlib import Path

import typer


def name_given(text: str) -> str:
    """Return what stands for footage or the like as it was typed."""
    if not text:
        raise typer.BadParameter("'' is no path; write the name of a file or folder")
    return text


def path_given(text: str | Path) -> Path:
    """Return a path; a default is one already."""
    return Path(name_given(str(text)))
