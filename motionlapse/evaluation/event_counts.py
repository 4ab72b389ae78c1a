"""Comparing detected with labelled events, by intervals alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from motionlapse.evaluation.counts import ratio
from motionlapse.evaluation.event_labels import EventLabel
from motionlapse.types import Event


@dataclass(frozen=True, slots=True)
class EventCounts:
    """How detections fit the labels of one clip, or of several clips together.

    Attributes
    ----------
    events, found
        Number of labelled events, and of those that a detection overlaps within the tolerance.
    detections
        Number of all detections.
    on_events
        Number of detections that overlap an event within its tolerance.
    event_frames, event_frames_covered
        Frames of labelled events, and how many of them lie in a detection.
    quiet_frames, quiet_frames_covered
        The same for quiet rows.
    delays_s
        For each found event, the time from its first frame to the first detected frame in it; 0 if
        a detection was already running.
    missed
        The events that were not found.
    false
        The detections that lie entirely in quiet rows.
    """

    events: int = 0
    found: int = 0
    detections: int = 0
    on_events: int = 0
    event_frames: int = 0
    event_frames_covered: int = 0
    quiet_frames: int = 0
    quiet_frames_covered: int = 0
    delays_s: tuple[float, ...] = ()
    missed: tuple[EventLabel, ...] = ()
    false: tuple[Event, ...] = field(default=())

    def __add__(self, other: EventCounts) -> EventCounts:
        return EventCounts(
            *(getattr(self, name) + getattr(other, name) for name in EventCounts.__slots__)
        )

    def summary(self) -> dict[str, float | int | None]:
        """Return the figures; shares, means and maxima are None if there is nothing to count.

        Returns
        -------
        dict
            ``events`` and how many were ``found``; ``false`` detections; ``quiet_covered`` and
            ``event_covered``, shares of frames from 0 to 1; ``detections``;
            ``detections_per_event``, those that overlap events ÷ events; ``mean_delay_s`` and
            ``max_delay_s`` of the found events.
        """
        delays = self.delays_s
        return {
            "events": self.events,
            "found": self.found,
            "false": len(self.false),
            "quiet_covered": ratio(self.quiet_frames_covered, self.quiet_frames),
            "event_covered": ratio(self.event_frames_covered, self.event_frames),
            "detections": self.detections,
            "detections_per_event": ratio(self.on_events, self.events),
            "mean_delay_s": sum(delays) / len(delays) if delays else None,
            "max_delay_s": max(delays, default=None),
        }


def count_events(
    labels: Iterable[EventLabel],
    detections: Sequence[Event],
    time_of: Callable[[int], float],
) -> EventCounts:
    """Compare the detections in one clip with its labels.

    Parameters
    ----------
    labels
        The rows of the clip; ``dwell`` and ``tiny`` ones are not scored.
    detections
        Events as the decider closed them.
    time_of
        Media time of a frame in seconds.
    """
    rows = list(labels)
    events = [row for row in rows if row.kind == "event"]
    moving = _frames(events)
    quiet = _frames(row for row in rows if row.kind == "quiet")
    covered = _frames(detections)
    hits = [[found for found in detections if _overlap(row, found)] for row in events]
    return EventCounts(
        events=len(events),
        found=sum(bool(found) for found in hits),
        detections=len(detections),
        on_events=sum(any(_overlap(row, found) for row in events) for found in detections),
        event_frames=len(moving),
        event_frames_covered=len(moving & covered),
        quiet_frames=len(quiet),
        quiet_frames_covered=len(quiet & covered),
        delays_s=tuple(
            _delay_s(row, found, time_of) for row, found in zip(events, hits, strict=True) if found
        ),
        missed=tuple(row for row, found in zip(events, hits, strict=True) if not found),
        false=tuple(found for found in detections if _frames([found]) <= quiet),
    )


def _frames(intervals: Iterable[EventLabel | Event]) -> set[int]:
    return {frame for each in intervals for frame in range(each.start_frame, each.end_frame + 1)}


def _overlap(row: EventLabel, detection: Event) -> bool:
    return (
        detection.start_frame <= row.end_frame + row.tolerance_frames
        and detection.end_frame >= row.start_frame - row.tolerance_frames
    )


def _delay_s(
    row: EventLabel, detections: Iterable[Event], time_of: Callable[[int], float]
) -> float:
    first = min(detection.start_frame for detection in detections)
    return time_of(max(first, row.start_frame)) - time_of(row.start_frame)
