"""What is known of a running watch, gathered as it happens: dashboard and log lines show it."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from motionlapse.frames import SourceInfo
from motionlapse.sources.live_status import LiveState, LiveStatus
from motionlapse.types import Analysis, Decision, KeptEvent, State
from motionlapse.watch.headroom import Headroom
from motionlapse.watch.housekeeping import DiskUse

STEP_S = 0.5
_SCORES = 600  # five minutes


class ScoreStep(NamedTuple):
    """Half a second of scores.

    Attributes
    ----------
    time_s
        Its beginning in media time.
    highest
        The highest score in it.
    active
        True if an event was open.
    """

    time_s: float
    highest: float
    active: bool


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know.

    Attributes
    ----------
    wall
        When, aware.
    text
        What.
    grave
        True for what could not be read or written.
    """

    wall: datetime
    text: str
    grave: bool


class Chronicle:
    """What has happened so far. Written by the loop and other threads, read by the dashboard.

    Attributes
    ----------
    info, folder
        The source, and its folder in the archive; None and ``""`` before the first picture.
    status
        How the source is doing; None before anything is known.
    analysis, decision
        Of the last frame.
    scores
        Of the last minutes.
    ended, open_event
        The last events, newest last, and the one that is open.
    notes
        The last warnings, newest last.
    headroom
        How close the scene comes to its threshold.
    frames, events, snapshots, clips
        How many there were.
    disk
        The last look at the disk.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.info: SourceInfo | None = None
        self.folder = ""
        self.status: LiveStatus | None = None
        self.analysis: Analysis | None = None
        self.decision: Decision | None = None
        self.scores: deque[ScoreStep] = deque(maxlen=_SCORES)
        self.ended: deque[KeptEvent] = deque(maxlen=50)
        self.open_event: KeptEvent | None = None
        self.notes: deque[Note] = deque(maxlen=50)
        self.headroom = Headroom()
        self.frames = self.events = self.snapshots = self.clips = 0
        self.disk: DiskUse | None = None

    def frame(self, analysis: Analysis, decision: Decision, wall: datetime) -> None:
        """Take one frame."""
        score, time_s = analysis.score.value, analysis.frame.time
        active = decision.state in (State.ACTIVE, State.FADING)
        with self.lock:
            self.frames += 1
            self.analysis, self.decision = analysis, decision
            self.headroom.add(time_s, analysis.frame.wall or wall, score, decision.state)
            kept = self.open_event
            if kept is not None and score > kept.event.peak_score:
                # An open event is told of once, when it begins: its peak is followed here.
                self.open_event = replace(kept, event=replace(kept.event, peak_score=score))
            begin_s = time_s // STEP_S * STEP_S
            if self.scores and self.scores[-1].time_s == begin_s:
                last = self.scores[-1]
                self.scores[-1] = ScoreStep(
                    begin_s, max(last.highest, score), last.active or active
                )
            else:
                self.scores.append(ScoreStep(begin_s, score, active))

    def started(self, kept: KeptEvent) -> None:
        """Note an event that begins."""
        with self.lock:
            self.open_event = kept

    def event(self, kept: KeptEvent) -> None:
        """Note an event that has ended."""
        with self.lock:
            self.open_event = None
            self.events += 1
            self.headroom.events += 1
            self.clips += kept.clip is not None
            self.ended.append(kept)

    def snapshot(self) -> None:
        """Count a picture."""
        with self.lock:
            self.snapshots += 1
            self.headroom.snapshots += 1

    def note(self, wall: datetime, text: str, *, grave: bool) -> None:
        """Note a warning."""
        with self.lock:
            self.notes.append(Note(wall, text, grave))

    @property
    def live(self) -> bool:
        """True while pictures come."""
        return self.status is not None and self.status.state is LiveState.LIVE
