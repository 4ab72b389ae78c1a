"""Settings of the analysis: what is watched, how finely, and what counts as a blob."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator

from motionlapse.analysis.polygons import parse_polygon
from motionlapse.errors import ConfigError
from motionlapse.settings import Duration, SettingsModel, Share, Texts, auto_or_whole, setting

Scale = Annotated[Literal["auto"] | int, auto_or_whole("scale", 16)]


def _check_polygons(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what is a polygon in no picture; whether it lies inside, its picture tells."""
    for text in texts:
        try:
            parse_polygon(text)
        except ConfigError as error:
            raise ValueError(str(error)) from None
    return texts


Polygons = Annotated[Texts, AfterValidator(_check_polygons)]


class FlowSettings(SettingsModel):
    """Lucas–Kanade flow of corners in the foreground."""

    corners: int = setting(100, "most corners that are tracked", ge=4, le=2000)
    window: int = setting(
        15, "width of the patch that is matched, in pixels of analysis", ge=5, le=63
    )
    still: float = setting(
        0.01,
        "displacement below which foreground counts as standing still, in picture diagonals a "
        "second",
        gt=0,
        le=1,
    )
    weight: Share = setting(0.5, "how much of the score foreground loses that stands still")


class AnalysisSettings(SettingsModel):
    """What is watched, how finely, and what counts as a blob."""

    regions: Polygons = setting(
        (),
        "watch inside this polygon only; pixels or percent, may be named (repeatable)",
        flag="--region",
        metavar='"[NAME=]X,Y X,Y X,Y"',
    )
    ignore: Polygons = setting(
        (),
        "do not watch inside this polygon (repeatable)",
        flag="--ignore",
        metavar='"X,Y X,Y X,Y"',
    )
    mask_image: Path | None = setting(
        None, "picture of what is watched: white yes, black no", flag="--mask-image", metavar="PNG"
    )
    scale: Scale = setting(
        "auto",
        "analyse at 1/N of the width and height, 1 to 16; auto: at most 150,000 pixels",
        flag="--scale",
        metavar="N|auto",
    )
    opening: Duration | None = setting(
        None,
        "the first seconds, which are learned from before they are judged (0: the first frame) "
        "[the model's own: the time constant of gaussian, for others 2s]",
    )
    steady: bool = setting(
        False, "hold the picture still where the camera sways by a few pixels; costs 2 ms a frame"
    )
    min_blob: Share = setting(0.0005, "smallest blob that counts, as a share of the watched area")
    min_blob_pixels: int = setting(
        12,
        "and at least this many pixels of analysis, where there are few (at --scale 16, 1.4% of "
        "640×360)",
        ge=0,
    )
    flow: bool = setting(
        False, "measure flow, and count foreground less that stands still", flag="--flow/--no-flow"
    )
    flow_tracking: FlowSettings = FlowSettings()
