"""Symbolic links to files that are read under another name already."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path


def without_links(pictures: Sequence[Path]) -> tuple[list[Path], dict[Path, Path]]:
    """Return the pictures without links to others of them, and the target of each such link.

    An example is ``newest.jpg``, which some cameras link to their last picture.
    """
    links = {path: place_of(path) for path in pictures if path.is_symlink()}
    if not links:
        return list(pictures), {}
    first = {place_of(path): path for path in pictures if path not in links}
    again = {
        path: first[place]
        for path, place in links.items()
        if first.setdefault(place, path) is not path
    }
    return [path for path in pictures if path not in again], again


def place_of(path: Path) -> str:
    """Return where a path leads, like `Path.resolve`, but without failing at circular links."""
    return os.path.realpath(path)


def place_as_typed(path: Path) -> str:
    """Return where a path would be if no part of it were a link."""
    return os.path.abspath(path)  # noqa: PTH100  # Path removes ".." only by following links


def told(links: Mapping[str, str]) -> str:
    """Return one line on links and their targets."""
    names, targets = list(links), list(dict.fromkeys(links.values()))
    others = f"{names[0]} and {len(names) - 1} more" if len(names) > 2 else " and ".join(names)
    if len(targets) == 1:
        link = "a link" if len(names) == 1 else "links"
        return f"{others}: {link} to {targets[0]}, which is read once"
    return (
        f"{others}: links to {targets[0]} and {len(targets) - 1} more, each of which is read once"
    )
