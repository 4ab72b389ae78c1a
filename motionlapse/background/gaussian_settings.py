"""Settings of the mean/σ model; `gaussian` says what each does to a pixel."""

from __future__ import annotations

from motionlapse.background.model_settings import ModelSettings
from motionlapse.settings import Duration, setting


class GaussianSettings(ModelSettings):
    """The mean/σ model: background, candidate and retired background of every pixel."""

    k: float = setting(
        2.5, "σ by which a pixel must differ from the background to be foreground", gt=0, le=20
    )
    noise_floor: float = setting(
        8.0,
        "least σ of a pixel, in grey levels: below it, compression and flicker fire",
        ge=0.5,
        le=64,
    )
    dark_floor: float = setting(
        0.5,
        "share of the noise floor that is left in the dark; it grows in proportion to brightness",
        gt=0,
        le=1,
    )
    time_constant: Duration = setting(
        2.0,
        "how long the background takes to follow a change; all other times are parts of it",
        gt=0,
    )
    absorb: Duration | None = setting(
        None,
        "longest that a standing object stays foreground [8 time constants: 16s]",
        flag="--absorb",
        metavar="TIME",
    )
    candidate_match: float = setting(
        0.6, "share of k within which a new look must repeat to be the same", gt=0, le=1
    )
    candidate_miss: float = setting(
        6.0, "times faster that a new look loses credit when it is not seen", ge=0, le=100
    )
    ghost_credit: float = setting(
        3.0, "times more credit for a new look that fits the background beside it", ge=0, le=100
    )
    own_edges: float = setting(
        2.0,
        "times more edge along an outline, in the frame: a thing; behind it: a ghost; 1000: off",
        ge=1,
        le=1000,
    )
    standing: Duration = setting(
        0.5, "how long a new look must stay to count as standing still, no longer as moving"
    )
    shadow: float = setting(
        0.5,
        "least brightness over the background's at which its own colour counts as a shadow; 1: off",
        ge=0.3,
        le=1,
    )
    cloud_time: Duration = setting(
        0.18, "how long the background takes to follow a smooth change of light, as of clouds", gt=0
    )

    @property
    def opening_s(self) -> float:
        """The time constant: about as long as the background would take to learn the scene."""
        return self.time_constant
