import shutil

import pytest
from films import write_film


@pytest.fixture(scope="session")
def _door(tmp_path_factory):
    times = [index / 25 for index in range(1500)]  # long enough for a bar to be drawn
    return write_film(tmp_path_factory.mktemp("films") / "door.mp4", times=times)


@pytest.fixture
def door(_door, tmp_path, monkeypatch):
    """A film of 60 s in the current folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(_door, "door.mp4")
    return "door.mp4"
