from __future__ import annotations

from pathlib import Path

import pytest

from motionlapse.errors import SinkError
from motionlapse.sinks.files import make_folder, part_of, write_whole


def test_a_file_is_written_and_nothing_else(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.jpg", b"picture")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.jpg": b"picture"}


def test_the_part_lies_beside_its_place_hidden(tmp_path: Path) -> None:
    part = part_of(tmp_path / "a.jpg")
    assert part.parent == tmp_path
    assert part.name.startswith(".a.jpg.")


def test_a_place_that_cannot_be_written_is_named_and_left_clean(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").mkdir()  # a folder is in the way of the renaming
    with pytest.raises(SinkError, match=r"a\.jpg: cannot be written: is a directory"):
        write_whole(tmp_path / "a.jpg", b"picture")
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


def test_a_folder_that_is_gone_is_a_sink_error(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="no such file or directory"):
        write_whole(tmp_path / "gone" / "a.jpg", b"picture")


def test_folders_are_made_with_those_above_them(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(SinkError, match="file"):
        make_folder(tmp_path / "file")
