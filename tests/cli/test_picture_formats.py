"""The same content in any pixel format, codec or rotation gives the same events."""

import av
import cv2
import numpy as np
import pytest
from films import picture, scan_here, write_film

WHOLE = [(25, 49), (115, 139)]
FORMATS = [
    ("libx264", "yuv420p", ".mp4"),
    ("libx264", "yuvj420p", ".mp4"),
    ("libx264", "yuv422p", ".mp4"),
    ("libx264", "yuv444p", ".mkv"),
    ("libx264", "yuv420p10le", ".mp4"),
    ("libx264", "nv12", ".mp4"),
    ("libx264", "gray", ".mkv"),
    ("libx264rgb", "rgb24", ".mkv"),
    ("libx265", "yuv420p10le", ".mp4"),
    ("libx265", "gray", ".mkv"),
    ("ffv1", "bgr0", ".mkv"),
    ("ffv1", "gray16le", ".mkv"),
    ("ffv1", "yuv420p16le", ".mkv"),
    ("mjpeg", "yuvj422p", ".avi"),
    ("mpeg4", "yuv420p", ".avi"),
    ("rawvideo", "yuyv422", ".avi"),
]


def have(codec):
    try:
        av.codec.Codec(codec, "w")
    except av.codec.codec.UnknownCodecError:
        return False
    return True


@pytest.mark.parametrize(("codec", "pixels", "suffix"), FORMATS)
def test_every_pixel_format_gives_the_same_events(tmp_path, codec, pixels, suffix):
    if not have(codec):
        pytest.skip(f"this FFmpeg cannot write {codec}")
    # How it looks depends on the number of cores that encode it, and else by more than a frame.
    options = {"qmax": "3"} if codec == "mpeg4" else {}
    film = write_film(tmp_path / f"film{suffix}", codec=codec, pixels=pixels, options=options)
    ran = scan_here(film, "kept", "--snapshots", "first")
    assert (ran.code, ran.spans) == (0, WHOLE)
    assert len(ran.err.splitlines()) == 1
    [snapshot] = ran.records[0]["snapshots"]
    assert np.abs(cv2.imread(snapshot).astype(float) - picture(1.0)).mean() < 8


@pytest.mark.parametrize("size", [(98, 74), (322, 182), (64, 200)])
def test_sizes_whose_rows_are_padded(tmp_path, size):
    film = write_film(
        tmp_path / "odd.mp4", size=size, pictures=lambda time_s: picture(time_s, size=size)
    )
    assert scan_here(film, "kept").spans == WHOLE


def corner_film(path, rotation):
    """A film in which something moves in the left upper corner of the stored picture only."""

    def pictures(time_s):
        shown = picture(0.0)
        if 1.0 <= time_s < 2.0:
            shown[4:34, 4:44] = 250
        return shown

    times = [index / 25 for index in range(125)]
    return write_film(path, times=times, pictures=pictures, rotation=rotation)


# The display matrix turns left by so many degrees: where the corner is then, and how to get there.
TURNED = {90: ("left lower", 1), 180: ("right lower", 2), 270: ("right upper", 3)}
REGIONS = {
    "left upper": "0%,0% 50%,0% 50%,50% 0%,50%",
    "right upper": "50%,0% 100%,0% 100%,50% 50%,50%",
    "left lower": "0%,50% 50%,50% 50%,100% 0%,100%",
    "right lower": "50%,50% 100%,50% 100%,100% 50%,100%",
}


@pytest.mark.parametrize("rotation", TURNED)
def test_rotated_film_is_watched_and_kept_upright(tmp_path, rotation):
    corner, turns = TURNED[rotation]
    film = corner_film(tmp_path / "turned.mp4", rotation)
    with av.open(str(film)) as opened:
        assert next(opened.decode(video=0)).rotation % 360 == rotation
    regions = [word for name, text in REGIONS.items() for word in ("--region", f"{name}={text}")]
    ran = scan_here(film, "kept", "--snapshots", "first", "--masks", "masks", *regions)
    [record] = ran.records
    assert record["start_frame"] == 25
    assert (
        25 < record["end_frame"] <= 49
    )  # it stands still, so that its event may end before it goes
    assert record["regions"] == [corner]
    upright = np.rot90(picture(0.0), turns).astype(float)
    upright_mask = np.rot90(np.pad(np.full((30, 40), 255), ((4, 86), (4, 116))), turns)
    snapshot = cv2.imread(record["snapshots"][0])
    assert snapshot.shape == upright.shape
    outside = upright_mask == 0
    assert np.abs(snapshot - upright)[outside].mean() < 8
    mask = cv2.imread(str(tmp_path / "masks" / "bin000030.png"), cv2.IMREAD_GRAYSCALE)
    assert mask.shape == upright_mask.shape
    assert ((mask > 0) != (upright_mask > 0)).mean() < 0.02


def test_region_in_pixels_counts_in_the_upright_picture(tmp_path):
    film = corner_film(tmp_path / "turned.mp4", 90)
    assert len(scan_here(film, "one", "--region", "0,100 60,100 60,160 0,160").records) == 1
    assert len(scan_here(film, "two", "--region", "60,0 120,0 120,100 60,100").records) == 0
    ran = scan_here(film, "three", "--region", "0,0 160,0 160,100 0,100")
    assert ran.code == 2
    assert "120×160" in ran.err
