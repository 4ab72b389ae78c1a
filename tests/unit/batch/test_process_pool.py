from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from films import LONG_S, write_film
from listening import Heard

from motionlapse.batch.batch_state import BatchState
from motionlapse.batch.process_pool import ProcessPool
from motionlapse.batch.source_recorder import SourceRecorder
from motionlapse.batch.work import Job
from motionlapse.clock import ManualClock
from motionlapse.errors import SourceError
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.footage import Footage


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[BatchState]:
    settings = Settings.model_validate({"sinks": {"out": tmp_path / "kept"}})
    made = BatchState(settings, Heard(), ManualClock(), lambda: False, total=2)
    yield made
    made.close()


def test_a_process_that_dies_with_nothing_to_do_is_replaced(
    batch: BatchState, tmp_path: Path
) -> None:
    film = write_film(tmp_path / "door.mp4")
    before = set(multiprocessing.active_children())
    workers = ProcessPool(1)
    try:
        for number in (1, 2):
            footage = Footage(f"door{number}.mp4", film)
            recorder = SourceRecorder(batch, number, footage)
            future = workers.submit(Job(number, footage, batch.settings, many=True), recorder)
            while not future.done():
                workers.wait()
            workers.finish(future, recorder)
            [process] = set(multiprocessing.active_children()) - before
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join(timeout=LONG_S)
    finally:
        workers.close()
    assert batch.result.sources == 2
    assert batch.result.events == 4


def test_processes_tell_of_key_frames_too(batch: BatchState, tmp_path: Path) -> None:
    film = write_film(tmp_path / "door.mp4")
    sources = batch.settings.sources.model_copy(update={"prescan": True})
    settings = batch.settings.model_copy(update={"sources": sources})
    footage = Footage("door.mp4", film)
    recorder = SourceRecorder(batch, 2, footage)
    workers = ProcessPool(1)
    try:
        future = workers.submit(Job(2, footage, settings, many=True), recorder)
        while not future.done():
            workers.wait()
        workers.finish(future, recorder)
    finally:
        workers.close()
    said = batch.listener.said  # type: ignore[attr-defined]  # of Heard
    assert said.index("search door.mp4 2/2") < said.index("begin door.mp4 2/2")


def test_what_was_not_to_begin_any_more_has_not_begun(batch: BatchState, tmp_path: Path) -> None:
    film = write_film(tmp_path / "door.mp4")
    footage = Footage("door.mp4", film)
    recorder = SourceRecorder(batch, 1, footage)
    workers = ProcessPool(1)
    try:
        future = workers.submit(Job(1, footage, batch.settings, many=True), recorder)
        [worker] = workers._busy.values()
        while worker._pid is None:
            workers.wait()
        assert worker.pipe.poll(LONG_S)  # it has asked for its run, and nobody has answered
        workers.stop()
        while not future.done():
            workers.wait()
        with pytest.raises(SourceError, match="died"):
            workers.finish(future, recorder)
    finally:
        workers.close()
    assert recorder.stored is None
    assert batch.result.sources == 0
