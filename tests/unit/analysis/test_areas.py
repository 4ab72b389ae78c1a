from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from motionlapse.analysis.areas import WatchedArea
from motionlapse.analysis.polygons import parse_polygon
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.errors import ConfigError
from motionlapse.frames import Image

WIDTH, HEIGHT = 100, 80
LEFT_HALF = "0%,0% 50%,0% 50%,100% 0%,100%"


def area(
    *regions: str, ignore: tuple[str, ...] = (), mask_image: Path | None = None, scale: int = 1
) -> WatchedArea:
    settings = AnalysisSettings(regions=regions, ignore=ignore, mask_image=mask_image)
    size = WIDTH // scale, HEIGHT // scale
    return WatchedArea(settings, (WIDTH, HEIGHT), size, scale)


def watched(found: WatchedArea) -> Image:
    assert found.mask is not None
    assert set(np.unique(found.mask)) <= {0, 255}
    assert found.pixels == np.count_nonzero(found.mask)
    return found.mask


def picture(path: Path, mask: Image) -> Path:
    assert cv2.imwrite(str(path), mask)
    return path


# ---- polygons as typed ---------------------------------------------------------------------------


def test_corners_are_pixels_or_percent() -> None:
    polygon = parse_polygon("10,20 50%,20 50%,100%")
    assert polygon.corners((WIDTH, HEIGHT)) == [(10, 20), (50, 20), (50, 80)]
    assert polygon.name == ""


def test_a_polygon_may_have_a_name() -> None:
    assert parse_polygon("door = 1,1 2,1 2,2").name == "door"


@pytest.mark.parametrize("text", ["1,1 2,2", "1,1", "", "door="])
def test_fewer_than_three_corners_are_no_polygon(text: str) -> None:
    with pytest.raises(ConfigError, match="a polygon needs three"):
        parse_polygon(text)


@pytest.mark.parametrize("text", ["1,1 2,2 3", "1,1 2,2 a,b", "1,1 2,2 3,3,3", "1,1 2,2 nan,inf"])
def test_a_corner_that_is_no_pair_of_numbers_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match="write corners as 'x,y' in pixels or '10%,20%'"):
        parse_polygon(text)


# ---- what is watched -----------------------------------------------------------------------------


def test_without_anything_all_is_watched() -> None:
    found = area()
    assert found.mask is None
    assert found.pixels == WIDTH * HEIGHT
    assert found.names(np.zeros((HEIGHT, WIDTH), np.uint8)) == ("all",)


@pytest.mark.parametrize("scale", [1, 2, 3, 7])
def test_a_polygon_around_the_picture_is_the_picture(scale: int) -> None:
    found = area("0%,0% 100%,0% 100%,100% 0%,100%", scale=scale)
    assert found.mask is None
    assert found.pixels == (WIDTH // scale) * (HEIGHT // scale)


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_half_a_picture_is_half_of_the_pixels(scale: int) -> None:
    mask = watched(area(LEFT_HALF, scale=scale))
    columns = mask[0] > 0
    assert (mask == mask[0]).all()
    assert abs(int(columns.sum()) - WIDTH // scale // 2) <= 1
    assert columns[: columns.sum()].all()


def test_a_rectangle_in_pixels_is_where_it_was_typed() -> None:
    mask = watched(area("20,10 59,10 59,29 20,29"))
    expected = np.zeros_like(mask)
    expected[10:30, 20:60] = 255
    assert np.array_equal(mask, expected)


def test_regions_add_up_and_ignored_ones_are_taken_out() -> None:
    mask = watched(area("0,0 9,0 9,9 0,9", "20,0 29,0 29,9 20,9", ignore=("5,0 24,0 24,9 5,9",)))
    assert np.flatnonzero(mask[3]).tolist() == [*range(5), *range(25, 30)]


def test_a_mask_picture_of_the_same_shape_is_scaled(tmp_path: Path) -> None:
    half = np.zeros((HEIGHT // 2, WIDTH // 2), np.uint8)
    half[:, 25:] = 255
    mask = watched(area(mask_image=picture(tmp_path / "m.png", half)))
    assert np.flatnonzero(mask[0]).tolist() == list(range(50, 100))


def test_regions_have_names_given_or_counted() -> None:
    found = area("door=0,0 9,0 9,9 0,9", "20,0 29,0 29,9 20,9", "40,0 49,0 49,9 40,9")
    foreground = np.zeros((HEIGHT, WIDTH), np.uint8)
    assert found.names(foreground) == ()
    foreground[5, 5] = foreground[5, 45] = 255
    assert found.names(foreground) == ("door", "region 3")


# ---- what cannot be watched ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["0,0 200,0 200,50", "-5,0 50,0 50,50", "0,0 50,0 50,90", "0%,0% 120%,0% 50%,50%"]
)
def test_a_polygon_outside_the_picture_is_told_its_size(text: str) -> None:
    with pytest.raises(ConfigError, match="reaches outside the picture, which is 100×80 pixels"):
        area(text)


def test_two_regions_of_one_name() -> None:
    with pytest.raises(ConfigError, match="another region named 'door'"):
        area("door=0,0 9,0 9,9", "door=0,0 9,0 9,9")


def test_nothing_left_to_watch() -> None:
    with pytest.raises(ConfigError, match="leave nothing to watch"):
        area(LEFT_HALF, ignore=("0%,0% 100%,0% 100%,100% 0%,100%",))


def test_a_mask_picture_of_another_shape(tmp_path: Path) -> None:
    path = picture(tmp_path / "m.png", np.full((90, 90), 255, np.uint8))
    with pytest.raises(ConfigError, match=r"m\.png: is 90×90, but the picture is 100×80"):
        area(mask_image=path)


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_a_mask_picture_that_cannot_be_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.png"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"m\.png: not a picture that can be read"):
        area(mask_image=path)


def test_a_mask_picture_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"m\.png: no such file"):
        area(mask_image=tmp_path / "m.png")


@pytest.mark.parametrize("far", ["1e300", "1e39", "-1e300", "1e308%"])
def test_a_corner_that_is_far_away_is_outside(far: str) -> None:
    """Warnings are errors: one of the numbers did not fit and said so in Python's words."""
    settings = AnalysisSettings(regions=(f"0,0 {far},0 5,5",))
    with pytest.raises(ConfigError, match="reaches outside the picture"):
        WatchedArea(settings, (100, 80), (100, 80), 1)


@pytest.mark.parametrize("name", ["", " ", "a;b", ";"])
def test_names_that_are_none_or_would_be_several_in_a_table(name: str) -> None:
    said = f"region '{name}=0,0 10,10 0,10': '{name.strip()}' is not a valid name; write name=x,y …"
    with pytest.raises(ConfigError, match=re.escape(said)):
        parse_polygon(f"{name}=0,0 10,10 0,10")


def test_semicolons_may_still_part_corners() -> None:
    assert parse_polygon("door=0,0;10,10;0,10").name == "door"
    assert parse_polygon("0,0;10,10;0,10").name == ""
