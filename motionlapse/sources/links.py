"""Names that lead to what is read under another name already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path


def without_links(pictures: Sequence[Path]) -> tuple[list[Path], dict[Path, Path]]:
    """Return the pictures without links to others of them, and where each of those leads.

    Such as ``newest.jpg``, which a camera sets to its last picture.
    """
    links = {path: path.resolve() for path in pictures if path.is_symlink()}
    if not links:
        return list(pictures), {}
    first = {path.resolve(): path for path in pictures if path not in links}
    again = {
        path: first[place]
        for path, place in links.items()
        if first.setdefault(place, path) is not path
    }
    return [path for path in pictures if path not in again], again


def told(links: Mapping[str, str]) -> str:
    """Return one line on names and the names that they lead to."""
    names, targets = list(links), list(dict.fromkeys(links.values()))
    others = f"{names[0]} and {len(names) - 1} more" if len(names) > 2 else " and ".join(names)
    if len(targets) == 1:
        link = "a link" if len(names) == 1 else "links"
        return f"{others}: {link} to {targets[0]}, which is read once"
    return (
        f"{others}: links to {targets[0]} and {len(targets) - 1} more, each of which is read once"
    )
