"""Settings of what is kept."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from pathlib import Path, PosixPath
from typing import Annotated, Literal

from pydantic import BeforeValidator, ValidationInfo, field_validator

from motionlapse.errors import nearest
from motionlapse.files import is_special
from motionlapse.settings import Duration, SettingsModel, Size, setting
from motionlapse.settings_typed import Typed
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
            f"'{value}' is not a choice of snapshots; write best, first, last, every:2s, all or "
            f"none{nearest(text, [*SNAPSHOT_CHOICES, 'every:2s'])}"
        )
    return text


SnapshotChoice = Annotated[str, BeforeValidator(_parse_snapshots)]


LAYERS = ("picture", "mask", "score", "background", "sigma", "flow")
FILM_SUFFIXES = (".mp4", ".mkv")
METRICS_SUFFIXES = (".csv", ".parquet")
# Endings that mark a file name; a folder may be called masks.2 or night.v3.
_FILE_ENDING = re.compile(r"\.(ts|[a-z][a-z0-9]{2,4})")


def _parse_layers(value: object) -> str:
    names = [part.strip() for part in str(value).split(",")]
    for name in names:
        if name not in LAYERS:
            raise ValueError(
                f"no layer '{name}'{nearest(name, LAYERS)}; choose from {', '.join(LAYERS)}"
            )
    if len(set(names)) < len(names):
        raise ValueError(f"'{value}' names a layer twice")
    return ",".join(names)


LayerNames = Annotated[str, BeforeValidator(_parse_layers)]


def _parse_film_size(value: object) -> object:
    if value == "source":
        return value
    number = int(value) if isinstance(value, str) and value.isdecimal() else value
    if type(number) is not int or not 64 <= number <= 8192:
        raise ValueError(
            f"'{value}' is not a size; write source or a width of 64 to 8192 "
            f"pixels{nearest(str(value), ['source'])}"
        )
    return number


FilmSize = Annotated[Literal["source"] | int, BeforeValidator(_parse_film_size)]


def _parse_metrics(value: object) -> object:
    _refuse_slash(value)
    path = Path(str(value))
    if path.suffix.lower() not in METRICS_SUFFIXES and not _is(is_special, path):
        raise ValueError(f"'{value}' is not a name for metrics; it must end in .csv or .parquet")
    return value


def _is(kind: Callable[[Path], bool], path: Path) -> bool:
    """Apply a test to a path; a path that cannot be examined is reported when it is written."""
    with contextlib.suppress(OSError):
        return kind(path)
    return False


def _refuse_slash(value: object) -> object:
    """Refuse a trailing slash where a file is wanted; `Path` would drop it silently."""
    if str(value).endswith("/"):
        raise ValueError(f"'{value}' is a folder; name a file")
    return value


class MasksFolder(PosixPath):
    """A folder of masks named like a file: it was typed with a slash, which `Path` drops."""


def _parse_masks(value: object) -> object:
    text, path = str(value), Path(str(value))
    if text.endswith("/") and _is_named_like_a_file(path):
        return MasksFolder(text)
    if text.endswith("/") or (text != "-" and _is(Path.is_dir, path)):
        return value
    if _is_named_like_a_file(path) and path.suffix.lower() not in FILM_SUFFIXES:
        raise ValueError(
            f"'{value}' is not a name for masks; a film must end in .mp4 or .mkv, and a new "
            "folder whose name looks like a file's must end in /"
        )
    return value


def _is_named_like_a_file(path: Path) -> bool:
    ending = path.suffix.lower()
    return (
        str(path) == "-"
        or path.name.lower() in FILM_SUFFIXES
        or _FILE_ENDING.fullmatch(ending) is not None
    )


def _is_film(masks: Path) -> bool:
    return masks.suffix.lower() in FILM_SUFFIXES and not isinstance(masks, MasksFolder)


def _masks_as_typed(path: Path) -> str:
    return f"{path}/" if _is_named_like_a_file(path) and not _is_film(path) else str(path)


def own_name(path: Path, source: str) -> Path:
    """Return the name of a file for one of several sources.

    Parameters
    ----------
    path
        The path as it was given.
    source
        The source's folder in the archive; ``""`` if there is only one source.
    """
    return path.with_name(f"{path.stem}-{source}{path.suffix}") if source else path


MetricsPath = Annotated[Path, BeforeValidator(_parse_metrics)]
MasksPath = Annotated[Path, BeforeValidator(_parse_masks), Typed(_masks_as_typed)]


class SinkSettings(SettingsModel):
    """What is kept, and where."""

    out: Path = setting(
        Path("captures"),
        "archive: the folder in which everything is kept",
        flag="--out",
        metavar="DIR",
    )
    snapshots: SnapshotChoice = setting(
        "best",
        "snapshots to keep of each event: best, first, last, every:2s, all or none",
        flag="--snapshots",
        metavar="WHICH",
        choices=SNAPSHOT_CHOICES,
    )
    draw: bool = setting(False, "draw boxes around blobs on snapshots", flag="--draw/--no-draw")
    jpeg_quality: int = setting(90, "JPEG quality of snapshots, 1 to 100", ge=1, le=100)
    masks: MasksPath | None = setting(
        None,
        "write what the detector saw in every frame: a new film (.mp4, .mkv), or a folder of masks",
        flag="--masks",
        metavar="FILM|DIR",
    )
    layers: LayerNames = setting(
        "picture,mask",
        f"layers to show side by side in the film of --masks: {', '.join(LAYERS)}",
        flag="--layers",
        metavar="A,B",
        choices=LAYERS,
    )
    film_size: FilmSize = setting(
        640,
        "largest width of each layer in the film of --masks, in pixels, or source",
        flag="--film-size",
        metavar="WIDTH|source",
    )
    film_text: bool = setting(
        True, "write score, state and reason below each frame of the film of --masks"
    )
    clips: Literal["none", "copy", "encode"] = setting(
        "none",
        "clips of each event: none, copy (cut at key frames, without loss) or encode (cut exactly)",
        flag="--clips",
        metavar="HOW",
    )
    pre: Duration = setting(
        1.0, "how much a clip shows before its event", flag="--pre", metavar="TIME"
    )
    post: Duration = setting(
        1.0, "how much a clip shows after its event", flag="--post", metavar="TIME"
    )
    join: Annotated[Path, BeforeValidator(_refuse_slash)] | None = setting(
        None, "join all clips of a source into one new film", flag="--join", metavar="FILM"
    )
    report: bool = setting(
        False, "write report.html into the archive at the end", flag="--report/--no-report"
    )
    metrics: MetricsPath | None = setting(
        None,
        "write the numbers of every frame to this file, .csv or .parquet",
        flag="--metrics",
        metavar="FILE",
    )
    pre_roll: Duration = setting(
        5.0,
        "watch: how much a clip shows before its event",
        flag="--pre-roll",
        metavar="TIME",
    )
    pre_roll_size: Size = setting(
        "256MB",
        "memory limit for the pre-roll; decoded pictures fill it much sooner than packets",
        gt=0,
    )
    snapshots_per_hour: int = setting(
        600,
        "most snapshots that watch writes in an hour, so that a bad threshold cannot fill the disk",
        ge=1,
    )
    hooks: HookSettings = HookSettings()
    retention: RetentionSettings = RetentionSettings()

    @field_validator("join")
    @classmethod
    def _check_join(cls, join: Path | None, info: ValidationInfo) -> Path | None:
        if join is None:
            return None
        if join.suffix.lower() not in FILM_SUFFIXES:
            raise ValueError(f"'{join}' is not the name of a film; it must end in .mp4 or .mkv")
        if info.data.get("clips") == "none":
            raise ValueError("a joined film is made of clips; choose --clips copy or encode")
        return join

    @property
    def masks_film(self) -> bool:
        """True if `masks` names a film, False if a folder."""
        return self.masks is not None and _is_film(self.masks)

    def films(self, source: str) -> dict[str, Path]:
        """Return the films outside the archive that are made from a source, by their flags.

        Parameters
        ----------
        source
            As of `own_name`.
        """
        masks = self.masks if self.masks_film else None
        named = {"--masks": masks, "--join": self.join}
        return {flag: own_name(path, source) for flag, path in named.items() if path is not None}

    @property
    def film_width(self) -> int | None:
        """Largest width of a layer in pixels; None: the source's own."""
        return None if self.film_size == "source" else self.film_size
