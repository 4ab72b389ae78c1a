"""One watch: a live source, the loop, and everything around it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from motionlapse.clock import Clock
from motionlapse.errors import SinkError
from motionlapse.pipeline import RunResult, run
from motionlapse.pipeline_settings import Settings
from motionlapse.processor import one_thread
from motionlapse.sinks.archive import ArchiveSink
from motionlapse.sinks.archive_store import ArchiveStore, StoredRun
from motionlapse.sinks.by_hand import SnapshotByHand
from motionlapse.sinks.chosen import chosen_sinks
from motionlapse.sinks.live_clips import SLACK_S, LiveClipSink, make_recorder
from motionlapse.sinks.packet_ring import PacketRing
from motionlapse.sinks.snapshot_budget import SnapshotBudget
from motionlapse.sources.address import Address, Kind
from motionlapse.sources.connecting import connect_to
from motionlapse.sources.connection import Connection
from motionlapse.sources.holding import LONGEST_S, Holding
from motionlapse.sources.live import Live
from motionlapse.types import Analysis, Decision, Sink
from motionlapse.watch.controls import Controls
from motionlapse.watch.judging import Judging
from motionlapse.watch.listener import Listener, WatchResult
from motionlapse.watch.news import News
from motionlapse.watch.own_names import with_own_names
from motionlapse.watch.steered import Steered
from motionlapse.watch.telling import allow, tell

_UNWRITTEN_S = 60.0  # between two lines on the same thing that cannot be written


class Watch:
    """Watches one live source until somebody wants it to stop.

    Parameters
    ----------
    address
        What is watched.
    settings
        As they are at the beginning.
    listener
        Told of everything.
    clock
        The time.
    controls
        What is wanted.
    reload
        Reads the settings again; None where they cannot be used, which it tells.
    connect
        Opens the source; see `motionlapse.sources.connecting.connect_to`.
    realtime
        False takes frames as fast as they come; see `Live`.
    shown
        True if somebody is shown the pictures: then all are decoded.
    """

    def __init__(
        self,
        address: Address,
        settings: Settings,
        listener: Listener,
        clock: Clock,
        controls: Controls,
        *,
        reload: Callable[[], Settings | None] = lambda: None,
        connect: Callable[..., Connection] = connect_to,
        realtime: bool = True,
        shown: bool = False,
    ) -> None:
        self._address = address
        self._settings = settings
        self._listener = listener
        self._clock = clock
        self.controls = controls
        self._reload = reload
        self._result = WatchResult()
        self._judging = Judging(settings, controls)
        self._news = News(settings.sinks, clock, listener)
        self._told_s: dict[str, float] = {}
        self._ring: PacketRing | None = None
        self._holding = Holding()
        self._shown = shown
        sinks = settings.sinks
        if sinks.clips == "copy" and address.kind in (Kind.STREAM, Kind.FILE):
            seconds = self._reach_s + SLACK_S + LONGEST_S
            self._ring = PacketRing(seconds, sinks.pre_roll_size)
        self.live = Live(
            address,
            lambda: connect(address, settings.sources, clock, self._ring, self._holding),
            settings.sources.live,
            clock,
            should_stop=lambda: bool(controls.stopped),
            on_status=listener.status,
            idle=listener.idle,
            tap=self._ring,
            holding=self._holding,
            realtime=realtime,
        )

    def run(self) -> WatchResult:
        """Watch.

        Raises
        ------
        SourceError
            If the source cannot be opened.
        ConfigError
            If regions do not fit its pictures.
        SinkError
            If there can be no archive.
        """
        with self.live, one_thread():
            if not self.live.open():
                return self._result
            # Regions that do not fit end it here.
            self._judging.make_analyzer((self.live.info.width, self.live.info.height))
            try:
                while self._one_run():
                    pass
            finally:
                self._news.close()
        self._result.events = self._news.events
        spared, pictures = self._holding.spared, self.live.status.pictures
        self._listener.debug(f"{spared} of {pictures} pictures were not decoded")
        return self._result

    @property
    def name(self) -> str:
        """The source, as it may be shown."""
        return self._address.name

    @property
    def _reach_s(self) -> float:
        """How many seconds before the frame that confirms an event its clip may begin."""
        decision = self._settings.decision
        return self._settings.sinks.pre_roll + decision.min_event + decision.hold

    @property
    def exit_ratio(self) -> float:
        """The score below which motion ends."""
        return self._settings.decision.exit_ratio

    @property
    def opens_at(self) -> str:
        """What opens an event, in words, as it is now."""
        return self._judging.opens_at

    # ---- one run: from the start, or from a change of settings, to the next --------------------

    def _one_run(self) -> bool:
        """Watch until the end, or until new settings; True if there are new ones."""
        settings, info = self._settings, self.live.info
        store = ArchiveStore(settings.sinks.out)
        try:
            stored = store.begin_run(
                info, self._location(), settings.model_dump(mode="json"), self._clock.now()
            )
            archive = self._archive_sink(store, stored)
            try:
                sinks = [*self._sinks(stored, archive), archive]
            except SinkError:
                store.discard_run(stored)
                raise
            self._listener.begin(info, stored.folder)
            self._news.begin()
            decider, lapse = self._judging.decider(archive.next_number)
            steered = Steered(self.live, self.controls, settings.sources.live.settle, lapse)
            pacing = settings.pace(every_frame=settings.sinks.clips != "none" and not self._ring)
            spares = settings.sources.live.decoding == "auto" and not self._shown
            allow(self._holding, pacing if spares else None)
            outcome = run(
                steered,
                self._judging.make_analyzer,
                decider,
                sinks,
                on_frame=self._on_frame,
                on_unwritten=self._on_unwritten,
                ending="watching ended",
                pacing=pacing,
            )
            self._end(store, stored, outcome)
        finally:
            store.close()
        return steered.reload and self._take_new_settings()

    def _end(self, store: ArchiveStore, stored: StoredRun, outcome: RunResult) -> None:
        self._result.frames += outcome.frames
        if outcome.failure is not None:
            self._listener.error(str(outcome.failure))
            self._result.exit_code = max(self._result.exit_code, outcome.failure.exit_code)
        if outcome.overlay:
            hint = f'leave it out with --ignore "{outcome.overlay}"'
            self._listener.warning(f"a clock seems to be written into the picture; {hint}")
        if outcome.unwritten:
            self._result.exit_code = max(self._result.exit_code, SinkError.exit_code)
        try:
            store.end_run(
                stored,
                state=outcome.state,
                frames=outcome.frames,
                end_s=outcome.end_s,
                faults=[str(unwritten) for unwritten in outcome.unwritten],
            )
        except SinkError as error:
            self._on_unwritten(str(error))
            self._result.exit_code = SinkError.exit_code

    def _take_new_settings(self) -> bool:
        new = self._reload() or self._settings
        if new.sources != self._settings.sources:
            self._listener.warning("settings of the source count from the next start on")
        self._settings = new.model_copy(update={"sources": self._settings.sources})
        self._judging = Judging(self._settings, self.controls)
        self._news.take(self._settings.sinks)
        return True

    def _location(self) -> Path | str:
        return Path(self._address.target) if self._address.kind is Kind.FILE else self.name

    # ---- sinks -----------------------------------------------------------------------------------

    def _archive_sink(self, store: ArchiveStore, stored: StoredRun) -> ArchiveSink:
        return ArchiveSink(
            store,
            stored,
            self._location(),
            self.live.info.start_wall,
            self._news.ended,
            on_start=self._news.started,
            on_snapshot=self._news.pictured,
        )

    def _sinks(self, stored: StoredRun, archive: ArchiveSink) -> list[Sink]:
        """Return the sinks before the archive, as the settings ask for them."""
        settings = with_own_names(self._settings.sinks, self._listener.warning)
        budget = SnapshotBudget(settings.snapshots_per_hour, self._listener.warning)
        sinks = chosen_sinks(
            settings,
            self.live.info,
            stored.folder,
            many=False,
            live=True,
            exit_ratio=self.exit_ratio,
            keep=archive.keep,
            may_write=budget.allow,
        )
        if settings.clips != "none":
            sinks.append(
                LiveClipSink(
                    make_recorder(self._ring, settings, self._reach_s, self.live.info.fps),
                    stored.folder,
                    pre_s=settings.pre_roll,
                    post_s=settings.post,
                    keep=archive.keep_clip,
                )
            )
        sinks.append(
            SnapshotByHand(
                stored.folder,
                settings.jpeg_quality,
                lambda: self.controls.take("snapshot"),
                lambda path: self._listener.snapshot(str(path)),
            )
        )
        return sinks

    # ---- between frames --------------------------------------------------------------------------

    def _on_frame(self, analysis: Analysis, decision: Decision) -> None:
        self._judging.follow_keys()
        tell(self._holding, analysis, decision)
        self._listener.frame(analysis, decision)

    def _on_unwritten(self, text: str) -> None:
        """Tell what cannot be written, once a minute for each thing."""
        now_s = self._clock.monotonic()
        what = text.rpartition(": ")[2]
        if now_s - self._told_s.get(what, float("-inf")) >= _UNWRITTEN_S:
            self._told_s[what] = now_s
            self._listener.error(f"{text}; detection goes on, and it is tried again")
