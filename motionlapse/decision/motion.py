"""An interval with motion as it grows: an event, or a candidate for one."""

from __future__ import annotations

from dataclasses import dataclass, field

from motionlapse.types import ChangeScore, Event


@dataclass(slots=True)
class Motion:
    """Its start, its peak, and its end so far.

    Attributes
    ----------
    start_s, peak_s, end_s
        Media times.
    start_frame, peak_frame, end_frame
        Indices of these frames.
    peak
        The highest score.
    number
        The event's number, once it is confirmed.
    regions
        Names of the regions in which something moved.
    """

    start_s: float
    start_frame: int
    peak: ChangeScore
    peak_s: float
    peak_frame: int
    end_s: float
    end_frame: int
    number: int = 0
    regions: set[str] = field(default_factory=set)

    def extend(self, time: float, index: int, score: ChangeScore) -> None:
        """Add a frame with motion."""
        self.end_s, self.end_frame = time, index
        self.regions.update(score.regions)
        if score.value > self.peak.value:
            self.peak, self.peak_s, self.peak_frame = score, time, index

    def absorb(self, later: Motion) -> None:
        """Add a later interval of the same event."""
        self.regions |= later.regions
        self.end_s, self.end_frame = later.end_s, later.end_frame
        if later.peak.value > self.peak.value:
            self.peak, self.peak_s, self.peak_frame = later.peak, later.peak_s, later.peak_frame

    def event(self, ending: str = "") -> Event:
        """Return the event, as far as it has come."""
        return Event(
            number=self.number,
            start_s=self.start_s,
            end_s=self.end_s,
            start_frame=self.start_frame,
            end_frame=self.end_frame,
            peak_s=self.peak_s,
            peak_frame=self.peak_frame,
            peak_score=self.peak.value,
            peak_fraction=self.peak.fraction,
            reason=f"foreground {self.peak.value:.3g} x threshold",
            regions=tuple(sorted(self.regions)),
            ending=ending,
        )
