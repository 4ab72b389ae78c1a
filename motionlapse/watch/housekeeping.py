"""Looks after the disk in a thread of its own: measures it, and deletes old events."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass
from typing import Protocol

from motionlapse.clock import Clock
from motionlapse.errors import SinkError, why
from motionlapse.files import ARCHIVE_FILE
from motionlapse.sinks.archive_store import ArchiveStore
from motionlapse.sinks.retention import Retention, folder_size
from motionlapse.sinks.settings import SinkSettings

_EVERY_S = 60.0
_AT_MOST_EVERY_S = 1.0
_LEAVE_S = 30.0


@dataclass(frozen=True, slots=True)
class DiskUse:
    """The disk at one moment.

    Attributes
    ----------
    archive
        Bytes of the archive.
    free
        Bytes free on its disk.
    """

    archive: int
    free: int


class Listener(Protocol):
    """Who is told of the disk."""

    def disk(self, use: DiskUse) -> None:
        """The disk was looked at."""

    def debug(self, text: str) -> None:
        """A detail for the log."""

    def warning(self, text: str) -> None:
        """Something a person should know."""


class Housekeeper:
    """Sweeps the archive after each event and every minute.

    Parameters
    ----------
    settings
        The archive and its limits.
    clock
        Tells which events are old.
    listener
        Told of the disk and of what was deleted, from the thread.
    """

    def __init__(self, settings: SinkSettings, clock: Clock, listener: Listener) -> None:
        self._settings = settings
        self._clock = clock
        self._listener = listener
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._told = ""
        self._begun = False
        self._thread = threading.Thread(target=self._work, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Start the thread, which sweeps at once; may be called again."""
        if not self._begun:
            self._begun = True
            self._thread.start()

    def take(self, settings: SinkSettings) -> None:
        """Use another archive or other limits from the next sweep on."""
        self._settings = settings
        self._wake.set()

    def look(self) -> None:
        """Sweep soon: something was written."""
        self._wake.set()

    def close(self) -> None:
        """Sweep once more and end the thread; may be called again, and without `start`."""
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(_LEAVE_S)

    def _work(self) -> None:
        while True:
            last = self._closing.is_set()
            self._wake.clear()
            try:
                self._sweep()
            except FileNotFoundError:
                pass  # somebody removed the archive: the sinks that write to it report that
            except SinkError as error:
                self._warn(str(error))
            except OSError as error:
                self._warn(f"{self._settings.out}: {why(error)}")
            if last:
                return
            self._closing.wait(_AT_MOST_EVERY_S)
            if not self._closing.is_set():
                self._wake.wait(_EVERY_S)

    def _sweep(self) -> None:
        settings = self._settings
        limits = settings.retention
        unlimited = limits.keep is None and limits.max_size is None and limits.min_free is None
        # An archive that was removed is not made again: that would hide the removal.
        if unlimited or not (settings.out / ARCHIVE_FILE).exists():
            use = DiskUse(folder_size(settings.out), shutil.disk_usage(settings.out).free)
        else:
            store = ArchiveStore(settings.out)
            try:
                swept = Retention(store, limits).sweep(self._clock.now())
            finally:
                store.close()
            if swept.events or swept.files:
                self._listener.debug(str(swept))
            if swept.unmet:
                self._warn(swept.unmet)
            else:
                self._told = ""
            use = DiskUse(swept.size_left, swept.free)
        self._listener.disk(use)

    def _warn(self, text: str) -> None:
        """Warn, but only once of the same thing."""
        kind = text.split(":", maxsplit=1)[0]
        if kind != self._told:
            self._told = kind
            self._listener.warning(text)
