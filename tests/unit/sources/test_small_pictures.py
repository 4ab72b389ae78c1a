"""Small pictures in colour: the same in whichever way they are made."""

from __future__ import annotations

import av
import numpy as np
import pytest

from motionlapse.sources.planes import small_bgr_of

BT709, BT601 = 1, 6
LIMITED, FULL = 1, 2


def coloured(name: str, size: tuple[int, int]) -> av.VideoFrame:
    """Return a picture of flat colours and of noise."""
    width, height = size
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 3] = 30, 60, 200
    picture[:, width // 3 : width * 2 // 3] = 20, 180, 40
    picture += np.random.default_rng(1).integers(0, 40, picture.shape, np.uint8)
    return av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format=name)


@pytest.mark.parametrize("name", ["yuv420p", "yuvj420p", "yuv422p", "yuv444p", "nv12", "gray"])
@pytest.mark.parametrize("colours", [BT709, BT601])
@pytest.mark.parametrize("full", [LIMITED, FULL])
@pytest.mark.parametrize("small", [(160, 120), (120, 90), (150, 100), (75, 45)])
def test_they_look_as_the_whole_picture_does(
    name: str, colours: int, full: int, small: tuple[int, int]
) -> None:
    frame = coloured(name, (480, 360))
    frame.colorspace, frame.color_range = colours, full
    wanted = frame.reformat(*small, "bgr24", interpolation="AREA").to_ndarray().astype(int)
    made = small_bgr_of(frame, *small)
    assert made.shape == (small[1], small[0], 3)
    apart = np.abs(made - wanted)
    assert apart.mean() < 3
    for x in (small[0] // 6, small[0] // 2, small[0] * 5 // 6):  # away from colours' edges
        assert apart[:, x].mean() < 3


def test_the_padding_of_rows_is_no_picture() -> None:
    frame = coloured("yuv420p", (856, 480))
    assert frame.planes[0].line_size > frame.width
    small = small_bgr_of(frame, 428, 240)
    wanted = frame.reformat(428, 240, "bgr24", interpolation="AREA").to_ndarray().astype(int)
    assert np.abs(small[:, -4:] - wanted[:, -4:]).mean() < 3
