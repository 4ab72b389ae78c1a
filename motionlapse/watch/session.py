"""One watch: a live source, the loop, and everything around it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path

from motionlapse.clock import Clock
from motionlapse.errors import MotionlapseError, SinkError, unexpected
from motionlapse.pipeline import RunResult, run
from motionlapse.pipeline_settings import Settings
from motionlapse.processor import one_thread
from motionlapse.sinks.archive_store import ArchiveStore, StoredRun
from motionlapse.sinks.live_clips import SLACK_S
from motionlapse.sinks.packet_ring import PacketRing
from motionlapse.sources.address import Address, Kind
from motionlapse.sources.connecting import connect_to
from motionlapse.sources.connection import Connection
from motionlapse.sources.holding import LONGEST_S, Holding
from motionlapse.sources.live import Live
from motionlapse.types import Analysis, Decision
from motionlapse.watch.controls import Controls
from motionlapse.watch.dispatch import EventDispatcher
from motionlapse.watch.judging import Judging
from motionlapse.watch.listener import Listener, WatchResult
from motionlapse.watch.results import Results, reach_s
from motionlapse.watch.steered import Steered
from motionlapse.watch.telling import allow, tell

_TOLD = 256  # complaints that are remembered: a disk may stay full for months
_UNWRITTEN_S = 60.0  # between two complaints of one thing that cannot be written


class Watch:
    """Watches one live source until somebody wants it to stop.

    Parameters
    ----------
    address
        What is watched.
    settings
        The settings at the beginning.
    listener
        Told how the watch goes.
    clock
        Gives the time.
    controls
        Requests to stop, pause, relearn and so on.
    reload
        Returns the settings, read again, or raises ConfigError; returns None where there are none.
    connect
        Opens the source; see `motionlapse.sources.connecting.connect_to`.
    realtime
        False reads a film as fast as it can be decoded; see `Live`.
    shown
        True if a dashboard shows the pictures: then all of them are decoded.
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
        self._dispatcher = EventDispatcher(settings.sinks, clock, listener)
        self._results: Results | None = None
        self._renewed: tuple[Judging, Results] | None = None  # of the next run
        self._steered: Steered | None = None
        self._size = (0, 0)  # of the last picture
        self._told_s: dict[str, float] = {}
        self._told: deque[str] = deque(maxlen=_TOLD)
        self._ring = PacketRing(0.0, 0) if address.kind in (Kind.STREAM, Kind.FILE) else None
        self._keep_packets(settings)
        self._holding = Holding()
        self._shown = shown
        self.live = Live(
            address,
            lambda: connect(
                address, settings.sources, clock, self._ring, self._holding, self.live.wait
            ),
            settings.sources.live,
            clock,
            should_stop=lambda: bool(controls.stopped) or self._renewed is not None,
            on_status=listener.status,
            idle=self._idle,
            tap=self._ring,
            holding=self._holding,
            realtime=realtime,
        )

    def run(self) -> WatchResult:
        """Watch until somebody wants it to stop, or the source ends.

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
            if self._ring is not None and not self._ring.connection:
                self._ring = None  # no packets come: clips are encoded
            self._size = (self.live.info.width, self.live.info.height)
            self._judging.make_analyzer(self._size)  # raises if regions do not fit
            try:
                results: Results | None = self._results_of(self._settings)
                while results is not None:
                    self._one_run(results)
                    results = self._take_renewed()
            finally:
                self._dispatcher.close()
        self._result.events = self._dispatcher.events
        spared, pictures = self._holding.spared, self.live.status.pictures
        self._listener.debug(f"{spared} of {pictures} pictures were not decoded")
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
    def opens_at(self) -> str:
        """What opens an event at present, in words."""
        return self._judging.opens_at

    # ---- one run: from the start, or from a change of settings, to the next --------------------

    def _one_run(self, results: Results) -> None:
        """Run the loop until the watch ends, or until there are new settings."""
        self._results, settings = results, results.settings
        for notice in results.notices:
            self._listener.warning(notice)
        try:
            self._listener.begin(self.live.info, results.stored.folder)
            self._dispatcher.begin()
            decider, lapse = self._judging.decider(results.archive.next_number)
            steered = self._steered = Steered(
                self.live, self.controls, self._renew, settings.sources.live.settle, lapse
            )
            encodes = settings.sinks.clips != "none" and self._ring_for(settings) is None
            pacing = settings.pace(every_frame=encodes)
            spares = settings.sources.live.decoding == "auto" and not self._shown
            allow(self._holding, pacing if spares else None)
            outcome = run(
                steered,
                self._judging.make_analyzer,
                decider,
                results.sinks,
                on_frame=self._on_frame,
                on_unwritten=self._on_unwritten,
                ending="watching ended",
                pacing=pacing,
            )
            self._end(results.store, results.stored, outcome)
        finally:
            results.store.close()

    def _end(self, store: ArchiveStore, stored: StoredRun, outcome: RunResult) -> None:
        self._result.frames += outcome.frames
        if outcome.failure is not None:
            self._listener.error(str(outcome.failure))
            self._result.exit_code = max(self._result.exit_code, outcome.failure.exit_code)
        if outcome.overlay:
            hint = f'leave it out with --ignore "{outcome.overlay}"'
            self._listener.warning(f"the picture seems to show a clock; {hint}")
        for unwritten in outcome.unwritten:
            self._result.exit_code = max(self._result.exit_code, SinkError.exit_code)
            self._tell_once(unwritten.text, str(unwritten))
        try:
            store.end_run(
                stored,
                state=outcome.state,
                frames=outcome.frames,
                end_s=outcome.end_s,
                faults=[str(unwritten) for unwritten in outcome.unwritten],
            )
        except SinkError as error:
            self._tell_once(str(error), str(error))
            self._result.exit_code = SinkError.exit_code

    # ---- a change of settings --------------------------------------------------------------------

    def _renew(self) -> bool:
        """Prepare a run with new settings; False if that fails, and then this run goes on."""
        try:
            new = self._reload()
            if new is None:
                return False
            settings = new.model_copy(update={"sources": self._settings.sources})
            judging = Judging(settings, self.controls)
            info = self.live.info
            for size in {(info.width, info.height), self._size}:
                judging.make_analyzer(size)
            self._renewed = judging, self._results_of(settings)
        except Exception as error:  # a defect must not end what has watched for months
            why = error if isinstance(error, MotionlapseError) else unexpected(error)
            self._listener.warning(f"the new settings cannot be used, so the old ones stay: {why}")
            return False
        self._listener.say("settings reloaded")
        if new.sources != settings.sources:
            self._listener.warning("changed settings of the source take effect at the next start")
        return True

    def _take_renewed(self) -> Results | None:
        """Return the results of the run that `_renew` prepared, and switch to it; None without."""
        if self._renewed is None:
            return None
        (self._judging, results), self._renewed = self._renewed, None
        self._settings = results.settings
        self._keep_packets(results.settings)
        self._dispatcher.take(results.settings.sinks)
        return results

    def _results_of(self, settings: Settings) -> Results:
        """Begin the results of a run; those of the present run, if any, stay open."""
        address, before = self._address, self._results
        return Results(
            settings,
            self.live.info,
            Path(address.target) if address.kind is Kind.FILE else self.name,
            self._clock,
            self._ring_for(settings),
            by_hand=lambda: self.controls.take("snapshot"),
            dispatcher=self._dispatcher,
            listener=self._listener,
            taken=() if before is None else before.names,
        )

    # ---- the packets from which clips are copied -------------------------------------------------

    def _ring_for(self, settings: Settings) -> PacketRing | None:
        """Return the packets to copy clips from; None where clips are encoded, or not wanted."""
        return self._ring if settings.sinks.clips == "copy" else None

    def _keep_packets(self, settings: Settings) -> None:
        """Keep, from now on, as many packets as a clip may begin with; none if none is copied."""
        if self._ring is not None:
            copied = settings.sinks.clips == "copy"
            seconds = reach_s(settings) + SLACK_S + LONGEST_S
            self._ring.hold(seconds, settings.sinks.pre_roll_size if copied else 0)

    # ---- between frames --------------------------------------------------------------------------

    def _idle(self) -> None:
        self._listener.idle()
        if self._steered is not None:
            self._steered.look()

    def _on_frame(self, analysis: Analysis, decision: Decision) -> None:
        self._size = analysis.frame.size
        self._judging.follow_keys()
        tell(self._holding, analysis, decision)
        self._listener.frame(analysis, decision)

    def _on_unwritten(self, text: str) -> None:
        """Tell what cannot be written, at most once a minute for each cause."""
        now_s = self._clock.monotonic()
        what = text.rpartition(": ")[2]
        if now_s - self._told_s.get(what, float("-inf")) >= _UNWRITTEN_S:
            self._told_s[what] = now_s
            self._told.append(text)
            self._listener.error(f"{text}; detection continues, and this will be tried again")

    def _tell_once(self, text: str, words: str) -> None:
        """Tell at the end what was kept back because something else had the same cause."""
        if text not in self._told:
            self._told.append(text)
            self._listener.error(words)
