"""One watch: a live source, the loop, and everything around it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.background import MODELS
from motionlapse.clock import Clock
from motionlapse.decision.decider import Decider
from motionlapse.decision.lapse import LapseDecider
from motionlapse.errors import SinkError
from motionlapse.frames import SourceInfo
from motionlapse.pipeline import RunResult, run
from motionlapse.pipeline_settings import Settings
from motionlapse.sinks.archive import ArchiveSink
from motionlapse.sinks.archive_store import ArchiveStore, StoredRun
from motionlapse.sinks.by_hand import SnapshotByHand
from motionlapse.sinks.hooks import Hooks
from motionlapse.sinks.masks import MaskFolder
from motionlapse.sinks.metrics import MetricsFile
from motionlapse.sinks.snapshot_budget import SnapshotBudget
from motionlapse.sinks.snapshots import SnapshotSink
from motionlapse.sources.address import Address, Kind
from motionlapse.sources.connection import Connection
from motionlapse.sources.live import Live, connect_to
from motionlapse.sources.live_settings import LiveSettings
from motionlapse.sources.live_status import LiveStatus
from motionlapse.types import Analysis, Decision, EventMachine, KeptEvent, Sink
from motionlapse.watch.controls import Controls
from motionlapse.watch.housekeeping import DiskUse, Housekeeper
from motionlapse.watch.steered import Steered

_UNWRITTEN_S = 60.0  # between two lines on the same thing that cannot be written


class Listener(Protocol):
    """Who is told; `status`, `disk`, `debug` and `warning` may come from other threads."""

    def begin(self, info: SourceInfo, folder: Path) -> None:
        """The first picture has come; what is kept goes into `folder`."""

    def status(self, status: LiveStatus) -> None:
        """The source has changed its state."""

    def frame(self, analysis: Analysis, decision: Decision) -> None:
        """A frame has been done."""

    def idle(self) -> None:
        """No frame has come for a moment."""

    def started(self, kept: KeptEvent) -> None:
        """An event has begun."""

    def event(self, kept: KeptEvent) -> None:
        """An event has ended and was kept."""

    def snapshot(self, path: str) -> None:
        """A picture has been written."""

    def disk(self, use: DiskUse) -> None:
        """The disk was looked at."""

    def debug(self, text: str) -> None:
        """Something for whoever looks closely."""

    def warning(self, text: str) -> None:
        """Something a person should know."""

    def error(self, text: str) -> None:
        """Something could not be read or written."""


@dataclass(slots=True)
class WatchResult:
    """How a watch went.

    Attributes
    ----------
    events, frames
        How many there were.
    exit_code
        What a program should end with; 0 if all went well.
    """

    events: int = 0
    frames: int = 0
    exit_code: int = 0


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
        Opens the source.
    realtime
        False takes frames as fast as they come; see `Live`.
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
        connect: Callable[[Address, LiveSettings, Clock], Connection] = connect_to,
        realtime: bool = True,
    ) -> None:
        self._address = address
        self._settings = settings
        self._listener = listener
        self._clock = clock
        self.controls = controls
        self._reload = reload
        self._result = WatchResult()
        self._analyzer: Analyzer | None = None
        self._told_s: dict[str, float] = {}
        self._store_fault = threading.Event()
        self.live = Live(
            address,
            lambda: connect(address, settings.sources.live, clock),
            settings.sources.live,
            clock,
            should_stop=lambda: bool(controls.stopped),
            on_status=listener.status,
            idle=listener.idle,
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
        with self.live:
            if not self.live.open():
                return self._result
            info = self.live.info
            self._make_analyzer((info.width, info.height))  # regions that do not fit end it here
            while self._one_run():
                pass
        return self._result

    @property
    def name(self) -> str:
        """The source, as it may be shown."""
        return self._address.name

    @property
    def exit_ratio(self) -> float:
        """The score below which motion ends."""
        return self._settings.decision.exit_ratio

    @property
    def enter(self) -> float:
        """The share of the watched area that opens an event, as it is now."""
        return self._settings.decision.enter * self.controls.threshold

    # ---- one run: from the start, or from a change of settings, to the next --------------------

    def _one_run(self) -> bool:
        """Watch until the end, or until new settings; True if there are new ones."""
        settings, info = self._settings, self.live.info
        store = ArchiveStore(settings.sinks.out)
        hooks = Hooks(settings.sinks.hooks, self._listener)
        keeper = Housekeeper(settings.sinks, self._clock, self._listener)
        try:
            stored = store.begin_run(
                info, self._location(), settings.model_dump(mode="json"), self._clock.now()
            )
            archive = self._archive_sink(store, stored, hooks, keeper)
            try:
                sinks = [*self._sinks(stored, archive), archive]
            except SinkError:
                store.discard_run(stored)
                raise
            self._listener.begin(info, stored.folder)
            keeper.start()
            decider = self._decider(archive)
            lapse = decider if isinstance(decider, LapseDecider) else None
            steered = Steered(self.live, self.controls, settings.sources.live.settle, lapse)
            outcome = run(
                steered,
                self._make_analyzer,
                decider,
                sinks,
                on_frame=self._on_frame,
                on_unwritten=self._on_unwritten,
                ending="watching ended",
            )
            self._end(store, stored, outcome)
        finally:
            hooks.close()
            keeper.close()
            store.close()
        return steered.reload and self._take_new_settings()

    def _end(self, store: ArchiveStore, stored: StoredRun, outcome: RunResult) -> None:
        self._result.frames += outcome.frames
        if outcome.failure is not None:
            self._listener.error(str(outcome.failure))
            self._result.exit_code = max(self._result.exit_code, outcome.failure.exit_code)
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
        new = self._reload()
        if new is not None:
            if new.sources != self._settings.sources:
                self._listener.warning("settings of the source count from the next start on")
            self._settings = new.model_copy(update={"sources": self._settings.sources})
        return True

    def _location(self) -> Path | str:
        address = self._address
        return Path(address.target) if address.kind is Kind.FILE else address.name

    def _make_analyzer(self, size: tuple[int, int]) -> Analyzer:
        chosen = self._settings.background
        model = MODELS[chosen.model].make(chosen.of_model())
        self._analyzer = Analyzer(size, model, self._settings.analysis, enter=self.enter)
        return self._analyzer

    def _decider(self, archive: ArchiveSink) -> EventMachine:
        decision = self._settings.decision
        if decision.lapse.every is not None:
            return LapseDecider(decision.lapse, lambda: self.enter, archive.next_number)
        return Decider(decision, archive.next_number)

    # ---- sinks -----------------------------------------------------------------------------------

    def _archive_sink(
        self, store: ArchiveStore, stored: StoredRun, hooks: Hooks, keeper: Housekeeper
    ) -> ArchiveSink:
        def started(kept: KeptEvent) -> None:
            self._listener.started(kept)
            hooks.started(kept)

        def ended(kept: KeptEvent) -> None:
            self._result.events += 1
            self._listener.event(kept)
            hooks.ended(kept)
            keeper.look()

        def pictured(kept: KeptEvent) -> None:
            self._listener.snapshot(kept.snapshots[-1])
            hooks.snapshot(kept)

        return ArchiveSink(
            store,
            stored,
            self._location(),
            self.live.info.start_wall,
            ended,
            on_start=started,
            on_snapshot=pictured,
        )

    def _sinks(self, stored: StoredRun, archive: ArchiveSink) -> list[Sink]:
        """Return the sinks before the archive, as the settings ask for them."""
        settings, sinks = self._settings.sinks, list[Sink]()
        if settings.masks is not None:
            sinks.append(MaskFolder(settings.masks))
        if settings.metrics is not None:
            sinks.append(MetricsFile(settings.metrics))
        budget = SnapshotBudget(settings.snapshots_per_hour, self._listener.warning)
        if settings.snapshots != "none":
            sinks.append(
                SnapshotSink(
                    stored.folder, settings, live=True, keep=archive.keep, may_write=budget.allow
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
        if self._analyzer is not None:
            self._analyzer.enter = self.enter
        self._listener.frame(analysis, decision)

    def _on_unwritten(self, text: str) -> None:
        """Tell what cannot be written, once a minute for each thing."""
        now_s = self._clock.monotonic()
        what = text.rpartition(": ")[2]
        if now_s - self._told_s.get(what, float("-inf")) >= _UNWRITTEN_S:
            self._told_s[what] = now_s
            self._listener.error(f"{text}; detection goes on, and it is tried again")
