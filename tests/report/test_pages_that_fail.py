"""A page that cannot be written: what was there stays, and nothing of it is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from films import run_here, write_film

from motionlapse.errors import SinkError
from motionlapse.files import write_in_folder
from motionlapse.report import archive_page


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / "door.mp4")
    assert run_here("scan", "door.mp4", "--out", "kept").code == 0
    return tmp_path / "kept"


@pytest.fixture
def beside(archive: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder beside the page, in which the pictures of all events lie."""
    monkeypatch.setattr(archive_page, "INSIDE", 0)
    return archive / "report_files"


def no_page_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(path: Path, content: bytes) -> None:
        if path.suffix == ".html":
            raise SinkError(f"{path}: cannot be written: no space left on device")
        write_in_folder(path, content)

    monkeypatch.setattr(archive_page, "write_in_folder", write)


def test_a_page_that_cannot_be_written_leaves_no_pictures(
    archive: Path, beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        no_page_fits(full)
        assert run_here("report", archive).code == 4
    assert not beside.exists()


def test_a_page_that_cannot_be_written_leaves_the_earlier_one_its_pictures(
    archive: Path, beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_here("report", archive).code == 0
    before = sorted(beside.iterdir())
    assert before
    monkeypatch.setattr(archive_page, "INSIDE", 300)  # the next page needs none of them
    with monkeypatch.context() as full:
        no_page_fits(full)
        assert run_here("report", archive).code == 4
    assert sorted(beside.iterdir()) == before
    assert run_here("report", archive).code == 0
    assert list(beside.iterdir()) == []
