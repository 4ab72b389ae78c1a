"""Settings of what is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

from motionlapse.settings import SettingsModel, setting
from motionlapse.sinks.hook_settings import HookSettings
from motionlapse.sinks.retention_settings import RetentionSettings
from motionlapse.units import parse_duration

SNAPSHOT_CHOICES = ("best", "first", "last", "all", "none")


def _parse_snapshots(value: object) -> str:
    text = str(value).strip().lower()
    kind, colon, interval = text.partition(":")
    if kind == "every" and colon and parse_duration(interval) > 0:
        return text
    if text not in SNAPSHOT_CHOICES:
        raise ValueError(
            f"'{value}' is no choice of snapshots; write best, first, last, every:2s, all or none"
        )
    return text


SnapshotChoice = Annotated[str, BeforeValidator(_parse_snapshots)]


def _parse_mask_folder(value: object) -> object:
    if str(value).lower().endswith((".mp4", ".mkv")):
        raise ValueError(f"'{value}' is the name of a film; masks go into a folder, as PNG")
    return value


MaskFolderPath = Annotated[Path, BeforeValidator(_parse_mask_folder)]


class SinkSettings(SettingsModel):
    """What is kept, and where."""

    out: Path = setting(
        Path("captures"), "archive: the folder for all that is kept", flag="--out", metavar="DIR"
    )
    snapshots: SnapshotChoice = setting(
        "best",
        "pictures of each event: best, first, last, every:2s, all or none",
        flag="--snapshots",
        metavar="WHICH",
    )
    draw: bool = setting(False, "draw boxes around blobs on snapshots", flag="--draw/--no-draw")
    jpeg_quality: int = setting(90, "of snapshots, 1 to 100", ge=1, le=100)
    masks: MaskFolderPath | None = setting(
        None, "write every frame's foreground mask into this folder", flag="--masks", metavar="DIR"
    )
    metrics: Path | None = setting(
        None, "write every frame's numbers", flag="--metrics", metavar="FILE.csv"
    )
    snapshots_per_hour: int = setting(
        600,
        "most snapshots that watching writes in an hour; a bad threshold must not fill a disk",
        ge=1,
    )
    hooks: HookSettings = HookSettings()
    retention: RetentionSettings = RetentionSettings()
