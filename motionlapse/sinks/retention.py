"""Deleting the oldest events, their files and rows together, so that a disk never fills up."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from motionlapse.errors import SinkError, why
from motionlapse.sinks.archive_store import ArchiveStore
from motionlapse.sinks.old_events import OldEvent, OldEvents
from motionlapse.sinks.retention_settings import RetentionSettings
from motionlapse.units import counted, format_size

_AT_ONCE = 200
_ABANDONED = timedelta(days=1)


@dataclass(slots=True)
class Swept:
    """What a sweep deleted.

    Attributes
    ----------
    events, files, size
        How many, and how many bytes.
    why
        The limits that asked for it.
    size_left, free
        Bytes of the archive, and bytes free on its disk, after it.
    unmet
        A limit that is not met though nothing more can be deleted, in words, or ``""``.
    """

    events: int = 0
    files: int = 0
    size: int = 0
    why: str = ""
    size_left: int = 0
    free: int = 0
    unmet: str = ""

    def __str__(self) -> str:
        files = counted(self.files, "file")
        events = counted(self.events, "event")
        what = f"{events} with {files}" if self.events else f"{files} of events never finished"
        return f"deleted {what}, {format_size(self.size)} ({self.why})"


class Retention:
    """Keeps an archive within limits.

    Only events of cameras are deleted, the oldest first; before them what was left of events that
    were never finished, once nothing has been written to it for a day and a later event has begun.
    An open event has no row yet and the newest number, and so its files are never touched.

    Parameters
    ----------
    store
        The archive, opened in the thread that sweeps.
    settings
        The limits.
    disk_free
        Bytes free where the archive lies.
    """

    def __init__(
        self,
        store: ArchiveStore,
        settings: RetentionSettings,
        disk_free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self._store = store
        self._events = OldEvents(store)
        self._settings = settings
        self._disk_free = disk_free

    def sweep(self, now: datetime) -> Swept:
        """Delete what the limits ask for.

        Parameters
        ----------
        now
            Wall time, aware.

        Raises
        ------
        SinkError
            If the archive cannot be changed.
        """
        swept = Swept(size_left=folder_size(self._store.folder))
        settings = self._settings
        if settings.keep is not None:
            before = now - timedelta(seconds=settings.keep)
            self._drop(self._events.abandoned(min(before, now - _ABANDONED)), swept, "--keep")
            while old := self._events.find(_AT_ONCE, before=before):
                self._delete(old, swept, "--keep")
            self._events.drop_scores(before)
        abandoned: list[Path] | None = None
        while limit := self._exceeded(swept):
            if abandoned is None:
                abandoned = self._events.abandoned(now - _ABANDONED)
            if abandoned:
                self._drop([abandoned.pop(0)], swept, limit)
            elif old := self._events.find(1):
                self._delete(old, swept, limit)
            else:
                break
        swept.free = self._free()
        if limit := self._exceeded(swept):
            swept.unmet = (
                f"{limit} cannot be met: the archive takes {format_size(swept.size_left)}, "
                f"{format_size(swept.free)} are free, and no event of a camera is left to delete"
            )
        return swept

    def _exceeded(self, swept: Swept) -> str:
        """Return the flag of a limit that is exceeded, or ``""``."""
        settings = self._settings
        if settings.max_size is not None and swept.size_left > settings.max_size:
            return "--max-size"
        if settings.min_free is not None and self._free() < settings.min_free:
            return "--min-free"
        return ""

    def _free(self) -> int:
        try:
            return self._disk_free(self._store.folder)
        except OSError as error:
            raise SinkError(f"{self._store.folder}: {why(error)}") from None

    def _delete(self, old: list[OldEvent], swept: Swept, reason: str) -> None:
        with self._events.deleting(old):  # the rows go if the files went
            self._drop([path for event in old for path in event.files], swept, reason)
        swept.events += len(old)

    def _drop(self, paths: list[Path], swept: Swept, reason: str) -> None:
        lengths = [_remove(path) for path in paths]
        swept.files += sum(length > 0 for length in lengths)
        swept.size += sum(lengths)
        swept.size_left -= sum(lengths)
        if paths and reason not in swept.why:
            swept.why = f"{swept.why}, {reason}".removeprefix(", ")


def _remove(path: Path) -> int:
    """Remove a file and return its length; one that is gone already has 0."""
    try:
        length = path.stat().st_size
        path.unlink()
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise SinkError(f"{path}: cannot be deleted: {why(error)}") from None
    return length


def folder_size(folder: Path) -> int:
    """Return the bytes of all files below a folder; what vanishes meanwhile does not count."""
    total, waiting = 0, [os.fspath(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total
