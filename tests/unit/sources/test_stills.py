from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from motionlapse.errors import ConfigError, SourceError
from motionlapse.sources.settings import SourceSettings
from motionlapse.sources.stills import Stills, read_planes

ONE_A_SECOND = SourceSettings(fps=1.0)


def save(path: Path, mode: str = "L", *, size: tuple[int, int] = (6, 4), value: int = 90) -> Path:
    Image.new("L", size, value).convert(mode).save(path)
    return path


def test_without_times_a_rate_is_asked_for(tmp_path: Path) -> None:
    paths = [save(tmp_path / name) for name in ("a.png", "b.png")]
    with pytest.raises(
        ConfigError, match="when all of them were taken; give their rate with --fps"
    ):
        Stills(paths)
    with pytest.raises(ConfigError, match="nor its name says when it was taken; give a rate with"):
        Stills(paths[:1])


def test_a_rate_gives_the_times(tmp_path: Path) -> None:
    paths = [save(tmp_path / f"shot{number}.png") for number in (7, 8, 9)]
    with Stills(paths, SourceSettings(fps=2.0)) as source:
        frames = list(source)
    assert [frame.time for frame in frames] == [0.0, 0.5, 1.0]
    assert [frame.number for frame in frames] == [7, 8, 9]


def test_numbers_are_indices_where_names_hold_none(tmp_path: Path) -> None:
    paths = [save(tmp_path / name) for name in ("1.png", "b.png")]
    with Stills(paths, ONE_A_SECOND) as source:
        assert [frame.number for frame in source] == [0, 1]


def test_a_bad_picture_is_left_out_and_told(tmp_path: Path) -> None:
    paths = [save(tmp_path / f"{number}.png") for number in range(4)]
    paths[0].write_bytes(b"no picture")
    paths[2].write_bytes(paths[3].read_bytes()[:40])
    with Stills(paths, ONE_A_SECOND) as source:
        assert [(frame.index, frame.time) for frame in source] == [(1, 1.0), (3, 3.0)]
        faults = source.faults
    assert [fault.lost for fault in faults] == [True, True]
    assert all(str(path) in fault.text for path, fault in zip(paths[::2], faults, strict=True))


def test_no_good_picture_is_a_source_error(tmp_path: Path) -> None:
    paths = [tmp_path / "0.png", tmp_path / "1.png"]
    for path in paths:
        path.write_text("no picture")
    for settings in (ONE_A_SECOND, SourceSettings()):
        with pytest.raises(
            SourceError, match=r"no picture can be read; the first: \S+0\.png: not a"
        ):
            Stills(paths, settings)
        with pytest.raises(SourceError, match=r"^\S+1\.png: not a picture"):
            Stills(paths[1:], settings)


def test_one_that_is_no_picture_does_not_keep_the_others_from_their_times(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.png" for name in "abc"]
    for second, path in enumerate(paths):
        exif = Image.Exif()
        exif[ExifTags.Base.DateTime] = f"2024:05:04 12:00:0{second}"
        Image.new("L", (6, 4)).save(path, exif=exif)
    paths[1].write_text("no picture")
    with Stills(paths) as source:
        assert [frame.time for frame in source] == [0.0, 2.0]
        assert [fault.text for fault in source.faults] == [
            f"{paths[1]}: not a picture, or its header is damaged"
        ]


def test_another_size_is_told_but_not_lost(tmp_path: Path) -> None:
    paths = [save(tmp_path / "0.png"), save(tmp_path / "1.png", size=(8, 4))]
    with Stills(paths, ONE_A_SECOND) as source:
        assert [frame.planes.size for frame in source] == [(6, 4), (8, 4)]
        (fault,) = source.faults
    assert "from 6×4 to 8×4" in fault.text
    assert not fault.lost


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_picture_has_its_luma(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    if mode == "I;16":
        Image.fromarray(np.full((4, 6), 255 << 8, np.uint16)).save(path)
    else:
        save(path, mode, value=255)
    planes = read_planes(path)
    assert planes.size == (6, 4)
    assert (planes.luma.view >= 254).all()
    if planes.chroma:
        assert all(abs(plane.view.astype(int) - 128).max() <= 1 for plane in planes.chroma)


def test_pictures_are_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # turn right by 90° to see it
    picture = np.zeros((4, 6), np.uint8)
    picture[:, :3] = 255
    Image.fromarray(picture).save(tmp_path / "a.png", exif=exif)
    upright = read_planes(tmp_path / "a.png").luma.view
    assert upright.shape == (6, 4)
    assert (upright[:3] == 255).all()
    assert (upright[3:] == 0).all()
