"""Compiled code is kept for later runs, and read only if nobody else could have written it."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import pytest

from motionlapse.native import object_code, store

NAME = "judge-0123.o"
posix = pytest.mark.skipif(sys.platform == "win32", reason="owners are another matter there")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    chosen = tmp_path / "store"
    monkeypatch.setenv("MOTIONLAPSE_CACHE", str(chosen))
    return chosen


def test_what_is_written_is_read(folder: Path) -> None:
    assert store.read(NAME) is None
    assert store.is_empty()
    store.write(NAME, b"code")
    assert store.read(NAME) == b"code"
    assert not store.is_empty()
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_of_another_name_or_empty_it_is_not(folder: Path) -> None:
    store.write(NAME, b"code")
    (folder / NAME).rename(folder / "judge-4567.o")
    assert store.read("judge-4567.o") is None
    store.write(NAME, b"")
    assert store.read(NAME) is None


@posix
def test_everybody_may_read_what_the_mask_leaves_them(folder: Path) -> None:
    before = os.umask(0o022)
    try:
        store.write(NAME, b"code")
    finally:
        os.umask(before)
    assert (folder / NAME).stat().st_mode & 0o777 == 0o644


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the user's folder, the only one that is left."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    own = tmp_path / "cache" / "motionlapse"
    monkeypatch.setattr(store, "_folders", lambda: [own])
    store.write(NAME, b"code")
    assert store.read(NAME) == b"code"
    return own


@posix
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_others_can_write_is_not_read(users: Path, what: str) -> None:
    changed = users / NAME if what == "file" else users
    changed.chmod(0o775)  # the user's own group may write
    assert store.read(NAME) == b"code"
    changed.chmod(0o777)
    assert store.read(NAME) is None


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root gives away")
def test_what_is_somebody_elses_is_not_read(users: Path) -> None:
    os.chown(users / NAME, 12345, 12345)
    assert store.read(NAME) is None


def test_of_many_versions_the_oldest_go(folder: Path) -> None:
    store.write("other-1.o", b"code")
    for number in range(12):
        store.write(f"judge-{number}.o", b"code")
        os.utime(folder / f"judge-{number}.o", (number, number))
    store.write("judge-12.o", b"code")
    assert {path.name for path in folder.iterdir()} == {
        "other-1.o",
        *(f"judge-{number}.o" for number in range(5, 13)),
    }


def test_a_folder_named_relative_to_anywhere_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MOTIONLAPSE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert all(path.is_absolute() for path in store._folders())


@pytest.mark.parametrize(
    "text",
    [
        b"processor : 0\nisa : rv64imafdc\n",
        b"processor : 0\n\nFeatures : fp asimd\n",
        b"",
        b"model name : \xff\xfe\n",
    ],
    ids=["of RISC-V", "abilities at the end", "empty", "no text"],
)
def test_a_processor_that_linux_does_not_tell_of_is_asked_for_in_llvm(
    text: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "cpuinfo"
    told.write_bytes(text)
    monkeypatch.setattr(
        object_code, "Path", lambda path: told if path == "/proc/cpuinfo" else Path(path)
    )
    object_code._machine.cache_clear()
    machine = object_code._machine()
    object_code._machine.cache_clear()
    import llvmlite.binding as llvm

    assert llvm.get_host_cpu_name() in machine


def test_that_nothing_can_be_kept_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MOTIONLAPSE_CACHE", str(tmp_path / "file"))
    store._warn.cache_clear()
    with caplog.at_level(logging.WARNING, "motionlapse"):
        store.write(NAME, b"code")
        store.write(NAME, b"code")
    assert len(caplog.records) == 1
