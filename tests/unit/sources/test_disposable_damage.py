"""Damaged disposable pictures, and timestamps that do not rise: nothing else is affected."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from motionlapse.sources.disposable import Demand
from motionlapse.sources.recording import Recording
from motionlapse.sources.settings import SourceSettings
from motionlapse.sources.units import Units
from tests.disposable_films import KINDS, TIMES, X264, all_pictures, luma
from tests.films import damage, write_film

pytestmark = pytest.mark.usefixtures("soon_left_out")


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
    # The length and the header of the unit stay intact.
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
    """Some recorders store times of arrival as presentation timestamps."""
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
