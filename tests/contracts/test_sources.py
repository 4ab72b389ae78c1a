"""What holds for every source of recorded pictures."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from motionlapse.errors import ConfigError
from motionlapse.frames import Frame, Source
from motionlapse.sources.footage import Footage, find_footage
from motionlapse.sources.recording import Recording
from motionlapse.sources.settings import SourceSettings
from motionlapse.sources.stills import Stills
from tests.films import LONG_S

OpenSource = Callable[..., Source]
# Short, so that every check may decode it anew.
PART = {"walker.mp4": "1s", "vfr.mkv": "1s", "stills": "12s"}


def open_footage(path: Path, **values: object) -> Source:
    (found,) = find_footage([str(path)])
    assert isinstance(found, Footage)
    settings = SourceSettings.model_validate(values)
    if found.stills:
        return Stills(found.stills, settings)
    return Recording(found.path, settings)


@pytest.fixture(params=PART)
def open_source(request: pytest.FixtureRequest, fixtures: Path) -> OpenSource:
    def opened(**values: object) -> Source:
        return open_footage(fixtures / request.param, **{"end": PART[request.param], **values})

    return opened


def frames_of(source: Source) -> list[Frame]:
    with source:
        return list(source)


def test_time_and_index_go_forward(open_source: OpenSource) -> None:
    frames = frames_of(open_source())
    assert len(frames) >= 5
    assert (np.diff([frame.time for frame in frames]) > 0).all()
    assert (np.diff([frame.index for frame in frames]) > 0).all()
    assert (frames[0].time, frames[0].index) == (0.0, 0)


def test_info_is_true(open_source: OpenSource) -> None:
    with open_source() as source:
        frames = list(source)
        info = source.info
    assert {frame.planes.size for frame in frames} == {(info.width, info.height)}
    assert info.kind in ("recording", "stills")
    assert info.name
    assert info.label
    assert info.frames in (None, len(frames))
    assert info.start_wall is None or info.start_wall.tzinfo is not None
    assert source.faults == []


def test_planes_and_colours_have_the_pictures_size(open_source: OpenSource) -> None:
    with open_source() as source:
        for frame in source:
            width, height = frame.planes.size
            assert frame.planes.luma.view.shape == (height, width)
            assert frame.planes.luma.buffer.flags.c_contiguous
            bgr = frame.bgr()
            assert (bgr.shape, bgr.dtype) == ((height, width, 3), np.uint8)


def test_colours_are_those_of_the_planes(open_source: OpenSource) -> None:
    frame = frames_of(open_source())[-1]
    blue, green, red = (frame.bgr()[:, :, channel].astype(float) for channel in range(3))
    grey = 0.299 * red + 0.587 * green + 0.114 * blue
    # Films keep luma within 16 to 235, stills use all: either way one is a line over the other.
    assert np.corrcoef(grey.ravel(), frame.planes.luma.view.ravel())[0, 1] > 0.99


def test_wall_time_runs_with_media_time(open_source: OpenSource) -> None:
    frames = frames_of(open_source(wall_start="2026-05-04T12:00:00+02:00"))
    walls = [frame.wall for frame in frames]
    assert all(wall is not None and wall.tzinfo is not None for wall in walls)
    for frame in frames:
        assert frame.wall is not None
        passed_s = (frame.wall - walls[0]).total_seconds()  # type: ignore[operator]
        assert passed_s == pytest.approx(frame.time, abs=1e-5)
    assert walls[0].isoformat() == "2026-05-04T12:00:00+02:00"  # type: ignore[union-attr]


def test_close_may_be_called_again_and_ends_iteration(open_source: OpenSource) -> None:
    source = open_source()
    frames = iter(source)
    next(frames)
    source.close()
    source.close()
    assert list(frames) == []
    assert list(source) == []


def test_a_source_that_was_never_read_can_be_closed(open_source: OpenSource) -> None:
    before = set(threading.enumerate())
    with open_source():
        pass
    assert set(threading.enumerate()) <= before


def test_the_end_stays_the_end(open_source: OpenSource) -> None:
    again: list[Frame] = []
    with closing(open_source()) as source:
        list(source)
        # In a thread, so that a source that waits for ever fails instead of hanging.
        reading = threading.Thread(target=lambda: again.extend(source), daemon=True)
        reading.start()
        reading.join(timeout=LONG_S)
        assert not reading.is_alive(), "iterating again never ends"
    assert again == []


@pytest.mark.parametrize(("start", "stop"), [(0.0, 0.5), (0.45, 0.9), (0.3, None)])
def test_a_part_is_the_same_frames_as_in_the_whole(
    fixtures: Path, start: float, stop: float | None
) -> None:
    for name, length in PART.items():
        whole = open_footage(fixtures / name, end=length)
        frames = frames_of(whole)
        length_s = frames[-1].time
        begin_s = round(start * length_s, 3)
        end_s = length if stop is None else round(stop * length_s, 3)
        part = frames_of(open_footage(fixtures / name, start=begin_s, end=end_s))
        expected = [f for f in frames if f.time >= begin_s and (stop is None or f.time < end_s)]
        assert [(f.index, f.time, f.number) for f in part] == [
            (f.index, f.time, f.number) for f in expected
        ]
        assert np.array_equal(part[0].planes.luma.view, expected[0].planes.luma.view)


def test_a_start_after_the_end_is_a_fault_of_the_setting(open_source: OpenSource) -> None:
    with pytest.raises(ConfigError, match="--start"):
        open_source(start="2h", end="3h")


def test_a_closed_recording_leaves_nothing_behind(fixtures: Path) -> None:
    # A film that is read in pieces opens hundreds, each with a decoder and its pictures.
    gc.collect()
    gc.disable()
    try:
        source = Recording(fixtures / "walker.mp4")
        assert next(iter(source)).index == 0
        source.close()
        left = weakref.ref(source)
        del source
        assert left() is None
    finally:
        gc.enable()
