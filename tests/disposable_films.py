"""Films with disposable pictures, and what is in them, whole or thinned."""

from __future__ import annotations

from pathlib import Path

from motionlapse.analysis.prepare import small_copy
from motionlapse.frames import Frame, Planes
from motionlapse.sources.recording import Recording
from motionlapse.sources.settings import SourceSettings

ROOM = 20
"""Pictures that wait at most, with the fixture `little_room`."""

TIMES = [index / 25 for index in range(300)]
X264 = {"preset": "fast", "x264-params": "bframes=3:b-pyramid=normal:keyint=50:scenecut=0"}
X265 = {"x265-params": "bframes=3:keyint=50:open-gop=0:scenecut=0:log-level=none"}
KINDS: list[dict[str, object]] = [
    {"options": X264},
    {"options": X264 | {"x264-params": "bframes=2:b-pyramid=none:keyint=50"}, "rotation": 90},
    {"options": X264 | {"x264-params": "bframes=3:keyint=40:open-gop=1"}},
    {"codec": "libx265", "options": X265},
    {"codec": "libx265", "options": {"x265-params": X265["x265-params"] + ":temporal-layers=3"}},
]


def luma(frame: Frame) -> bytes:
    return frame.planes.luma.view.tobytes()


def all_pictures(film: Path) -> list[bytes]:
    with Recording(film, SourceSettings(decoding_threads=1)) as source:
        return [luma(frame) for frame in source]


def shrink(planes: Planes) -> Planes | None:
    """Thin a picture to a quarter."""
    return small_copy(planes, 2)
