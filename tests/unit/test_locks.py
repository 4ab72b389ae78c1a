"""Files that are held as long as they are written."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from motionlapse import locks
from motionlapse.files import write_whole
from motionlapse.locks import hold_new, lock
from motionlapse.sifting.placing import Placer
from motionlapse.sinks.metrics import MetricsFile
from motionlapse.sinks.metrics_parquet import MetricsParquet
from motionlapse.sinks.video_file import VideoFile

pytest.importorskip("fcntl", reason="no locks to be had")


@pytest.fixture
def mandatory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks as on a network drive (SMB): who opens once more what is held cannot write it."""

    class Refusing(io.FileIO):
        def write(self, content: Any) -> int:
            raise PermissionError

        def truncate(self, size: int | None = None) -> int:
            raise PermissionError

    def take(file: Any, *, wait: bool) -> None:
        taken(file, wait=wait)
        held[file.name] = file

    def give_back(file: Any) -> None:
        given_back(file)
        del held[file.name]

    def open_file(path: Any, mode: str = "r", *rest: Any, **words: Any) -> Any:
        holder = held.get(str(path))
        if holder is None or holder.closed or (mode.startswith(("r", "x")) and "+" not in mode):
            return opened(path, mode, *rest, **words)
        return Refusing(path, "r+")

    held: dict[str, Any] = {}
    taken, given_back, opened = lock, locks.unlock, io.open
    monkeypatch.setattr(locks, "lock", take)
    monkeypatch.setattr(locks, "unlock", give_back)
    monkeypatch.setattr(io, "open", open_file)
    monkeypatch.setattr("builtins.open", open_file)


def is_held(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            lock(file, wait=False)
        except OSError:
            return True
        return False


@pytest.mark.usefixtures("mandatory")
def test_what_is_held_is_written_through_that(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.jpg", b"picture")
    assert (tmp_path / "a.jpg").read_bytes() == b"picture"
    (tmp_path / "kept").mkdir()
    Placer(tmp_path / "kept", "copy").place(tmp_path / "a.jpg")
    copy = tmp_path / "kept" / "a.jpg"
    assert copy.read_bytes() == b"picture"
    assert copy.stat().st_mtime_ns == (tmp_path / "a.jpg").stat().st_mtime_ns
    metrics = MetricsFile(tmp_path / "m.csv")
    metrics.close()
    assert (tmp_path / "m.csv").read_text().startswith("index,time_s,")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jpg", "kept", "m.csv"]


@pytest.mark.usefixtures("mandatory")
def test_metrics_as_parquet_are_written_through_what_is_held(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    MetricsParquet(tmp_path / "m.parquet").close()
    assert (tmp_path / "m.parquet").read_bytes()[:4] == b"PAR1"


def test_a_film_is_held_where_that_keeps_nobody_from_writing(tmp_path: Path) -> None:
    with VideoFile(tmp_path / "a.mp4"):
        [part] = tmp_path.iterdir()
        assert is_held(part)


@pytest.mark.usefixtures("mandatory")
def test_a_film_is_not_held_where_that_would_keep_it_from_being_written(tmp_path: Path) -> None:
    with VideoFile(tmp_path / "a.mp4"):
        [part] = tmp_path.iterdir()
        assert not is_held(part)
        part.write_bytes(b"as FFmpeg does")


def test_a_file_system_that_counts_no_names_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As some do that run in user space."""

    with monkeypatch.context() as patch:
        patch.setattr("os.fstat", lambda _: SimpleNamespace(st_nlink=0))
        file = hold_new(tmp_path / "a")
    with file:
        file.write(b"a")
    assert (tmp_path / "a").read_bytes() == b"a"


def test_what_was_removed_before_it_was_held_is_made_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove_first(file: Any, *, wait: bool) -> None:
        if not removed:
            removed.append(Path(file.name))
            removed[0].unlink()
        lock(file, wait=wait)

    removed: list[Path] = []
    monkeypatch.setattr(locks, "lock", remove_first)
    with hold_new(tmp_path / "a") as file:
        assert is_held(tmp_path / "a")
        file.write(b"a")
    assert removed == [tmp_path / "a"]
    assert (tmp_path / "a").read_bytes() == b"a"
