"""The results of one run of a watch: its row in the archive, and its sinks."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path

from motionlapse.clock import Clock
from motionlapse.errors import SinkError
from motionlapse.frames import SourceInfo
from motionlapse.pipeline_settings import Settings
from motionlapse.sinks.archive import ArchiveSink
from motionlapse.sinks.archive_store import ArchiveStore
from motionlapse.sinks.by_hand import SnapshotByHand
from motionlapse.sinks.chosen import chosen_sinks
from motionlapse.sinks.live_clips import LiveClipSink, make_recorder
from motionlapse.sinks.packet_ring import PacketRing
from motionlapse.sinks.settings import SinkSettings
from motionlapse.sinks.snapshot_budget import SnapshotBudget
from motionlapse.types import Sink
from motionlapse.watch.dispatch import EventDispatcher
from motionlapse.watch.listener import Listener
from motionlapse.watch.own_names import with_own_names


class Results:
    """Opens the archive and the sinks of a run: all of them, or none if one fails.

    The results of the run before stay open meanwhile: it goes on if this fails.

    Parameters
    ----------
    settings
        Of the run.
    info, location
        The source, and its film or name.
    clock
        Gives the time at which the run begins.
    ring
        The last packets of the stream, where clips are copied.
    by_hand
        Tells whether a person wants a snapshot now.
    dispatcher, listener
        Told of what is kept.
    taken
        The `names` of the run before, which this one must not use.

    Attributes
    ----------
    settings
        As given.
    store, stored
        The archive, and the run's place in it.
    archive, sinks
        The sink of the archive; all of them, in order.
    names
        Files and folders outside the archive that are written.
    notices
        What to tell a person when the run begins.

    Raises
    ------
    ConfigError
        If something that is no result is in the place of one.
    SinkError
        If something cannot be written.
    """

    def __init__(
        self,
        settings: Settings,
        info: SourceInfo,
        location: Path | str,
        clock: Clock,
        ring: PacketRing | None,
        *,
        by_hand: Callable[[], bool],
        dispatcher: EventDispatcher,
        listener: Listener,
        taken: Iterable[Path] = (),
    ) -> None:
        self.settings = settings
        self.notices: list[str] = []
        named = with_own_names(settings.sinks, self.notices.append, taken)
        self.names = [path for path in (named.masks, named.metrics) if path is not None]
        self._info = info
        self.store = ArchiveStore(settings.sinks.out)
        with contextlib.ExitStack() as undo:
            undo.callback(self.store.close)
            self.stored = self.store.begin_run(
                info, location, settings.model_dump(mode="json"), clock.now()
            )
            undo.callback(self._discard)
            self.archive = ArchiveSink(
                self.store,
                self.stored,
                location,
                info.start_wall,
                dispatcher.ended,
                on_start=dispatcher.started,
                on_snapshot=dispatcher.pictured,
            )
            snapshot = SnapshotByHand(
                self.stored.folder,
                named.jpeg_quality,
                by_hand,
                lambda path: listener.snapshot(str(path)),
            )
            self.sinks = [*self._chosen(named, listener, ring), snapshot, self.archive]
            undo.pop_all()

    def _chosen(
        self, named: SinkSettings, listener: Listener, ring: PacketRing | None
    ) -> list[Sink]:
        """Return the sinks before the archive, as the settings ask for them."""
        decision, folder = self.settings.decision, self.stored.folder
        sinks = chosen_sinks(
            named,
            self._info,
            folder,
            many=False,
            live=True,
            exit_ratio=decision.exit_ratio,
            keep=self.archive.keep,
            may_write=SnapshotBudget(named.snapshots_per_hour, listener.warning).allow,
        )
        if named.clips != "none":
            sinks.append(
                LiveClipSink(
                    make_recorder(ring, named, reach_s(self.settings), self._info.fps),
                    folder,
                    pre_s=named.pre_roll,
                    post_s=named.post,
                    keep=self.archive.keep_clip,
                )
            )
        return sinks

    def _discard(self) -> None:
        with contextlib.suppress(SinkError):
            self.store.discard_run(self.stored)


def reach_s(settings: Settings) -> float:
    """Return how many seconds before the frame that confirms an event its clip may begin."""
    decision = settings.decision
    return settings.sinks.pre_roll + decision.min_event + decision.hold
