"""Settings of the mean/σ model; `gaussian` says what each does to a pixel."""

from __future__ import annotations

from motionlapse.background.model_settings import ModelSettings
from motionlapse.settings import Duration, setting


class GaussianSettings(ModelSettings):
    """The mean/σ model: background, candidate and retired background of every pixel."""

    k: float = setting(
        2.5,
        "a pixel is foreground if it differs from the background by more than this many σ",
        gt=0,
        le=20,
    )
    noise_floor: float = setting(
        8.0,
        "smallest σ assumed for a pixel, in grey levels; if too low, compression and flicker "
        "cause events",
        ge=0.5,
        le=64,
    )
    dark_floor: float = setting(
        0.5,
        "share of the noise floor that applies to the darkest pixels; it rises with brightness",
        gt=0,
        le=1,
    )
    time_constant: Duration = setting(
        2.0,
        "how long the background takes to follow a change; the model's other times are derived "
        "from it",
        gt=0,
    )
    absorb: Duration | None = setting(
        None,
        "how long an object that stands still stays foreground at most [8 time constants: 16s]",
        flag="--absorb",
        metavar="TIME",
    )
    candidate_match: float = setting(
        0.6,
        "how closely a pixel must match its candidate to confirm it, as a share of k",
        gt=0,
        le=1,
    )
    candidate_miss: float = setting(
        6.0,
        "how many times faster a candidate loses credit while unseen than it gains credit "
        "while seen",
        ge=0,
        le=100,
    )
    ghost_credit: float = setting(
        3.0,
        "extra credit, in multiples of the usual, for a candidate that resembles the background "
        "beside it",
        ge=0,
        le=100,
    )
    own_edges: float = setting(
        2.0,
        "how many times stronger an outline's edges must be to tell an object from a ghost "
        "(1000: off)",
        ge=1,
        le=1000,
    )
    standing: Duration = setting(
        0.5, "how long a new object must stay in place to count as standing still instead of moving"
    )
    shadow: float = setting(
        0.5,
        "darkest shadow to recognise, as a share of the background's brightness (1: off)",
        ge=0.3,
        le=1,
    )
    cloud_time: Duration = setting(
        0.18,
        "how long the background takes to follow a smooth change of light, such as clouds cause",
        gt=0,
    )

    @property
    def opening_s(self) -> float:
        """The time constant: about as long as the background would take to learn the scene."""
        return self.time_constant
