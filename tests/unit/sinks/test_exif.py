from __future__ import annotations

import io
from datetime import datetime, timedelta, timezone

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image

from motionlapse import __version__
from motionlapse.sinks.exif import PictureFacts, with_exif
from motionlapse.sources.still_times import still_times


@pytest.fixture(scope="module")
def jpeg() -> bytes:
    picture = np.random.default_rng(2).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    return cv2.imencode(".jpg", picture)[1].tobytes()


def test_facts_can_be_read_back(jpeg: bytes) -> None:
    zone = timezone(timedelta(hours=-3, minutes=-30))
    wall = datetime(2026, 5, 4, 12, 0, 2, 7_900, tzinfo=zone)
    facts = PictureFacts(event=3, time_s=65.25, wall=wall, score=14.23)
    with Image.open(io.BytesIO(with_exif(jpeg, facts))) as picture:
        exif = picture.getexif()
        original = exif.get_ifd(ExifTags.IFD.Exif)
    assert exif[ExifTags.Base.Software] == f"motionlapse {__version__}"
    assert exif[ExifTags.Base.ImageDescription] == "event 3, at 00:01:05.250, score 14.2"
    assert original[ExifTags.Base.DateTimeOriginal] == "2026:05:04 12:00:02"
    assert original[ExifTags.Base.SubsecTimeOriginal] == "007"
    assert original[ExifTags.Base.OffsetTimeOriginal] == "-03:30"


def test_without_a_time_of_day_none_is_written(jpeg: bytes) -> None:
    with Image.open(io.BytesIO(with_exif(jpeg, PictureFacts(1, 0.0, None, 1.0)))) as picture:
        assert ExifTags.Base.DateTimeOriginal not in picture.getexif().get_ifd(ExifTags.IFD.Exif)


def test_the_picture_itself_stays_as_it_is(jpeg: bytes) -> None:
    marked = with_exif(jpeg, PictureFacts(1, 0.0, None, 1.0))
    before, after = (
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) for data in (jpeg, marked)
    )
    assert np.array_equal(before, after)
    assert marked.endswith(jpeg[2:])


def test_our_own_snapshots_can_be_read_as_stills(jpeg: bytes, tmp_path) -> None:  # type: ignore[no-untyped-def]
    wall = datetime.fromisoformat("2026-05-04T12:00:02.250+02:00")
    path = tmp_path / "a.jpg"
    path.write_bytes(with_exif(jpeg, PictureFacts(1, 0.0, wall, 1.0)))
    assert still_times([path]) == [(wall, path)]
