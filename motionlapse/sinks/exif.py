"""What a snapshot says of itself: EXIF inside the JPEG."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime

from PIL import ExifTags, Image

from motionlapse._version import __version__
from motionlapse.units import format_duration, format_score


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What is written into a picture.

    Attributes
    ----------
    event
        Number of its event; None for one taken by hand.
    time_s
        Media time.
    wall
        Time of day, aware, or None.
    score
        Change score.
    """

    event: int | None
    time_s: float
    wall: datetime | None
    score: float


def with_exif(jpeg: bytes, facts: PictureFacts) -> bytes:
    """Return the JPEG with the facts in its EXIF segment.

    ``ImageDescription`` has them in words; ``DateTimeOriginal``, its fraction and its offset hold
    the time of day where it is known.
    """
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = f"motionlapse {__version__}"
    what = "by hand" if facts.event is None else f"event {facts.event}"
    at, score = format_duration(facts.time_s, decimals=3), format_score(facts.score, digits=3)
    exif[ExifTags.Base.ImageDescription] = f"{what}, at {at}, score {score}"
    if facts.wall is not None:
        original = exif.get_ifd(ExifTags.IFD.Exif)
        original[ExifTags.Base.DateTimeOriginal] = f"{facts.wall:%Y:%m:%d %H:%M:%S}"
        original[ExifTags.Base.SubsecTimeOriginal] = f"{facts.wall.microsecond // 1000:03d}"
        offset = f"{facts.wall:%z}"
        original[ExifTags.Base.OffsetTimeOriginal] = f"{offset[:3]}:{offset[3:5]}"
    segment = exif.tobytes()
    # Right after the start-of-image marker, as the EXIF standard asks; JPEG counts the length's
    # own two bytes.
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]
