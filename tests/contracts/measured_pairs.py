"""Pairs of pictures on which measures are compared with others' implementations."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from motionlapse.measures import MEASURES

ROOT = Path(__file__).resolve().parents[2]
STILLS = ROOT / "fixtures" / "stills"
SHARED = Path(os.environ.get("MOTIONLAPSE_DATA", ROOT.parent / "shared" / "data"))


def still(second):
    picture = cv2.imread(str(STILLS / f"yard_2024-05-04_12-00-{second:02d}.jpg"))
    assert picture is not None
    return picture


def shared(name, width=480):
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"real footage is missing: {path}")
    picture = cv2.imread(str(path))
    height = round(picture.shape[0] * width / picture.shape[1])
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)


def _rough():
    return np.random.default_rng(8).integers(0, 256, (60, 84, 3), np.uint8)


PAIRS = {
    "stills": lambda: (still(0), still(26)),
    "noise": lambda: (_rough(), _rough()[::-1].copy()),
    "corridor": lambda: (shared("pairs/03_frame_3.png"), shared("pairs/03_frame_4.png")),
    "night": lambda: (shared("pairs/02_frame_1.png"), shared("pairs/02_frame_2.png")),
    "clouds": lambda: (
        shared("light/D3C1/in000000.jpg", 320),
        shared("light/D3C1/in000900.jpg", 320),
    ),
}


def grey(picture):
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)


def value(name, before, after):
    return MEASURES[name](before, after).value


def pillow(picture):
    return Image.fromarray(picture[:, :, ::-1] if picture.ndim == 3 else picture)
