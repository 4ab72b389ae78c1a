"""Footage at URLs, from what fsspec has without further libraries."""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from films import SECONDS, write_film

from motionlapse.errors import LibraryError, SourceError
from motionlapse.sources.footage import Footage, find_footage
from motionlapse.sources.recording import Recording
from motionlapse.sources.settings import SourceSettings

fsspec = pytest.importorskip("fsspec", reason="pip install 'motionlapse[cluster]'")


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_film(tmp_path_factory.mktemp("films") / "door.mp4").read_bytes()


@pytest.fixture
def memory(footage: bytes) -> Iterator[object]:
    """A file system with two films and a text."""
    files = fsspec.filesystem("memory")
    for name in ("/week/day1.mp4", "/week/night/day2.mp4"):
        files.pipe(name, footage)
    files.pipe("/week/notes.txt", b"quiet")
    yield files
    files.rm("/week", recursive=True)


def names(url: str) -> list[str]:
    return [item.name if isinstance(item, Footage) else str(item) for item in find_footage([url])]


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("memory://week", ["memory://week/day1.mp4", "memory://week/night/day2.mp4"]),
        ("memory://week/*.mp4", ["memory://week/day1.mp4"]),
        ("memory://week/notes.txt", ["memory://week/notes.txt"]),
        ("memory://year", ["memory://year: no such file or folder"]),
        ("memory://week/*.mkv", ["memory://week/*.mkv: no such file or folder"]),
    ],
)
def test_a_url_leads_to_its_films(url: str, found: list[str]) -> None:
    assert names(url) == found


def test_a_folder_of_this_machine_may_be_a_url(tmp_path: Path, footage: bytes) -> None:
    (tmp_path / "day 1.mp4").write_bytes(footage)
    assert names(f"file://{tmp_path}") == [f"file://{tmp_path}/day 1.mp4"]
    [item] = find_footage([f"file://{tmp_path}/day 1.mp4"])
    assert isinstance(item, Footage)
    assert (item.label, item.place) == ("day 1", f"file://{tmp_path}/day 1.mp4")


def test_a_film_at_a_url_is_read_and_sought_in(tmp_path: Path, footage: bytes) -> None:
    (tmp_path / "a.mp4").write_bytes(footage)
    url = (tmp_path / "a.mp4").as_uri()
    with Recording(url) as film:
        assert film.info.duration_s == SECONDS
        whole = [(frame.index, frame.time) for frame in film]
    assert film.faults == []
    assert len(whole) == 175
    with Recording(url, SourceSettings(start=3.5)) as film:
        assert [(frame.index, frame.time) for frame in film] == whole[88:]


def test_a_film_in_a_zip_is_read_to_its_end(tmp_path: Path, footage: bytes) -> None:
    with zipfile.ZipFile(tmp_path / "week.zip", "w") as folder:
        folder.writestr("a.mp4", footage)
    with Recording(f"zip://a.mp4::{tmp_path}/week.zip") as film:
        assert sum(1 for _ in film) == 175
    assert film.faults == []


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("memory://week/gone.mp4", "cannot be opened"),
        ("memory://week/notes.txt", "not a film, or its header is damaged"),
    ],
)
def test_what_cannot_be_read_is_a_source_error(url: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        Recording(url)


def test_an_empty_film_at_a_url(memory: object) -> None:
    fsspec.filesystem("memory").pipe("/week/empty.mp4", b"")
    with pytest.raises(SourceError, match=r"memory://week/empty\.mp4: the file is empty"):
        Recording("memory://week/empty.mp4")


@pytest.mark.parametrize("url", ["rtsp://me:secret@host/door", "udp://host:5000", "nosuch://x/y"])
def test_a_stream_is_watched(url: str) -> None:
    [line] = names(url)
    assert "a stream is watched, with 'motionlapse watch'" in line
    assert "secret" not in line


def test_credentials_are_neither_shown_nor_stored() -> None:
    url = "ftp://me:secret@127.0.0.1:9/door.mp4"
    [line] = names(url)
    assert line.startswith("ftp://me:***@127.0.0.1:9/door.mp4: cannot be read")
    item = Footage("ftp://me:***@host/door.mp4", Path("/door.mp4"), url=url)
    assert "secret" not in f"{item!r} {item.place} {item.label}"


def test_without_fsspec_one_line_says_what_to_install() -> None:
    words = re.escape("pip install 'motionlapse[cluster]'")
    with (
        mock.patch.dict(sys.modules, {"fsspec": None}),
        pytest.raises(LibraryError, match=words),
    ):
        names("memory://week")
