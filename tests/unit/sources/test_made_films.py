from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from motionlapse.sinks.video import VideoWriter
from motionlapse.sources.footage import find_footage, one_footage


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", ["seen.mp4", "seen.mkv"])
@pytest.mark.parametrize("growing", [False, True])
def test_a_film_that_was_made_of_footage_is_told_and_not_read(name: str, growing: bool) -> None:
    Path("in").mkdir()
    with VideoWriter(Path("in") / name, (64, 48), growing=growing, made=True) as film:
        for number in range(50):
            film.write(np.zeros((48, 64, 3), np.uint8), number / 25)
    (error,) = find_footage(["in"])
    assert str(error) == (
        f"in: a folder without films or pictures; in/{name}, made of footage, is not read, "
        "unless named"
    )
    with VideoWriter(Path("in") / "a.mp4", (64, 48)) as film:
        film.write(np.zeros((48, 64, 3), np.uint8), 0)
    clip = Path("in/captures/b/event-0001_00-00-04.400.mp4")
    clip.parent.mkdir(parents=True)
    clip.touch()
    Path("in/captures/archive.sqlite").touch()
    item = one_footage("in")
    assert item.name == "in/a.mp4"
    assert item.warning == (
        f"1 clip of the archive in/captures is not read; in/{name}, made of footage, is not read"
    )
    assert one_footage(f"in/{name}").name == f"in/{name}"
    shutil.copyfile(f"in/{name}", f"in/b{name}")
    assert one_footage("in").warning.endswith(" and 1 more film, made of footage, are not read")


def test_footage_whose_boxes_are_broken_is_left_to_who_opens_it() -> None:
    Path("a.mp4").write_bytes(b"\0\0\0\x08ftyp\0\0\0\0moov" + b"\0\0\0\x03udta" * 3)
    Path("b.mp4").write_bytes(b"\0\0\0\x08ftyp\0\0\0\1moov\0\0")
    Path("c.mp4").write_bytes(b"\0\0\0\x08ftyp\xff\xff\xff\xffmoov" + bytes(99))
    Path("d.mp4").write_bytes(b"ftyp")
    assert len(list(find_footage(["."]))) == 4
