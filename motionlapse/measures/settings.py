"""Settings of measures: how pictures are prepared, and which measure decides."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BeforeValidator

from motionlapse.errors import nearest
from motionlapse.measures.catalogue import MEASURES
from motionlapse.settings import SettingsModel, setting

RUNNING_MODEL = "background"
"""In a series of pictures, this measure is the running background model instead of a comparison."""


def _parse_measure(value: object) -> object:
    if isinstance(value, str) and value not in MEASURES:
        raise ValueError(f"no measure '{value}'{nearest(value, MEASURES)}; see 'list measures'")
    return value


def _parse_threshold(value: object) -> object:
    if value == "auto" or isinstance(value, bool):
        return value
    try:
        number = float(str(value).removesuffix("%")) / (100 if str(value).endswith("%") else 1)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(
            f"'{value}' is not a threshold; write auto, a number or a "
            f"percentage{nearest(str(value), ['auto'])}"
        )
    return number


def _parse_width(value: object) -> object:
    try:
        width = int(str(value))
    except ValueError:
        width = 0
    if not 1 <= width <= 20_000:
        raise ValueError(
            f"'{value}' is not a width; write a whole number of pixels from 1 to 20000"
        )
    return width


MeasureName = Annotated[str, BeforeValidator(_parse_measure)]
Threshold = Annotated[Literal["auto"] | float, BeforeValidator(_parse_threshold)]
Width = Annotated[int, BeforeValidator(_parse_width)]


class MeasureSettings(SettingsModel):
    """How pictures are prepared, and what decides that they differ."""

    measure: MeasureName = setting(
        RUNNING_MODEL,
        "measure that decides which stills (or pictures of --every) are kept; see 'list measures'",
        flag="--measure",
        metavar="NAME",
        choices=MEASURES,
    )
    threshold: Threshold = setting(
        "auto",
        "value from which a picture counts as different; auto: learned from the series",
        flag="--threshold",
        metavar="X|auto",
    )
    resize: Width | None = setting(
        None, "resize pictures to this width first", flag="--resize", metavar="WIDTH"
    )
    blur: float = setting(
        0.0,
        "blur pictures by this σ first, in pixels",
        flag="--blur",
        metavar="SIGMA",
        ge=0,
        le=200,
    )
    gray: bool = setting(False, "compare brightness only", flag="--gray/--color")
    normalize: Literal["none", "stretch", "mean", "clahe"] = setting(
        "none",
        "even out brightness: stretch (to 0–255), mean (one gain), clahe (locally) or none",
        flag="--normalize",
        metavar="HOW",
    )
    align: Literal["none", "shift", "ecc"] = setting(
        "none",
        "undo camera movement: shift (phase correlation), ecc (rotation too) or none",
        flag="--align",
        metavar="HOW",
    )
    corrupt: float = setting(
        0.2,
        "a still is corrupt if its histogram diverges from both neighbours by more than this "
        "(0: off)",
        ge=0,
        le=20,
    )
