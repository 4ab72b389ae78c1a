"""The dashboard's model: everything that one drawing shows, without a terminal or a clock."""

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
    """Which pictures the dashboard shows."""

    BOTH = "both"
    PICTURE = "picture"
    MASK = "mask"
    OFF = "off"

    def next(self) -> Pictures:
        """Return the choice that follows this one."""
        all_of_them = list(Pictures)
        return all_of_them[(all_of_them.index(self) + 1) % len(all_of_them)]


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that one drawing of the dashboard shows.

    Attributes
    ----------
    name, folder
        The source, and the folder in which its results are kept.
    now
        Wall time, aware.
    uptime_s
        Seconds since watching began.
    status
        Status of the source; None before the first one is known.
    state_s
        Seconds since that status began.
    decision
        Of the last frame.
    score, measured
        Of the last frame; see `motionlapse.types.ChangeScore`.
    exit_ratio
        The score below which motion ends.
    opens_at
        What opens an event, in words.
    threshold_factor
        Factor by which keys have changed the threshold; 1 if they have not.
    scores
        Scores of the last minutes, oldest first.
    hour_peak
        Highest score of the last hour and its wall time, or None.
    quiet_level
        The score below which the quiet scene stays, or None.
    verdict
        Advice about the threshold or the camera, or ``""``.
    open_event, ended
        The open event, and the last closed ones, newest first.
    notes
        The last warnings, newest first.
    events, snapshots, frames
        How many there were so far, including the open event.
    disk
        The last measurement of disk use.
    processor
        Share of one processor core used over the last seconds; 1.0 is a whole core.
    paused, help
        Whether the watch is paused, and whether the help is shown.
    pictures, picked
        Which pictures are shown, and whether a key has chosen them.
    picture, mask
        BGR and 0/255, or None.
    said
        What the last key did, in words, or ``""``.
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
        """Why the dashboard shows that state, in words."""
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
        """The score in few words, for small terminals; the reason where no score counts."""
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
            return peak  # the reason already has the score, or what the measure says
        return f"{format_score(self.score)} of the threshold; {peak}".removesuffix("; ")


def look_at(chronicle: Chronicle, name: str, now: datetime, *, most: int = 40) -> Look:
    """Return what a chronicle holds at this moment, as a `Look`.

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


_JUDGED_FRAMES = 20_000  # fewer frames of a quiet scene say nothing about the threshold
