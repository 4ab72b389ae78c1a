"""Passes the events of a watch on to the listener, to hooks, and to the disk's housekeeper."""

from __future__ import annotations

from motionlapse.clock import Clock
from motionlapse.sinks.hooks import Hooks
from motionlapse.sinks.settings import SinkSettings
from motionlapse.types import KeptEvent
from motionlapse.watch.housekeeping import Housekeeper
from motionlapse.watch.listener import Listener


class EventDispatcher:
    """Passes events on for as long as a watch lasts, through every change of its settings.

    Its hooks outlive a change of settings, so that a slow one does not hold that up.

    Parameters
    ----------
    settings
        Hooks and limits.
    clock
        Tells which events are old.
    listener
        Told of events and snapshots, and of the disk.

    Attributes
    ----------
    events
        How many events have ended.
    """

    def __init__(self, settings: SinkSettings, clock: Clock, listener: Listener) -> None:
        self._listener = listener
        self._hooks = Hooks(settings.hooks, listener)
        self._keeper = Housekeeper(settings, clock, listener)
        self.events = 0

    def begin(self) -> None:
        """Begin to look after the disk: there is an archive."""
        self._keeper.start()

    def take(self, settings: SinkSettings) -> None:
        """Go on with other settings."""
        self._hooks.take(settings.hooks)
        self._keeper.take(settings)

    def started(self, kept: KeptEvent) -> None:
        """An event has begun."""
        self._listener.started(kept)
        self._hooks.started(kept)

    def ended(self, kept: KeptEvent) -> None:
        """An event has ended and was kept."""
        self.events += 1
        self._hooks.ended(kept)
        self._keeper.look()
        self._listener.event(kept)  # last: standard output may be on a full disk

    def pictured(self, kept: KeptEvent) -> None:
        """A snapshot, the last one of `kept`, has been written."""
        self._listener.snapshot(kept.snapshots[-1])
        self._hooks.snapshot(kept)

    def close(self) -> None:
        """Wait for what hooks have to do, and look at the disk once more."""
        self._hooks.close()
        self._keeper.close()
