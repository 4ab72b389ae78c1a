from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from motionlapse.errors import SinkError
from motionlapse.files import (
    check_folder,
    check_writable,
    free_name,
    make_folder,
    part_of,
    put_new,
    take_name,
    write_in_folder,
    write_whole,
)


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


def test_no_folder_is_left_that_was_made_for_a_file_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "there" / "new" / "below" / "a.png"
    (tmp_path / "there").mkdir()
    write_in_folder(place, b"picture")
    assert place.read_bytes() == b"picture"
    shutil.rmtree(tmp_path / "there" / "new")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("motionlapse.files.ready_to_rename", full)
    with pytest.raises(SinkError, match="no space left"):
        write_in_folder(place, b"picture")
    assert list((tmp_path / "there").iterdir()) == []


def test_folders_are_made_with_those_above_them(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(SinkError, match="file"):
        make_folder(tmp_path / "file")
    with pytest.raises(SinkError, match=r"file: cannot be written: it is a file, not a folder"):
        make_folder(tmp_path / "file")
    with pytest.raises(SinkError, match=r"b: cannot be written: .*file is a file, not a folder"):
        make_folder(tmp_path / "file" / "a" / "b")


def test_a_place_is_tried_and_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old.csv").write_text("old")
    check_writable(tmp_path / "old.csv")
    check_writable(tmp_path / "deep" / "deeper" / "new.csv")
    check_folder(tmp_path / "deep" / "deeper")
    assert not (tmp_path / "deep").exists()
    (tmp_path / "deep").mkdir()
    assert (tmp_path / "old.csv").read_text() == "old"
    with pytest.raises(SinkError, match="deep: cannot be written: is a directory"):
        check_writable(tmp_path / "deep")
    for check in (check_writable, check_folder):
        with pytest.raises(SinkError, match=r"old\.csv is a file, not a folder"):
            check(tmp_path / "old.csv" / "a" / "new.csv")
    monkeypatch.chdir(tmp_path)
    check_folder(Path())
    (tmp_path / "link").symlink_to(tmp_path / "gone" / "new.csv")
    with pytest.raises(SinkError, match="link: cannot be written: no such file or directory"):
        check_writable(tmp_path / "link")
    with pytest.raises(SinkError, match="link: cannot be written: file exists"):
        check_folder(tmp_path / "link")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep", "link", "old.csv"]


def test_names_that_something_has_are_passed_over(tmp_path: Path) -> None:
    film = tmp_path / "seen.mp4"
    assert free_name(film) == film
    for name in ("seen.mp4", "seen-2.mp4"):
        (tmp_path / name).touch()
    assert free_name(film) == tmp_path / "seen-3.mp4"


@pytest.mark.parametrize("links", [True, False])
def test_a_file_takes_no_name_that_something_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:

        def refuse(*_: object) -> None:
            raise PermissionError

        monkeypatch.setattr("os.link", refuse)
    part, taken = tmp_path / ".part", tmp_path / "seen.mp4"
    part.write_text("new")
    taken.write_text("old")
    with pytest.raises(FileExistsError):
        take_name(part, taken)
    assert put_new(part, taken) == tmp_path / "seen-2.mp4"
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "seen.mp4": "old",
        "seen-2.mp4": "new",
    }
    with pytest.raises(SinkError, match=r"seen\.mp4: cannot be written: file exists"):
        write_whole(taken, b"newer", anew=True)
    assert taken.read_text() == "old"
