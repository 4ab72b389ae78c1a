"""What a watch says without a dashboard: one line an event, and a heartbeat a minute."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from motionlapse.cli.console import StdoutClosedError, json_line, logger
from motionlapse.cli.patient import PatientLines
from motionlapse.clock import Clock
from motionlapse.errors import SinkError
from motionlapse.files import shown
from motionlapse.frames import SourceInfo
from motionlapse.processor import ProcessorShare
from motionlapse.sinks.event_records import as_record
from motionlapse.sources.live_status import LiveState, LiveStatus
from motionlapse.types import Analysis, Decision, KeptEvent
from motionlapse.units import counted, format_score, format_size
from motionlapse.watch.chronicle import Chronicle
from motionlapse.watch.housekeeping import DiskUse
from motionlapse.watch.listener import WatchResult
from motionlapse.watch.session import Watch

_HEARTBEAT_S = 60.0
_AGAIN_S = 1.0  # between two tries to print what could not be


class WatchOutput:
    """A `motionlapse.watch.listener.Listener` for people and pipes.

    Parameters
    ----------
    name
        The source, as it may be shown.
    clock
        For heartbeats and the daily summary.
    json
        Print each event as JSON when it ends.
    quiet
        Only errors on stderr.
    lines
        Print events as lines, and heartbeats; False under a dashboard.
    """

    def __init__(self, name: str, clock: Clock, *, json: bool, quiet: bool, lines: bool) -> None:
        self.chronicle = Chronicle()
        self._name = _before_colon(name)
        self._clock = clock
        self._json = json
        self._lines = lines and not json
        self._heartbeats = lines and not quiet
        self._ticks: list[Callable[[], None]] = []
        self._watch: Watch | None = None
        self._beat_s = clock.monotonic()
        self._processor = ProcessorShare(clock)
        self._day = clock.now().date()
        self._printed = PatientLines()
        self._tried_s = 0.0
        self._lost_because: set[str] = set()  # told since it was last live

    def on_tick(self, action: Callable[[], None]) -> None:
        """Have something called after each frame, and now and then while none comes."""
        self._ticks.append(action)

    def follow(self, watch: Watch) -> None:
        """Report on this watch in heartbeats and at the end."""
        self._watch = watch

    # ---- motionlapse.watch.listener.Listener ---------------------------------------------------

    def begin(self, info: SourceInfo, folder: Path) -> None:
        """Note the source."""
        with self.chronicle.lock:
            self.chronicle.info, self.chronicle.folder = info, shown(folder)

    def status(self, status: LiveStatus) -> None:
        """Log a change of the source's state."""
        self.chronicle.status = status
        if status.state is LiveState.LIVE:
            self._lost_because.clear()
            back = " again" if status.losses else ""
            logger.info("%s: live%s: %s", self._name, back, status.detail)
        elif status.state is LiveState.LOST:
            again = f"; trying again in {status.retry_s:.1f} s"
            # Many attempts for the same reason are one warning.
            if status.reason in self._lost_because:
                logger.debug("%s: lost: %s%s", self._name, status.reason, again)
            else:
                self._lost_because.add(status.reason)
                self.warning(f"{self._name}: lost: {status.reason}{again}")
        else:
            reason = f": {status.reason}" if status.reason else ""
            logger.debug("%s: %s%s", self._name, status.state.value, reason)

    def frame(self, analysis: Analysis, decision: Decision) -> None:
        """Note a frame."""
        self.chronicle.frame(analysis, decision, self._clock.now())
        self.idle()

    def idle(self) -> None:
        """Do what is due: ticks, heartbeat, lines that could not be printed, the day's summary."""
        for action in self._ticks:
            action()
        now_s = self._clock.monotonic()
        if now_s - self._beat_s >= _HEARTBEAT_S:
            self._beat(now_s)
        if self._printed.waiting and now_s - self._tried_s >= _AGAIN_S:
            self._tried_s = now_s
            with contextlib.suppress(SinkError):  # told already
                self._tell()
        day = self._clock.now().date()
        if day > self._day:  # a clock that was set back a day must not tell it twice
            self._day = day
            self._summarise_the_day()

    def started(self, kept: KeptEvent) -> None:
        """Note an event that begins."""
        self.chronicle.started(kept)
        event = kept.event
        logger.debug("%s: event %d begins: %s", self._name, event.number, event.reason)

    def event(self, kept: KeptEvent) -> None:
        """Print an event."""
        self.chronicle.event(kept)
        if self._json:
            self._tell(json_line(as_record(kept)))
        elif self._lines:
            self._tell(event_line(kept))

    def _tell(self, line: str | None = None) -> None:
        """Print a line; without one, try again those that could not be printed."""
        try:
            if line is None:
                self._printed.again()
            else:
                self._printed.print(line)
        except StdoutClosedError:
            if self._watch is None:
                raise
            self._json = self._lines = False
            self._watch.controls.stop("standard output was closed")

    def snapshot(self, path: str) -> None:
        """Count a picture."""
        self.chronicle.snapshot()
        logger.debug("%s: wrote %s", self._name, path)

    def disk(self, use: DiskUse) -> None:
        """Note how full the disk is."""
        self.chronicle.disk = use

    def debug(self, text: str) -> None:
        """Log a detail, for --verbose."""
        logger.debug("%s", text)

    def say(self, text: str) -> None:
        """Log something worth knowing."""
        logger.info("%s", text)

    def warning(self, text: str) -> None:
        """Log a warning."""
        self.chronicle.note(self._clock.now(), text, grave=False)
        logger.warning("%s", text)

    def error(self, text: str) -> None:
        """Log an error."""
        self.chronicle.note(self._clock.now(), text, grave=True)
        logger.error("%s", text)

    # ---- now and then ----------------------------------------------------------------------------

    def _beat(self, now_s: float) -> None:
        share = self._processor.measure()
        self._beat_s = now_s
        if self._heartbeats and self._watch is not None:
            status = self._watch.live.status
            logger.info("%s: %s", self._name, heartbeat(status, self.chronicle, share))

    def _summarise_the_day(self) -> None:
        """Log how many events a day had, and how close the scene came to the threshold."""
        with self.chronicle.lock:
            headroom = self.chronicle.headroom
            line, verdict = headroom.summary(), headroom.verdict
            headroom.reset()
        logger.info("%s: the last day: %s", self._name, line)
        if verdict:
            self.warning(f"{self._name}: {verdict}")

    # ---- the end ---------------------------------------------------------------------------------

    def finish(self, result: WatchResult) -> None:
        """Say how the watch went.

        Raises
        ------
        StdoutClosedError
            If nobody reads stdout.
        """
        watch = self._watch
        if watch is not None and watch.controls.stopped == "standard output was closed":
            raise StdoutClosedError(watch.controls.stopped)
        with contextlib.suppress(SinkError):
            self._tell()
        if never := self._printed.give_up():
            logger.error("standard output: could not be printed: %s", counted(never, "event"))
        if self.chronicle.info is None:
            return
        why = watch.controls.stopped if watch else ""
        reason = f" ({why})" if why else ""
        events = counted(result.events, "event")
        kept = {"snapshot": self.chronicle.snapshots, "clip": self.chronicle.clips}
        where = "".join(
            f"; {counted(count, what)} in {self.chronicle.folder}{os.sep}"
            for what, count in kept.items()
            if count
        )
        logger.info(
            "%s%s: %s (%s)%s",
            self._name,
            reason,
            events,
            counted(result.frames, "frame"),
            where,
        )
        if scores := self.chronicle.headroom.scores():
            logger.info("%s: %s", self._name, scores)


def _before_colon(name: str) -> str:
    """Return a name to put before a colon: that of the demo ends in one already."""
    return name.removesuffix(":")


def event_line(kept: KeptEvent) -> str:
    """Return an event in one line."""
    event = kept.event
    source, start = _before_colon(kept.source), clock_time(kept.start_wall)
    pictures = f", {kept.snapshots[0]}" if kept.snapshots else ""
    more = f" +{len(kept.snapshots) - 1}" if len(kept.snapshots) > 1 else ""
    clip = f", {kept.clip}" if kept.clip else ""
    # The first picture of a time-lapse has no regions.
    regions = "".join(f", {name}" for name in event.regions)
    return (
        f"{source}: event {event.number} at {start}, {event.end_s - event.start_s:.1f} s, "
        f"score {event.peak_score:.1f}{regions}{pictures}{more}{clip}"
    )


def clock_time(moment: datetime | None) -> str:
    """Return a time of day to the second."""
    return "?" if moment is None else f"{moment:%Y-%m-%dT%H:%M:%S%z}"


def heartbeat(status: LiveStatus, chronicle: Chronicle, share: float) -> str:
    """Return how a watch is doing in one line."""
    with chronicle.lock:
        hour, events, disk = chronicle.headroom.hour, chronicle.events, chronicle.disk
    parts = [status.state.value]
    if status.state is LiveState.LIVE:
        parts.append(f"{status.fps:.1f} fps, {status.dropped} dropped")
    if status.losses:
        parts.append(f"lost {counted(status.losses, 'time')}")
    parts.append(counted(events, "event"))
    if hour is not None:
        parts.append(
            f"highest score of the last hour {format_score(hour.value)} at {hour.wall:%H:%M}"
        )
    parts.append(f"processor {share:.1%}")
    if disk is not None:
        parts.append(f"{format_size(disk.archive)} kept, {format_size(disk.free)} free")
    return "; ".join(parts)
