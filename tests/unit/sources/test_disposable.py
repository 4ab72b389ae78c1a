"""Disposable pictures: left out while nobody wants them, and the same when decoded late."""

from __future__ import annotations

import gc
import random
import weakref
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import av
import pytest
from av.container import InputContainer

from motionlapse.frames import Frame
from motionlapse.sources.disposable import Demand
from motionlapse.sources.late import Passage
from motionlapse.sources.recording import Recording
from motionlapse.sources.settings import SourceSettings
from motionlapse.sources.units import Units
from tests.disposable_films import KINDS, TIMES, X264, all_pictures, luma
from tests.films import write_film

pytestmark = pytest.mark.usefixtures("soon_left_out")


def some(frames: Iterator[Frame], seed: int) -> Iterator[Frame]:
    """Yield frames: in some stretches all, in some only solid ones, in some a few late ones."""
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
        {"name": "a.ts", "options": X264},  # start codes instead of lengths of units
        {"name": "a.mp4", "options": {"x264-params": "bframes=0"}},
        {"name": "a.mp4", "codec": "mpeg4", "options": {}},
    ],
)
def test_nothing_is_left_out_where_that_is_not_sure(tmp_path: Path, kind: dict[str, str]) -> None:
    film = write_film(tmp_path / kind.pop("name"), times=TIMES[:60], b_frames=2, **kind)  # type: ignore[arg-type]
    with Recording(film) as source:
        assert not any(frame.disposable for frame in source)


def _open_containers() -> int:
    """Return how many containers exist, open or closed, each with a decoder and its memory."""
    return sum(type(thing) is InputContainer for thing in gc.get_objects())


def test_a_frame_may_outlive_its_source(tmp_path: Path, late: list[int]) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES, b_frames=3, options=X264)
    with Recording(film) as source:
        frames = list(source)
    # Backwards, so that each is decoded from the key frame on.
    wanted = [frame for frame in frames[::-1] if frame.disposable][:8]
    whole = all_pictures(film)
    late.clear()
    open_before = _open_containers()
    assert [luma(frame) for frame in wanted] == [whole[frame.index] for frame in wanted]
    assert len(late) == len(wanted)
    assert _open_containers() == open_before


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


def test_a_passage_knows_what_may_be_skipped_before_it_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A late decoder that another thread has drained must keep the picture."""
    passages: list[Passage] = []
    unknown: list[int] = []

    class Watched(list[object]):
        def append(self, packet: object) -> None:
            super().append((packet, set(passages[-1].spare)))

    begin = Passage.__init__

    def watched(self: Passage) -> None:
        begin(self)
        passages.append(self)
        self.packets = Watched()  # type: ignore[assignment]

    monkeypatch.setattr(Passage, "__init__", watched)
    film = write_film(tmp_path / "a.mp4", times=TIMES, b_frames=3, options=X264)
    with Recording(film, SourceSettings(decoding_threads=1)) as source:
        assert len(list(source)) == len(TIMES)
    for passage in passages:
        for packet, known in passage.packets:  # type: ignore[misc, attr-defined]
            if packet.pts in passage.spare and packet.pts not in known:  # type: ignore[has-type]
                unknown.append(packet.pts)  # type: ignore[has-type]
    assert any(passage.spare for passage in passages)
    assert unknown == []


def test_who_has_a_picture_holds_no_packets(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", times=TIMES, b_frames=3, options=X264)
    begun: list[weakref.ref[Passage]] = []
    with Recording(film) as source:
        frames = [frame for frame in source if frame.disposable]
        begun = [weakref.ref(p) for p in gc.get_objects() if type(p) is Passage]
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
    open_before = _open_containers()
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
        assert _open_containers() == open_before
    finally:
        gc.enable()
