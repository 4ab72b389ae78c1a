from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from motionlapse.batch.same_file import differing, file_mark
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.footage import Footage

LARGE = 300_000


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "door.mp4"
    path.write_bytes(bytes(range(250)) * (LARGE // 250))
    os.utime(path, ns=(0, 10**18))
    return path


def mark(path: Path, settings: Settings | None = None) -> str:
    return file_mark(Footage(str(path), path), settings or Settings())


def _first_byte(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\xff")


def _last_byte(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\xff")


def _longer(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\xff")


@pytest.mark.parametrize("change", [_first_byte, _last_byte, _longer])
def test_content_tells_films_apart_where_the_time_does_not(
    film: Path, change: Callable[[Path], None]
) -> None:
    before = mark(film)
    assert mark(film) == before != ""
    change(film)
    os.utime(film, ns=(0, 10**18))
    assert mark(film) != before


def test_time_tells_films_apart_where_the_ends_do_not(film: Path) -> None:
    before = mark(film)
    os.utime(film, ns=(0, 10**18 + 1))
    assert mark(film) != before


def test_a_file_in_another_place_is_the_same(film: Path, tmp_path: Path) -> None:
    before = mark(film)
    assert mark(film.rename(tmp_path / "moved.mp4")) == before


def test_what_cannot_be_read_has_no_mark(tmp_path: Path) -> None:
    assert mark(tmp_path / "gone.mp4") == ""


def test_of_stills_every_one_counts(tmp_path: Path) -> None:
    stills = tuple(tmp_path / f"{n}.jpg" for n in range(3))
    for still in stills:
        still.write_bytes(b"picture")
        os.utime(still, ns=(0, 10**18))
    footage = Footage("yard", tmp_path, stills)
    before = file_mark(footage, Settings())
    assert file_mark(footage, Settings()) == before
    os.utime(stills[1], ns=(0, 10**17))
    assert file_mark(footage, Settings()) != before


def test_the_picture_of_what_is_watched_counts(film: Path, tmp_path: Path) -> None:
    watched = tmp_path / "watched.png"
    watched.write_bytes(b"one")
    settings = Settings.model_validate({"analysis": {"mask_image": watched}})
    before = mark(film, settings)
    watched.write_bytes(b"two")
    assert mark(film, settings) != before != mark(film)


def given(**sections: dict[str, object]) -> Settings:
    return Settings.model_validate(sections)


@pytest.mark.parametrize(
    "sections",
    [
        {"decision": {"enter": 0.02}},
        {"sinks": {"snapshots": "all"}},
        {"sinks": {"metrics": "other.csv"}},
        {"sources": {"start": "1s"}},
        {"sources": {"wall_start": "2026-05-04T12:00:00+02:00"}},
        {"background": {"model": "mog2"}},
        {"analysis": {"regions": ["0,0 10,0 10,10"]}},
    ],
)
def test_settings_of_results_matter(sections: dict[str, dict[str, object]]) -> None:
    stored = given(**sections).model_dump_json()
    assert differing(stored, given(**sections)) == []
    [(section, values)] = sections.items()
    assert differing(stored, Settings()) == [f"{section}.{key}" for key in values]


@pytest.mark.parametrize(
    "sections",
    [
        {"batch": {"workers": 7, "resume": True, "cluster": "tcp://host:8786"}},
        {"sources": {"decoding_threads": 1}},
        {"sinks": {"out": "elsewhere", "report": True}},
        {"sinks": {"retention": {"keep": "30d"}}},
    ],
)
def test_other_settings_do_not(sections: dict[str, dict[str, object]]) -> None:
    assert differing(given(**sections).model_dump_json(), Settings()) == []


@pytest.mark.parametrize(
    "stored", ["{}x", '{"gone": {"setting": 1}}', '{"decision": {"enter": 9}}']
)
def test_settings_of_another_version_are_not_the_same(stored: str) -> None:
    assert differing(stored, Settings()) is None
