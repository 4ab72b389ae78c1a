"""Settings of how long and how much is kept."""

from __future__ import annotations

from motionlapse.settings import Duration, SettingsModel, Size, setting


class RetentionSettings(SettingsModel):
    """Limits on age, size and free disk space; the oldest events of cameras are deleted first."""

    keep: Duration | None = setting(
        None, "delete events older than this [never]", flag="--keep", metavar="TIME", gt=0
    )
    max_size: Size | None = setting(
        None,
        "delete the oldest events while the archive is larger than this [no limit]",
        flag="--max-size",
        metavar="SIZE",
        gt=0,
    )
    min_free: Size | None = setting(
        None,
        "delete the oldest events while less than this is free on the disk [no limit]",
        flag="--min-free",
        metavar="SIZE",
        gt=0,
    )
