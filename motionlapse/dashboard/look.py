"""The dashboard's model: all that one picture of it shows, without a terminal or a clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from motionlapse.frames import Image
from motionlapse.sources.live_status import LiveState, LiveStatus
from motionlapse.types import Decision, KeptEvent, State
from motionlapse.units import format_score
from motionlapse.watch.chronicle import Chronicle, Note, ScoreStep
from motionlapse.watch.housekeeping import DiskUse


class Pictures(StrEnum):
    """Which pictures are shown."""

    BOTH = "both"
    PICTURE = "picture"
    MASK = "mask"
    OFF = "off"

    def next(self) -> Pictures:
        """Return what comes after it when the key is pressed."""
        all_of_them = list(Pictures)
        return all_of_them[(all_of_them.index(self) + 1) % len(all_of_them)]


@dataclass(frozen=True, slots=True)
class Look:
    """What one picture of the dashboard shows.

    Attributes
    ----------
    name, folder
        The source, and where it is kept.
    now
        Wall time, aware.
    uptime_s
        Seconds since watching began.
    status
        How the source is doing; None before anything is known.
    state_s
        For how long it has been so.
    decision
        Of the last frame.
    score, measured
        Of the last frame; see `motionlapse.types.ChangeScore`.
    exit_ratio
        The score below which motion ends.
    opens_at
        What opens an event, in words.
    threshold_factor
        How far the keys have moved it; 1 where they have not.
    scores
        Of the last minutes, oldest first.
    hour_peak
        Highest score of the last hour and when it was, or None.
    quiet_level
        The score below which the quiet scene stays, or None.
    verdict
        What a person should look into, or ``""``.
    open_event, ended
        The event that is open; the last ones, newest first.
    notes
        The last warnings, newest first.
    events, snapshots, frames
        How many there were, the open event among them.
    disk
        The last look at the disk.
    processor
        Share of one core over the last seconds, 1.0 for all of it.
    paused, help
        What the keys have asked for.
    pictures, picked
        Which pictures are shown, and whether somebody has chosen them.
    picture, mask
        BGR and 0/255, or None.
    said
        A word on the last key, or ``""``.
    """

    name: str
    now: datetime
    folder: str = ""
    uptime_s: float = 0.0
    status: LiveStatus | None = None
    state_s: float = 0.0
    decision: Decision | None = None
    score: float = 0.0
    measured: str = ""
    exit_ratio: float = 0.5
    opens_at: str = ""
    threshold_factor: float = 1.0
    scores: tuple[ScoreStep, ...] = ()
    hour_peak: tuple[float, datetime] | None = None
    quiet_level: float | None = None
    verdict: str = ""
    open_event: KeptEvent | None = None
    ended: tuple[KeptEvent, ...] = ()
    notes: tuple[Note, ...] = ()
    events: int = 0
    snapshots: int = 0
    frames: int = 0
    disk: DiskUse | None = None
    processor: float = 0.0
    paused: bool = False
    help: bool = False
    pictures: Pictures = Pictures.BOTH
    picked: bool = False
    picture: Image | None = None
    mask: Image | None = None
    said: str = ""

    @property
    def heading(self) -> str:
        """The state in one word."""
        if self.status is not None and self.status.state is not LiveState.LIVE:
            return self.status.state.value
        if self.paused:
            return "paused"
        return self.decision.state.value if self.decision else "starting"

    @property
    def reason(self) -> str:
        """The state's reason in words."""
        status = self.status
        if status is not None and status.state is LiveState.LOST:
            left_s = max(0.0, status.retry_s - self.state_s)
            return f"{status.reason}; trying again in {left_s:.0f} s"
        if status is None or status.state is LiveState.CONNECTING:
            return "waiting for the first picture"
        if self.paused:
            return "no frames are analysed; press space to resume"
        return self.decision.reason if self.decision else ""

    @property
    def brief(self) -> str:
        """The score, or what stands in its place, for where there is hardly room."""
        decides = self.decision is not None and self.heading == self.decision.state.value
        if self.measured or not decides:
            return self.measured if decides else self.reason
        return f"{format_score(self.score)} of the threshold"

    @property
    def headroom(self) -> str:
        """How far the scene is from the threshold, in words."""
        if self.decision is None:
            return ""
        peak = ""
        if self.hour_peak is not None:
            value, moment = self.hour_peak
            peak = f"the highest in the last hour was {format_score(value)} at {moment:%H:%M}"
        if self.measured or self.decision.state in (State.ACTIVE, State.FADING):
            return peak  # the reason has the score, or what the measure says
        return f"{format_score(self.score)} of the threshold; {peak}".removesuffix("; ")


def look_at(chronicle: Chronicle, name: str, now: datetime, *, most: int = 40) -> Look:
    """Return what a chronicle holds at this moment.

    Parameters
    ----------
    most
        How many events and warnings at most.
    """
    with chronicle.lock:
        headroom, analysis = chronicle.headroom, chronicle.analysis
        hour = headroom.hour
        return Look(
            name=name,
            now=now,
            folder=chronicle.folder,
            decision=chronicle.decision,
            score=analysis.score.value if analysis else 0.0,
            measured=analysis.score.measured if analysis else "",
            scores=tuple(chronicle.scores),
            hour_peak=(hour.value, hour.wall) if hour else None,
            quiet_level=headroom.quiet_level,
            verdict=headroom.verdict if headroom.frames_seen > _JUDGED_FRAMES else "",
            open_event=chronicle.open_event,
            ended=tuple(chronicle.ended)[-most:][::-1],
            notes=tuple(chronicle.notes)[-most:][::-1],
            events=chronicle.events + (chronicle.open_event is not None),
            snapshots=chronicle.snapshots,
            frames=chronicle.frames,
            disk=chronicle.disk,
        )


_JUDGED_FRAMES = 20_000  # before that, a quiet scene says nothing of the threshold
