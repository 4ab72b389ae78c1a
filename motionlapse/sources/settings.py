"""Settings of sources: what is read, and how."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, model_validator

from motionlapse.settings import Duration, SettingsModel, auto_or_whole, setting
from motionlapse.sources.live_settings import LiveSettings
from motionlapse.units import parse_wall

Threads = Annotated[Literal["auto"] | int, auto_or_whole("number of threads", 64)]
Wall = Annotated[datetime, BeforeValidator(parse_wall)]


class SourceSettings(SettingsModel):
    """Which part of the footage is read, and when it was taken."""

    start: Duration = setting(
        0.0, "begin at this time of the footage", flag="--start", metavar="TIME"
    )
    end: Duration | None = setting(
        None, "stop at this time of the footage", flag="--end", metavar="TIME"
    )
    duration: Duration | None = setting(
        None, "read this much from --start", flag="--duration", metavar="TIME"
    )
    wall_start: Wall | None = setting(
        None, "time of day at the footage's beginning", flag="--wall-start", metavar="ISO"
    )
    fps: float | None = setting(
        None,
        "stills: the rate at which they were taken [EXIF or names]",
        flag="--fps",
        metavar="RATE",
        gt=0,
        le=100_000,
    )
    decoding_threads: Threads = setting(
        "auto",
        "threads that decode a film; 1: the one that analyses it; auto: two decoders in turn "
        "where key frames are close together, else one more than cores; or what --workers leaves",
    )
    prescan: bool = setting(
        False,
        "films: look at key frames and packets first, and decode only what is not surely quiet",
        flag="--prescan/--no-prescan",
    )
    fast: bool = setting(
        False,
        "decode H.264 and HEVC without deblocking: faster, less exact, snapshots show blocks",
        flag="--fast/--no-fast",
    )

    live: LiveSettings = LiveSettings()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end is not None and self.duration is not None:
            raise ValueError("end and duration exclude each other")
        if self.duration == 0:
            raise ValueError("duration must be above 0")
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"end ({self.end:g} s) must be after start ({self.start:g} s)")
        return self

    @property
    def stop_s(self) -> float:
        """Media time at which reading stops; infinite by default."""
        if self.duration is not None:
            return self.start + self.duration
        return float("inf") if self.end is None else self.end
