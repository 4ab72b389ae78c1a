"""Settings of the time-lapse."""

from __future__ import annotations

from motionlapse.settings import Duration, SettingsModel, setting


class LapseSettings(SettingsModel):
    """One frame now and then, kept only if it differs from the last one kept."""

    every: Duration | None = setting(
        None,
        "time-lapse: look at one frame each TIME, keep it if it differs from the last one kept",
        flag="--every",
        metavar="TIME",
        gt=0,
    )
    learn: Duration = setting(
        "0s",
        "how long the frames after a kept one are learned too, for their noise; what moves in them "
        "is forgotten (a measure learns nothing)",
    )
