"""What a shell may offer for a flag's value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import get_args

from motionlapse.settings import Entry


def choices_of(entry: Entry) -> list[str]:
    """Return the names that a setting takes, without the numbers that it may take as well."""
    declared = entry.info.json_schema_extra
    names = declared.get("choices") if isinstance(declared, dict) else None
    if isinstance(names, list) and names:
        return [str(name) for name in names]
    return [word for word in _literals(entry.info.annotation) if isinstance(word, str)]


def _literals(kind: object) -> Iterable[object]:
    """Yield what stands in the ``Literal`` of an annotation, or of one of its parts."""
    for part in get_args(kind):
        if isinstance(part, str | int):
            yield part
        else:
            yield from _literals(part)


def offering(names: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Return what completes a value to one of some names; of several after commas the last one.

    Parameters
    ----------
    names
        Called when a shell asks.
    """

    def complete(incomplete: str) -> list[str]:
        before, comma, begun = incomplete.rpartition(",")
        given = before.split(",")
        fitting = [name for name in names() if name.startswith(begun) and name not in given]
        return [f"{before}{comma}{name}" for name in fitting]

    return complete


def measures() -> Iterable[str]:
    """Return the names of all measures."""
    from motionlapse.measures.catalogue import MEASURES

    return MEASURES


def models() -> Iterable[str]:
    """Return the names of all background models."""
    from motionlapse.background import MODELS

    return MODELS
