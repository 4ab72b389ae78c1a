import pytest
from long_films import write_long


@pytest.fixture(scope="session")
def long_film(tmp_path_factory):
    return write_long(tmp_path_factory.mktemp("films") / "yard.mp4")
