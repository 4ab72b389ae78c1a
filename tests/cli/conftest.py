import shutil

import pytest
from films import write_film


@pytest.fixture(autouse=True)
def own_place(tmp_path, monkeypatch):
    """What a test writes by relative names is its own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def _door(tmp_path_factory):
    return write_film(tmp_path_factory.mktemp("films") / "door.mp4")


@pytest.fixture
def door(_door, tmp_path):
    """A film of 7 s with two motions, in the current folder."""
    shutil.copyfile(_door, tmp_path / "door.mp4")
    return "door.mp4"
