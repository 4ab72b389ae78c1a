"""Thinned pictures: analysis has what it needs, and the whole is there when asked for."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from motionlapse.analysis.prepare import small_copy
from motionlapse.batch.parts import analyzer_maker, shrink_of
from motionlapse.decision.decider import Decider
from motionlapse.frames import Planes
from motionlapse.opening import Opening
from motionlapse.pipeline import run
from motionlapse.pipeline_settings import Settings
from motionlapse.sources import leapfrog
from motionlapse.sources.late import Passage
from motionlapse.sources.recording import Recording
from motionlapse.sources.settings import SourceSettings
from motionlapse.types import Analysis
from tests.disposable_films import TIMES, X264, X265, shrink
from tests.films import damage, key_packets, wait_for, write_film

KINDS: list[dict[str, object]] = [
    {"options": X264, "b_frames": 3},
    {"options": {"x264-params": "bframes=0:keyint=50"}},
    {"options": {"x264-params": "bframes=2:keyint=40"}, "b_frames": 2, "rotation": 90},
    {"codec": "libx265", "options": X265, "b_frames": 3},
]

pytestmark = pytest.mark.usefixtures("all_thinned")


def content(planes: Planes) -> list[bytes]:
    return [plane.view.tobytes() for plane in planes]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_each_frame_is_the_one_of_a_decoder_that_keeps_all(
    tmp_path: Path, kind: dict[str, object], name: str
) -> None:
    film = write_film(tmp_path / name, times=TIMES, **kind)  # type: ignore[arg-type]
    with Recording(film, SourceSettings(decoding_threads=1)) as plain:
        whole = [(frame.time, frame.size, content(frame.planes), frame.bgr()) for frame in plain]
    with Recording(film, shrink=shrink) as source:
        frames = list(source)
        # How many are thinned depends on how far ahead the other decoder is; at least this many.
        assert sum(frame.to_small is not None for frame in frames) > 20
        for frame, (time, size, planes, _) in zip(frames, whole, strict=True):
            assert (frame.time, frame.size) == (time, size)
            if frame.small is not None:
                wanted = shrink(frame.planes)
                assert wanted is not None
                assert content(frame.small) == content(wanted)
            assert content(frame.planes) == planes
        for frame, (*_, picture) in reversed(list(zip(frames, whole, strict=True))[::20]):
            assert np.array_equal(frame.bgr(), picture)
        assert source.faults == []


@pytest.mark.parametrize("in_turn", [True, False])
@pytest.mark.parametrize(
    ("b_frames", "late_by"),
    [(0, lambda number: number % 3 == 0), (2, lambda number: -2 * (number % 5))],
    ids=["twice", "back"],
)
def test_where_timestamps_fall_each_frame_is_its_own_too(
    tmp_path: Path, in_turn: bool, b_frames: int, late_by: Callable[[int], int]
) -> None:
    """When timestamps are not in order of display, wanted pictures used to be passed over."""

    def shown(number: int, ticks: int) -> int:
        return ticks + 40 * (8 + late_by(number))  # frames of 40 ms

    film = write_film(
        tmp_path / "a.mkv",
        times=TIMES,
        shown=shown,
        options={"x264-params": f"bframes={b_frames}:keyint=50"},
        b_frames=b_frames,
    )
    with Recording(film, SourceSettings(decoding_threads=1)) as plain:
        whole = [content(frame.planes) for frame in plain]
        told = [fault.text for fault in plain.faults]
    with Recording(film, shrink=shrink, in_turn=in_turn) as source:
        frames = list(source)
        assert [content(frame.planes) for frame in frames] == whole
        assert [fault.text for fault in source.faults] == told


def test_what_analysis_alone_wants_is_not_decoded_again(tmp_path: Path, late: list[int]) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES, options=X264)
    settings = Settings.model_validate({"analysis": {"scale": 2}, "pacing": {"analyse_fps": "all"}})
    found = []
    for wanted in (None, shrink_of(settings)):
        seen: list[Analysis] = []
        with Recording(film, opening=Opening(1.0), shrink=wanted) as source:
            run(
                source,
                analyzer_maker(settings),
                Decider(settings.decision),
                [],
                on_frame=lambda analysis, _, seen=seen: seen.append(analysis),  # type: ignore[misc]
            )
        found.append([(a.frame.time, a.score, a.mask.tobytes()) for a in seen])
    assert found[0] == found[1]
    assert len(found[0]) == len(TIMES)
    assert any(score.value > 0 for _, score, _ in found[0])
    assert any(a.frame.to_small for a in seen)
    assert late == []


def test_pictures_as_small_as_analysis_stay_as_they_are(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES, options=X264)
    with Recording(film, shrink=shrink_of(Settings())) as source:
        assert not any(frame.to_small for frame in source)


def test_pictures_that_take_no_more_than_thinned_ones_wait_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leapfrog, "_THINNED_BYTES", 160 * 120 * 3 // 2)
    film = write_film(tmp_path / "a.mp4", times=TIMES, options=X264)
    with Recording(film, shrink=shrink) as source:
        assert not any(frame.to_small for frame in source)


@pytest.mark.parametrize("wanted", [{"snapshots": "all"}, {"masks": "film.mp4"}])
def test_who_wants_all_pictures_gets_them_whole(wanted: dict[str, str]) -> None:
    assert shrink_of(Settings.model_validate({"sinks": wanted})) is None
    assert shrink_of(Settings.model_validate({"sinks": {"snapshots": "best"}})) is not None


@pytest.mark.parametrize("kind", KINDS[:3])
def test_damage_is_told_and_left_out_as_where_all_is_kept(
    tmp_path: Path, kind: dict[str, object]
) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES, **kind)  # type: ignore[arg-type]
    place, size = key_packets(film)[2]
    damage(film, place + size // 3, size // 2)
    told = []
    for wanted in (None, shrink):
        with Recording(film, shrink=wanted) as source:
            frames = [(frame.index, content(frame.planes)) for frame in source]
            told.append((frames, [fault.text for fault in source.faults]))
    assert told[0] == told[1]
    assert told[0][1]


def test_a_thinned_frame_may_outlive_its_source_and_then_holds_no_packets(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES, options=X264)
    with Recording(film, shrink=shrink) as source:
        frames = [frame for frame in source if frame.to_small][-3:]
    del source
    for frame in frames:
        assert frame.planes.size == (160, 120)
    assert len(frames) == 3
    passages = [weakref.ref(p) for p in gc.get_objects() if type(p) is Passage]
    frames.clear()
    del frame
    gc.collect()
    assert not [passage for passage in passages if passage()]


def test_small_planes_are_counted_by_their_own_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The room for ten pictures takes thirty thinned ones of a quarter of the size, with chroma."""
    made: list[leapfrog.Leapfrog] = []
    start = leapfrog.Leapfrog.__init__

    def noted(self: leapfrog.Leapfrog, *args: object) -> None:
        made.append(self)
        start(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(leapfrog.Leapfrog, "__init__", noted)
    monkeypatch.setattr(leapfrog, "_ROOM_BYTES", 160 * 120 * 3 // 2 * 10)
    film = write_film(tmp_path / "a.mp4", times=TIMES, options={"x264-params": "keyint=40"})
    most = most_bytes = 0
    with Recording(film, shrink=lambda planes: small_copy(planes, 4)) as source:
        for frame in source:
            if frame.index == 0:
                wait_for(lambda: sum(made[0]._waiting) > 20)
            most = max(most, sum(made[0]._waiting))
            most_bytes = max(most_bytes, made[0]._waiting_bytes)
    assert most > 20
    assert most_bytes < 160 * 120 * 3 // 2 * 20
