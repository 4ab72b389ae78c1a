"""Settings of the analysis: the watched area, the scale, and what counts as a blob."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator

from motionlapse.analysis.polygons import parse_polygon
from motionlapse.errors import ConfigError
from motionlapse.settings import Duration, SettingsModel, Share, Texts, auto_or_whole, setting

Scale = Annotated[Literal["auto"] | int, auto_or_whole("scale", 16)]


def _check_polygons(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what is not a polygon; whether it lies inside the picture is checked later."""
    for text in texts:
        try:
            parse_polygon(text)
        except ConfigError as error:
            raise ValueError(str(error)) from None
    return texts


Polygons = Annotated[Texts, AfterValidator(_check_polygons)]


class FlowSettings(SettingsModel):
    """Lucas–Kanade flow of corners in the foreground."""

    corners: int = setting(100, "maximum number of corners to track", ge=4, le=2000)
    window: int = setting(
        15,
        "width of the patch matched around each corner, in pixels of the scaled picture",
        ge=5,
        le=63,
    )
    still: float = setting(
        0.01,
        "speed below which foreground counts as standing still, in picture diagonals per second",
        gt=0,
        le=1,
    )
    weight: Share = setting(0.5, "share of its score that foreground loses if it stands still")


class AnalysisSettings(SettingsModel):
    """The watched area, the scale, and what counts as a blob."""

    regions: Polygons = setting(
        (),
        "watch only inside this polygon, in pixels or percent; may be named (repeatable)",
        flag="--region",
        metavar='"[NAME=]X,Y X,Y X,Y"',
    )
    ignore: Polygons = setting(
        (),
        "ignore what happens inside this polygon (repeatable)",
        flag="--ignore",
        metavar='"X,Y X,Y X,Y"',
    )
    mask_image: Path | None = setting(
        None,
        "picture of the watched area: white is watched, black is ignored",
        flag="--mask-image",
        metavar="PNG",
    )
    scale: Scale = setting(
        "auto",
        "analyse at 1/N of the width and height, N from 1 to 16; auto: at most 150,000 pixels",
        flag="--scale",
        metavar="N|auto",
    )
    opening: Duration | None = setting(
        None,
        "how much of the beginning to learn the background from before judging it (0: the first "
        "frame) [gaussian: its time constant; other models: 2s]",
    )
    steady: bool = setting(
        False, "compensate for a camera that sways by a few pixels; costs 2 ms a frame"
    )
    min_blob: Share = setting(0.0005, "smallest blob that counts, as a share of the watched area")
    min_blob_pixels: int = setting(
        12,
        "smallest blob that counts, in pixels of the scaled picture; the larger of the two "
        "limits applies",
        ge=0,
    )
    flow: bool = setting(
        False,
        "measure optical flow, and give less weight to foreground that stands still",
        flag="--flow/--no-flow",
    )
    flow_tracking: FlowSettings = FlowSettings()
