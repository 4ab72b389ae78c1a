from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from motionlapse.sources.still_times import still_times

NOON = datetime(2024, 5, 4, 12, 0, 2)


def of_name(name: str) -> datetime | None:
    times = still_times([Path(name)])
    return times[0][0] if times else None


@pytest.mark.parametrize(
    ("name", "naive"),
    [
        ("yard_2024-05-04_12-00-02.jpg", NOON),
        ("20240504T120002.jpg", NOON),
        ("IMG_20240504_120002.jpg", NOON),
        ("2024-05-04 12.00.02.png", NOON),
        ("cam2024-05-04T12h00m02.jpg", NOON),
        ("20240504120002.jpg", NOON),
        ("20240504T120002.250.jpg", NOON + timedelta(milliseconds=250)),
        ("event-0001_2024-05-04T12-00-02.500.jpg", NOON + timedelta(milliseconds=500)),
    ],
)
def test_names_tell_local_time(name: str, naive: datetime) -> None:
    assert of_name(name) == naive.astimezone()


@pytest.mark.parametrize(
    ("name", "iso"),
    [
        ("2024-05-04_12-00-02+0200.jpg", "2024-05-04T12:00:02+02:00"),
        ("2024-05-04T12-00-02.250-0330.jpg", "2024-05-04T12:00:02.250000-03:30"),
        ("1714816802.jpg", "2024-05-04T10:00:02+00:00"),
        ("cam_1714816802500.jpg", "2024-05-04T10:00:02.500000+00:00"),
    ],
)
def test_names_may_tell_an_offset_or_count_since_1970(name: str, iso: str) -> None:
    assert of_name(name) == datetime.fromisoformat(iso)


@pytest.mark.parametrize(
    "name",
    [
        "shot_0001.jpg",
        "2024-05-04.jpg",
        "2024-13-04_12-00-02.jpg",
        "2024-05-04_12-00-02+9900.jpg",
        "99920240504120002.jpg",
        "x.jpg",
    ],
)
def test_other_names_tell_nothing(name: str) -> None:
    assert of_name(name) is None


def test_one_still_without_a_time_leaves_all_without(tmp_path: Path) -> None:
    assert still_times([Path("20240504_120002.jpg"), picture(tmp_path / "cover.jpg")]) is None


def test_what_cannot_be_opened_keeps_no_other_from_the_time_in_its_name(tmp_path: Path) -> None:
    whole = [picture(tmp_path / f"20240504_12000{second}.jpg") for second in (2, 4)]
    newest = tmp_path / "newest.jpg"
    newest.symlink_to("20240504_120006.jpg")  # whose target is gone
    times = still_times([*whole, newest])
    assert times is not None
    assert [path for _, path in times] == whole
    assert still_times([newest]) is None


def test_stills_come_in_order_of_time() -> None:
    paths = [Path("b_20240504_120002.jpg"), Path("a_20240504_120004.jpg")]
    times = still_times(list(reversed(paths)))
    assert times is not None
    assert [path for _, path in times] == paths


# ---- EXIF ----------------------------------------------------------------------------------------


def picture(
    path: Path, original: str = "", *, fraction: str = "", offset: str = "", changed: str = ""
) -> Path:
    exif = Image.Exif()
    tags = exif.get_ifd(ExifTags.IFD.Exif)
    if changed:
        exif[ExifTags.Base.DateTime] = changed
    for tag, text in (
        (ExifTags.Base.DateTimeOriginal, original),
        (ExifTags.Base.SubsecTimeOriginal, fraction),
        (ExifTags.Base.OffsetTimeOriginal, offset),
    ):
        if text:
            tags[tag] = text
    Image.new("L", (4, 4)).save(path, exif=exif)
    return path


def test_exif_wins_over_the_name(tmp_path: Path) -> None:
    path = picture(tmp_path / "20200101_000000.jpg", "2024:05:04 12:00:02")
    assert of_name(str(path)) == NOON.astimezone()


def test_exif_tells_fraction_and_offset(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.jpg", "2024:05:04 12:00:02", fraction="25", offset="+02:00")
    assert of_name(str(path)) == datetime.fromisoformat("2024-05-04T12:00:02.250+02:00")


def test_the_time_of_the_file_stands_in_for_the_original(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.jpg", changed="2024:05:04 12:00:02")
    assert of_name(str(path)) == NOON.astimezone()


def test_names_stand_in_where_not_all_have_exif(tmp_path: Path) -> None:
    first = picture(tmp_path / "20240504_120002.jpg", "1999:01:01 00:00:00")
    second = picture(tmp_path / "20240504_120003.jpg")
    times = still_times([first, second])
    assert times is not None
    assert [moment for moment, _ in times] == [
        NOON.astimezone(),
        (NOON + timedelta(seconds=1)).astimezone(),
    ]


def test_what_cannot_be_opened_keeps_no_other_from_its_exif(tmp_path: Path) -> None:
    whole = [
        picture(tmp_path / f"{name}.jpg", f"2024:05:04 12:00:0{second}")
        for name, second in (("a", 4), ("c", 2))
    ]
    text = tmp_path / "b.jpg"
    text.write_text("no picture\n")
    times = still_times([whole[0], text, whole[1]])
    assert times is not None
    assert [path for _, path in times] == [whole[1], whole[0]]
    assert still_times([text]) is None
    undated = picture(tmp_path / "d.jpg")
    assert still_times([*whole, text, undated]) is None


# ---- several in one second -----------------------------------------------------------------------


def seconds(names: list[str]) -> list[float]:
    times = still_times([Path(name) for name in names])
    assert times is not None
    return [(moment - NOON.astimezone()).total_seconds() for moment, _ in times]


def test_stills_of_one_second_are_spread_over_it() -> None:
    names = [f"20240504_12000{second}_{letter}.jpg" for second in (2, 3) for letter in "abcd"]
    assert seconds(names) == [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75]


@pytest.mark.parametrize(
    "names",
    [
        ["20240504T120002.500_a.jpg", "20240504T120002.500_b.jpg", "20240504T120002.900.jpg"],
        ["20240504T120002.900_a.jpg", "20240504T120002.900_b.jpg", "20240504T120003.000.jpg"],
        ["20240504T120002_a.jpg", "20240504T120002_b.jpg", "20240504T120002.250.jpg"],
    ],
    ids=["same fraction", "into the next second", "with and without fraction"],
)
def test_spread_stills_stay_in_order(names: list[str]) -> None:
    times = seconds(names)
    assert all(later > earlier for earlier, later in pairwise(times)), times
