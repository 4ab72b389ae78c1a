import os
import shutil
import subprocess
from pathlib import Path

import pytest
from films import write_film


@pytest.fixture(autouse=True)
def own_place(tmp_path, monkeypatch):
    """What a test writes by relative names is its own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def _whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    return {
        suffix: write_film(folder / f"whole{suffix}", container=options)
        for suffix, options in (
            (".mp4", {"movflags": "faststart"}),
            (".mkv", {}),
            (".ts", {}),
            (".avi", {}),
        )
    }


@pytest.fixture
def film(_whole, tmp_path):
    """Give a copy of the good film, free to be spoilt: `film("a.mkv")`."""

    def copy(name: str) -> Path:
        path = tmp_path / name
        shutil.copyfile(_whole[path.suffix], path)
        return path

    return copy


@pytest.fixture
def without_powers():
    """What begins a command that may not look into every folder, as root may."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root may look into every folder, and there is no setpriv")
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]


@pytest.fixture
def small_disk(tmp_path):
    """Mount a disk of some KB: `small_disk(400)`, or `small_disk(400, "kept/door")`."""
    mounted = []

    def mount(size_kb: int, name: str = "disk") -> Path:
        place = tmp_path / name
        place.mkdir(parents=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "none", str(place)]
        if os.geteuid() != 0 or _fails(command):
            pytest.skip("a small disk cannot be mounted here; that takes root")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", str(place)], check=True)


def _fails(command):
    return subprocess.run(command, capture_output=True, check=False).returncode != 0
