from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from films import LONG_S, write_film
from listening import Heard

from motionlapse.batch.books import Books
from motionlapse.batch.desk import Desk
from motionlapse.batch.lanes import Lanes
from motionlapse.batch.work import Job
from motionlapse.clock import ManualClock
from motionlapse.errors import SourceError
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.footage import Footage


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    settings = Settings.model_validate({"sinks": {"out": tmp_path / "kept"}})
    made = Books(settings, Heard(), ManualClock(), lambda: False, total=2)
    yield made
    made.close()


def test_a_process_that_dies_with_nothing_to_do_is_replaced(books: Books, tmp_path: Path) -> None:
    film = write_film(tmp_path / "door.mp4")
    before = set(multiprocessing.active_children())
    lanes = Lanes(1)
    try:
        for number in (1, 2):
            footage = Footage(f"door{number}.mp4", film)
            desk = Desk(books, number, footage)
            future = lanes.submit(Job(number, footage, books.settings, many=True), desk)
            while not future.done():
                lanes.wait()
            lanes.finish(future, desk)
            [process] = set(multiprocessing.active_children()) - before
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join(timeout=LONG_S)
    finally:
        lanes.close()
    assert books.result.sources == 2
    assert books.result.events == 4


def test_processes_tell_of_key_frames_too(books: Books, tmp_path: Path) -> None:
    film = write_film(tmp_path / "door.mp4")
    sources = books.settings.sources.model_copy(update={"prescan": True})
    settings = books.settings.model_copy(update={"sources": sources})
    footage = Footage("door.mp4", film)
    desk = Desk(books, 2, footage)
    lanes = Lanes(1)
    try:
        future = lanes.submit(Job(2, footage, settings, many=True), desk)
        while not future.done():
            lanes.wait()
        lanes.finish(future, desk)
    finally:
        lanes.close()
    said = books.listener.said  # type: ignore[attr-defined]  # of Heard
    assert said.index("search door.mp4 2/2") < said.index("begin door.mp4 2/2")


def test_what_was_not_to_begin_any_more_has_not_begun(books: Books, tmp_path: Path) -> None:
    film = write_film(tmp_path / "door.mp4")
    footage = Footage("door.mp4", film)
    desk = Desk(books, 1, footage)
    lanes = Lanes(1)
    try:
        future = lanes.submit(Job(1, footage, books.settings, many=True), desk)
        [lane] = lanes._busy.values()
        while lane._pid is None:
            lanes.wait()
        assert lane.pipe.poll(LONG_S)  # it has asked for its run, and nobody has answered
        lanes.stop()
        while not future.done():
            lanes.wait()
        with pytest.raises(SourceError, match="died"):
            lanes.finish(future, desk)
    finally:
        lanes.close()
    assert desk.stored is None
    assert books.result.sources == 0
