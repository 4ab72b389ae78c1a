"""Settings of the running mean/σ model."""

from __future__ import annotations

from motionlapse.settings import Duration, SettingsModel, Share, setting


class GaussianSettings(SettingsModel):
    """The running mean/σ model; `gaussian` has the formulas."""

    k: float = setting(3.0, "σ by which a pixel must differ to be foreground", gt=0, le=20)
    noise_floor_luma: float = setting(6.0, "least σ of brightness, in grey levels", ge=0.5, le=64)
    noise_floor_chroma: float = setting(
        4.0,
        "least σ of colour, in grey levels; chroma comes smoothed and is quieter",
        ge=0.5,
        le=64,
    )
    time_constant: Duration = setting(4.0, "how long the background takes to follow a change")
    foreground_rate: Share = setting(0.1, "share of the learning rate that foreground pixels get")
    warm_up: Duration = setting(0.3, "time until the background is trusted")
