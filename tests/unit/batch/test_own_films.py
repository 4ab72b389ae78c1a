"""Films that unfinished scans left: none is lost, whatever becomes of the scan that follows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import av
import numpy as np
import pytest
from films import write_film
from listening import Heard

from motionlapse.batch.batch import Batch
from motionlapse.batch.own_films import OwnFilms, film_marks
from motionlapse.batch.work import _noted
from motionlapse.clock import ManualClock
from motionlapse.errors import SinkError
from motionlapse.frames import SourceInfo
from motionlapse.pipeline_settings import Settings
from motionlapse.sinks.archive_store import ArchiveStore, StoredRun
from motionlapse.sinks.video import VideoWriter
from motionlapse.sources.footage import Footage


def own(*films: Path, note: Callable[[str], None] = lambda _: None) -> OwnFilms:
    """Make room for films that were left, as `film_marks` has them."""
    return OwnFilms({f"--{film.stem}": film for film in films}, film_marks(films).items(), note)


@pytest.fixture
def left(tmp_path: Path) -> Path:
    film = tmp_path / "seen.mp4"
    film.write_text("what was left")
    return film


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("new", "whole", "stays"),
    [
        ("short", True, "short"),
        ("short", False, "what was left"),
        ("what is longer than that", False, "what is longer than that"),
    ],
)
def test_of_two_that_are_not_whole_the_larger_stays(
    left: Path, new: str, whole: bool, stays: str
) -> None:
    films = own(left)
    left.write_text(new)
    films.settle([left], whole=whole)
    assert texts(left.parent) == {"seen.mp4": stays}


def test_what_has_taken_the_name_is_not_touched_nor_is_what_was_left(left: Path) -> None:
    films = own(left)
    left.write_text("mine")
    films.settle()
    assert texts(left.parent) == {"seen.mp4": "mine", "seen-unfinished.mp4": "what was left"}


def test_if_one_cannot_be_put_aside_no_other_is(left: Path) -> None:
    other = left.with_name("x" * 250 + ".mp4")  # its name has no room for more
    other.write_text("and this")
    with pytest.raises(SinkError, match="name too long"):
        own(left, other)
    assert texts(left.parent) == {"seen.mp4": "what was left", other.name: "and this"}


@pytest.mark.parametrize(
    ("new", "stays"), [(None, "what was left"), ("new", "what was left"), ("n" * 50, "n" * 50)]
)
def test_what_a_killed_scan_had_put_aside_is_taken_back(
    left: Path, new: str | None, stays: str
) -> None:
    mine = left.with_name("seen-unfinished-2.mp4")
    mine.write_text("mine")
    known = set(film_marks([left]).items())
    own(left)  # and never settled
    if new is not None:  # the film came to its place before that
        left.write_text(new)
        known |= set(film_marks([left]).items())
    films = OwnFilms({"--masks": left}, known, lambda _: None)
    assert texts(left.parent) == {"seen-unfinished.mp4": stays, mine.name: "mine"}
    films.settle()
    assert texts(left.parent) == {"seen.mp4": stays, mine.name: "mine"}


# ---- with scans --------------------------------------------------------------------------------


def scan(
    *films: Path, frames: int = 10_000, workers: int = 1, listener: Heard | None = None
) -> Heard:
    """Scan films beside an archive, and stop after so many frames."""
    heard = listener or Heard()
    folder = films[0].parent
    settings = Settings.model_validate(
        {
            "sinks": {"out": folder / "kept", "masks": folder / "seen.mkv"},
            "batch": {"resume": True, "workers": workers},
        }
    )
    asked = 0

    def should_stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > frames

    found = [Footage(film.name, film) for film in films]
    Batch(settings, heard, ManualClock(), should_stop).scan(found)
    return heard


def pictures(film: Path) -> int:
    with av.open(str(film)) as container:
        return sum(packet.size > 0 for packet in container.demux(video=0))


def test_a_scan_that_is_stopped_sooner_than_the_one_before_costs_nothing(tmp_path: Path) -> None:
    film = write_film(tmp_path / "door.mp4")
    scan(film, frames=60)
    seen = tmp_path / "seen.mkv"
    most = pictures(seen)
    scan(film, frames=20)
    assert pictures(seen) == most
    scan(film)
    assert pictures(seen) == pictures(film) > most
    assert sorted(path.name for path in tmp_path.glob("*.mkv")) == ["seen.mkv"]


class Hasty(Heard):
    """Presses Ctrl-C a second time after so many frames."""

    def __init__(self, frames: int) -> None:
        super().__init__()
        self._frames = frames

    def progress(self, number: int, frames: int, time_s: float) -> None:
        super().progress(number, frames, time_s)
        if frames == self._frames:
            raise KeyboardInterrupt


def test_films_of_a_scan_that_is_ended_at_once_are_made_anew(tmp_path: Path) -> None:
    film = write_film(tmp_path / "door.mp4")
    seen = tmp_path / "seen.mkv"
    shown = []
    for frames in (60, 20, 80):
        with pytest.raises(KeyboardInterrupt):
            scan(film, listener=Hasty(frames))
        shown.append(pictures(seen))
    assert shown[0] == shown[1] < shown[2]  # the larger of two that are not whole stays
    scan(film)
    assert pictures(seen) == pictures(film) > shown[2]
    assert sorted(path.name for path in tmp_path.glob("*.mkv")) == ["seen.mkv"]


class Deaf(Heard):
    """Fails when it is told that a second film is made anew."""

    def note(self, text: str) -> None:
        super().note(text)
        if sum("made again" in channel for channel in self.said) == 2:
            raise RuntimeError("no more, please")


def test_films_of_scans_that_are_given_up_are_put_back(tmp_path: Path) -> None:
    films = [write_film(tmp_path / name) for name in ("door.mp4", "gate.mp4")]
    with closing(ArchiveStore(tmp_path / "kept")) as store:
        for film in films:
            seen = tmp_path / f"seen-{film.stem}.mkv"
            seen.write_text(film.stem)
            info = SourceInfo(film.name, film.stem, "recording", 160, 120)
            run = store.begin_run(info, film, {}, ManualClock().now())
            left = film_marks([seen])
            store.end_run(run, state="failed", frames=7, end_s=0.24, faults=[], films=left)
    with pytest.raises(RuntimeError, match="no more"):
        scan(*films, workers=2, listener=Deaf())
    assert {path.name: path.read_text() for path in tmp_path.glob("seen*")} == {
        "seen-door.mkv": "door",
        "seen-gate.mkv": "gate",
    }


class Broken:
    """A channel to a main process that was killed."""

    def note_film(self, *_: object) -> None:
        raise BrokenPipeError


def test_a_film_that_nobody_could_note_does_not_come_to_its_place(tmp_path: Path) -> None:
    """Else who resumes would be refused, as it is of no run that is known."""
    run = StoredRun(1, 1, tmp_path)
    film = VideoWriter(tmp_path / "seen.mp4", (160, 120), placing=_noted(run, Broken()))  # type: ignore[arg-type]
    film.write(np.zeros((120, 160), np.uint8), 0.0)
    with pytest.raises(SinkError, match=r"seen\.mp4"):
        film.close()
    assert list(tmp_path.iterdir()) == []
