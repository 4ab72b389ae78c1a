"""Tells whether footage, and the settings, are the same as in a scan before."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from motionlapse.pipeline_settings import Settings
from motionlapse.settings import entries
from motionlapse.settings_layers import flatten
from motionlapse.sources.footage import Footage

_NAMED = 3
# At both ends: headers and indexes are there, and it shows if something was appended or cut off.
_END_BYTES = 65_536

# These settings do not change what a scan finds and keeps.
_NOT_OF_RESULTS = (
    "batch.",
    "measures.",
    "decision.lapse.",
    "sources.live.",
    "sources.decoding_threads",
    "sinks.out",
    "sinks.report",
    "sinks.hooks.",
    "sinks.retention.",
    "sinks.pre_roll",
    "sinks.snapshots_per_hour",
)


def file_mark(footage: Footage, settings: Settings) -> str:
    """Return a mark of footage from size, modification time and a quick hash, or ``""``.

    For stills it covers the name, size and time of each. The mask picture counts, too. It is empty
    if something cannot be read.

    Parameters
    ----------
    footage
        A film or stills.
    settings
        For the mask picture.
    """
    watched = settings.analysis.mask_image
    try:
        marks = [_of(footage)]
        if watched is not None:
            marks.append(path_mark(watched))
    except OSError:
        return ""
    return " ".join(marks)


def _of(footage: Footage) -> str:
    if footage.url:
        from motionlapse.sources.remote import remote_mark

        return remote_mark(footage.url)
    return _many(footage.stills) if footage.stills else path_mark(footage.path)


def path_mark(path: Path) -> str:
    """Return size, modification time and a quick hash of a file.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        state = os.fstat(file.fileno())
        ends = hashlib.blake2b(file.read(_END_BYTES), digest_size=16)
        file.seek(max(0, state.st_size - _END_BYTES))
        ends.update(file.read(_END_BYTES))
    return f"{state.st_size}:{state.st_mtime_ns}:{ends.hexdigest()}"


def _many(stills: Iterable[Path]) -> str:
    size, newest_ns, names = 0, 0, hashlib.blake2b(digest_size=16)
    for path in stills:
        state = path.stat()
        size += state.st_size
        newest_ns = max(newest_ns, state.st_mtime_ns)
        line = f"{state.st_size}:{state.st_mtime_ns}:"
        names.update(line.encode() + os.fsencode(path.name) + b"\n")
    return f"{size}:{newest_ns}:{names.hexdigest()}"


def differing(stored: str, settings: Settings) -> list[str] | None:
    """Return which settings would lead to other results than those that are stored as JSON.

    Returns
    -------
    list of str or None
        Dotted keys, none if results would be the same; None if another version has stored the
        settings.
    """
    try:
        before = _of_results(Settings.model_validate(json.loads(stored)))
    except (ValidationError, ValueError):
        return None
    now = _of_results(settings)
    return [key for key in now | before if now.get(key) != before.get(key)]


def _of_results(settings: Settings) -> dict[str, object]:
    values = flatten(settings.model_dump(mode="json"))
    return {key: value for key, value in values.items() if not key.startswith(_NOT_OF_RESULTS)}


def other_words(keys: list[str] | None) -> str:
    """Return which settings differ, by their flags where they have one."""
    if keys is None:
        return "another version"
    flags = {entry.key: entry.flag.partition("/")[0] for entry in entries(Settings) if entry.flag}
    names = [flags.get(key, key) for key in keys]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"other settings ({', '.join(names[:_NAMED])}{more})"
