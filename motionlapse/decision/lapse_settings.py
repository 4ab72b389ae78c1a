"""Settings of time-lapse watching."""

from __future__ import annotations

from motionlapse.settings import Duration, SettingsModel, setting


class LapseSettings(SettingsModel):
    """One frame per interval, kept only if it differs from the last one kept."""

    every: Duration | None = setting(
        None,
        "time-lapse: look at one frame every TIME, and keep it if it differs from the last one "
        "kept",
        flag="--every",
        metavar="TIME",
        gt=0,
    )
    learn: Duration = setting(
        "0s",
        "time-lapse: how long to learn noise from the frames after a kept one (not used with a "
        "measure)",
    )
