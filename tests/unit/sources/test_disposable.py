"""Disposable pictures: left out while nobody asks, the same ones when somebody does."""

from __future__ import annotations

import gc
import random
import weakref
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import av
import pytest

from motionlapse.frames import Frame
from motionlapse.sources import disposable
from motionlapse.sources.disposable import Demand, LateDecoder
from motionlapse.sources.recording import Recording
from motionlapse.sources.settings import SourceSettings
from motionlapse.sources.units import Units
from tests.films import damage, write_film

TIMES = [index / 25 for index in range(300)]
X264 = {"preset": "fast", "x264-params": "bframes=3:b-pyramid=normal:keyint=50:scenecut=0"}
X265 = {"x265-params": "bframes=3:keyint=50:open-gop=0:scenecut=0:log-level=none"}
KINDS: list[dict[str, object]] = [
    {"options": X264},
    {"options": X264 | {"x264-params": "bframes=2:b-pyramid=none:keyint=50"}, "rotation": 90},
    {"options": X264 | {"x264-params": "bframes=3:keyint=40:open-gop=1"}},
    {"codec": "libx265", "options": X265},
    {"codec": "libx265", "options": {"x265-params": X265["x265-params"] + ":temporal-layers=3"}},
]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """These films are short."""
    monkeypatch.setattr(disposable, "_UNWANTED", 6)


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the timestamps of what is decoded late."""
    asked: list[int] = []
    decode = LateDecoder.picture

    def noted(self: LateDecoder, passage: disposable.Passage, pts: int) -> object:
        asked.append(pts)
        return decode(self, passage, pts)

    monkeypatch.setattr(LateDecoder, "picture", noted)
    return asked


def luma(frame: Frame) -> bytes:
    return frame.planes.luma.view.tobytes()


def all_pictures(film: Path) -> list[bytes]:
    with Recording(film, SourceSettings(decoding_threads=1)) as source:
        return [luma(frame) for frame in source]


def some(frames: Iterator[Frame], seed: int) -> Iterator[Frame]:
    """Yield all of some stretches, of some those that are not disposable, of some a few late."""
    chance = random.Random(seed)
    held: list[Frame] = []
    for frame in frames:
        match frame.index // 40 % 3:
            case 0:
                yield frame
            case 1 if not frame.disposable:
                yield frame
            case 2:
                held.append(frame)
                if len(held) == 5:
                    yield from held if chance.random() < 0.3 else ()
                    held.clear()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("threads", ["auto", 1, 3])
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_whatever_is_asked_for_is_what_a_decoder_of_all_gives(
    tmp_path: Path, late: list[int], kind: dict[str, object], threads: object, name: str
) -> None:
    film = write_film(tmp_path / name, times=TIMES, b_frames=3, **kind)  # type: ignore[arg-type]
    whole = all_pictures(film)
    late.clear()
    seen: list[int] = []

    def noted(frames: Iterator[Frame]) -> Iterator[Frame]:
        for frame in frames:
            seen.append(frame.index)
            yield frame

    settings = SourceSettings.model_validate({"decoding_threads": threads})
    with Recording(film, settings) as source:
        for frame in some(noted(iter(source)), seed=3):
            assert luma(frame) == whole[frame.index], frame.index
        assert source.faults == []
    assert seen == list(range(len(TIMES)))
    assert late


@pytest.mark.parametrize("kind", KINDS)
def test_without_disposable_packets_all_other_pictures_stay_what_they_are(
    tmp_path: Path, kind: dict[str, object]
) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES, b_frames=3, **kind)  # type: ignore[arg-type]
    left_out: set[int] = set()

    def pictures(*, leave_out: bool) -> dict[int, bytes]:
        with av.open(str(film)) as container:
            stream = container.streams.video[0]
            units, found = Units(stream), {}
            for packet in container.demux(stream):
                if leave_out and packet.size and units.look(packet).disposable:
                    left_out.add(packet.pts)
                    continue
                found.update({f.pts: f.to_ndarray().tobytes() for f in packet.decode()})
            return found

    some_of_them, whole = pictures(leave_out=True), pictures(leave_out=False)
    assert len(TIMES) / 4 < len(left_out) < len(TIMES)
    assert some_of_them == {pts: p for pts, p in whole.items() if pts not in left_out}


@pytest.mark.parametrize(
    "kind",
    [
        {"name": "a.ts", "options": X264},  # its packets do not say how long a unit is
        {"name": "a.mp4", "options": {"x264-params": "bframes=0"}},
        {"name": "a.mp4", "codec": "mpeg4", "options": {}},
    ],
)
def test_nothing_is_left_out_where_that_is_not_sure(tmp_path: Path, kind: dict[str, str]) -> None:
    film = write_film(tmp_path / kind.pop("name"), times=TIMES[:60], b_frames=2, **kind)  # type: ignore[arg-type]
    with Recording(film) as source:
        assert not any(frame.disposable for frame in source)


def _disposable_places(film: Path) -> list[tuple[int, int, float]]:
    """Return position, size and time of disposable packets."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        units = Units(stream)
        packets = [p for p in container.demux(stream) if p.size and units.look(p).disposable]
        assert stream.time_base is not None
        return [(p.pos or 0, p.size, float(p.pts * stream.time_base)) for p in packets]


def test_a_damaged_one_is_told_of_when_it_is_asked_for(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES, b_frames=3, options=X264, size=(640, 480))
    place, size, time_s = max(p for p in _disposable_places(film) if 5 < p[2] < 7)
    whole = all_pictures(film)
    # Its head stays: what it is, and how long.
    damage(film, place + 5, size - 5)
    with Recording(film) as source:
        for frame in source:
            if frame.time == pytest.approx(time_s):
                assert frame.disposable
                assert source.faults == []
                before = luma(frame)
                assert luma(frame) == before
                break
        assert before in whole[frame.index - 2 : frame.index]
        assert [fault.lost for fault in source.faults] == [True]
        assert "damaged at" in source.faults[0].text
        assert "the picture before it is used" in source.faults[0].text


def test_a_frame_may_outlive_its_source(tmp_path: Path, late: list[int]) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES, b_frames=3, options=X264)
    with Recording(film) as source:
        frames = list(source)
    # Backwards, so that each is decoded from the key frame on again.
    wanted = [frame for frame in frames[::-1] if frame.disposable][:8]
    whole = all_pictures(film)
    late.clear()
    assert [luma(frame) for frame in wanted] == [whole[frame.index] for frame in wanted]
    assert len(late) == len(wanted)


def _pass(demand: Demand, count: int) -> None:
    for _ in range(count):
        demand.passed(left_out=demand.is_low)


def test_leaving_out_begins_when_nobody_has_asked_for_a_while() -> None:
    demand = Demand()
    _pass(demand, 5)
    assert not demand.is_low
    demand.asked()
    _pass(demand, 5)
    assert not demand.is_low
    _pass(demand, 1)
    assert demand.is_low
    demand.asked()
    assert not demand.is_low


@pytest.mark.parametrize(("quiet", "grows"), [(2, True), (100, False)])
def test_it_takes_longer_to_begin_again_where_it_has_cost_more_than_it_saved(
    quiet: int, grows: bool
) -> None:
    demand = Demand()

    def waits() -> int:
        count = 0
        while not demand.is_low:
            _pass(demand, 1)
            count += 1
        return count

    first = waits()
    for _ in range(5):
        _pass(demand, quiet)
        demand.asked(decoded=30)
        last = waits()
    assert (last > 10 * first) == grows
    assert (last == first) == (not grows)


CALLS: list[Callable[[Frame], object]] = [
    lambda frame: frame.planes.luma.view.shape,
    lambda frame: frame.bgr().shape,
    lambda frame: frame.to_small_bgr and frame.to_small_bgr(80, 60).shape,
]


@pytest.mark.parametrize("call", CALLS)
def test_each_way_to_look_at_a_frame_brings_its_picture(
    tmp_path: Path, late: list[int], call: Callable[[Frame], object]
) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES[:100], b_frames=3, options=X264)
    with Recording(film) as source:
        frames = list(source)
    shapes = {str(call(frame)) for frame in frames}
    assert len(shapes) == 1
    assert late


def _frames(film: Path, monkeypatch: pytest.MonkeyPatch, *, low: bool, **settings: object):  # type: ignore[no-untyped-def]
    """Return frames with the pictures that are not disposable, and faults."""
    monkeypatch.setattr(Demand, "is_low", low)
    with Recording(film, SourceSettings.model_validate(settings)) as source:
        frames = [(frame.index, frame.time, frame.disposable or luma(frame)) for frame in source]
        return frames, [fault.text for fault in source.faults]


@pytest.mark.parametrize("kind", [KINDS[0], KINDS[3]])
@pytest.mark.parametrize("threads", ["auto", 1, 3])
def test_damage_in_some_changes_nothing_else_whether_they_are_left_out_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: dict[str, object], threads: object
) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES, b_frames=3, **kind)  # type: ignore[arg-type]
    late_enough = [p for p in _disposable_places(film) if p[2] > 5]
    for place, size, _ in late_enough[::15]:
        damage(film, place + 8, size - 8)
    left_out = _frames(film, monkeypatch, low=True, decoding_threads=threads)
    assert left_out == _frames(film, monkeypatch, low=False, decoding_threads=threads)
    assert len(left_out[0]) == len(TIMES)
    assert left_out[1] == []


@pytest.mark.parametrize("threads", ["auto", 1, 3])
def test_where_timestamps_do_not_rise_pictures_come_as_their_decoder_gives_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: object
) -> None:
    """Recorders that take times of arrival for times of display."""
    film = write_film(
        tmp_path / "a.mkv",
        times=TIMES,
        b_frames=3,
        options=X264,
        shown=lambda number, _ticks: number * 40,
    )
    left_out = _frames(film, monkeypatch, low=True, decoding_threads=threads)
    assert left_out == _frames(film, monkeypatch, low=False, decoding_threads=threads)
    assert len(left_out[0]) == len(TIMES)


def test_a_film_may_begin_with_one_that_is_damaged(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES, b_frames=3, options=X264)
    place, size, time_s = min(p for p in _disposable_places(film) if p[2] > 5)
    damage(film, place + 5, size - 5)
    with Recording(film, SourceSettings(start=time_s - 0.001)) as source:
        first = next(iter(source))
        assert first.time == pytest.approx(time_s + 0.04)
        assert [fault.lost for fault in source.faults] == [True]


def test_a_passage_knows_what_is_left_out_before_it_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A late decoder that is at its end in another thread must keep the picture."""
    passages: list[disposable.Passage] = []
    unknown: list[int] = []

    class Watched(list[object]):
        def append(self, packet: object) -> None:
            super().append((packet, set(passages[-1].left_out)))

    begin = disposable.Passage.__init__

    def watched(self: disposable.Passage) -> None:
        begin(self)
        passages.append(self)
        self.packets = Watched()  # type: ignore[assignment]

    monkeypatch.setattr(disposable.Passage, "__init__", watched)
    film = write_film(tmp_path / "a.mp4", times=TIMES, b_frames=3, options=X264)
    with Recording(film, SourceSettings(decoding_threads=1)) as source:
        assert len(list(source)) == len(TIMES)
    for passage in passages:
        for packet, known in passage.packets:  # type: ignore[misc, attr-defined]
            if packet.pts in passage.left_out and packet.pts not in known:  # type: ignore[has-type]
                unknown.append(packet.pts)  # type: ignore[has-type]
    assert any(passage.left_out for passage in passages)
    assert unknown == []


def test_who_has_a_picture_holds_no_packets(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES, b_frames=3, options=X264)
    begun: list[weakref.ref[disposable.Passage]] = []
    with Recording(film) as source:
        frames = [frame for frame in source if frame.disposable]
        begun = [weakref.ref(p) for p in gc.get_objects() if type(p) is disposable.Passage]
        assert begun
        for frame in frames:
            assert frame.planes
    del source
    gc.collect()
    assert not [passage for passage in begun if passage()]
    assert frames


@pytest.mark.parametrize("threads", ["auto", 1, 3])
@pytest.mark.parametrize("read", [0, 1, 150, None])
def test_a_film_that_is_closed_waits_for_no_search_for_cycles(
    tmp_path: Path, threads: object, read: int | None
) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES, b_frames=3, options=X264)
    gc.collect()
    gc.disable()
    try:
        source = Recording(film, SourceSettings.model_validate({"decoding_threads": threads}))
        if read != 0:
            for frame in islice(source, read):
                assert frame.planes
            del frame
        left = weakref.ref(source)
        source.close()
        del source
        assert left() is None
    finally:
        gc.enable()
