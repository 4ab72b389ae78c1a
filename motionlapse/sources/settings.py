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
        0.0, "start at this time of the footage", flag="--start", metavar="TIME"
    )
    end: Duration | None = setting(
        None, "stop at this time of the footage", flag="--end", metavar="TIME"
    )
    duration: Duration | None = setting(
        None, "how much to read, counted from --start", flag="--duration", metavar="TIME"
    )
    wall_start: Wall | None = setting(
        None,
        "date and time at which the footage begins [as the file says]",
        flag="--wall-start",
        metavar="ISO",
    )
    fps: float | None = setting(
        None,
        "stills: rate at which they were taken [from EXIF or file names]",
        flag="--fps",
        metavar="RATE",
        gt=0,
        le=100_000,
    )
    decoding_threads: Threads = setting(
        "auto",
        "threads that decode a film (1: the thread that analyses it; auto: depends on the "
        "cores, --workers and key frames)",
    )
    prescan: bool = setting(
        False,
        "films: look at key frames and packet sizes first, and decode only what may hold motion",
        flag="--prescan/--no-prescan",
    )
    fast: bool = setting(
        False,
        "decode H.264 and HEVC without deblocking: faster, but less exact, and snapshots look "
        "blocky",
        flag="--fast/--no-fast",
    )

    live: LiveSettings = LiveSettings()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end is not None and self.duration is not None:
            raise ValueError("end and duration cannot be used together")
        if self.duration == 0:
            raise ValueError("duration must be above 0")
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"end ({self.end:g} s) must be after start ({self.start:g} s)")
        return self

    @property
    def stop_s(self) -> float:
        """Media time at which reading stops; infinite if no setting limits it."""
        if self.duration is not None:
            return self.start + self.duration
        return float("inf") if self.end is None else self.end
