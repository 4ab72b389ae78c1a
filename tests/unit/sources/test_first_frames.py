"""The few first frames that are learned from before any is judged."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from motionlapse.frames import Frame
from motionlapse.opening import Opening
from motionlapse.sources.recording import Recording
from tests.films import write_film

MakeFrame = Callable[..., Frame]


def frame_at(time: float) -> Frame:
    def nothing() -> object:
        raise AssertionError("no picture is asked for")

    return Frame(0, time, None, 0, nothing, nothing)  # type: ignore[arg-type]


@given(
    gaps=st.lists(st.floats(0.01, 1.0), min_size=1, max_size=80),
    seconds=st.floats(0.5, 4),
    start=st.floats(0, 100),
)
def test_they_are_few_and_spread(gaps: list[float], seconds: float, start: float) -> None:
    times = [start]
    for gap in gaps:
        times.append(times[-1] + gap)
    opening = Opening(seconds)
    chosen = [f.time for f in opening.chosen(map(frame_at, times))]
    assert chosen[0] == start
    assert len(chosen) <= opening.pictures
    assert all(time - start <= seconds + 1e-5 for time in chosen)
    # Each is the first that is far enough from the one before.
    step = seconds / (opening.pictures - 1)
    for number, time in enumerate(chosen):
        before = [t for t in times if t < time and t not in chosen]
        assert time - start >= number * step - 1e-5
        assert all(t - start < number * step for t in before if t > chosen[max(0, number - 1)])
    # Choosing again from them changes nothing.
    assert [f.time for f in opening.chosen(map(frame_at, chosen))] == chosen


def test_no_more_is_asked_for_than_one_frame_after_it() -> None:
    asked: list[float] = []

    def frames() -> Iterator[Frame]:
        for number in range(100):
            asked.append(number / 10)
            yield frame_at(number / 10)

    chosen = list(Opening(2.0).chosen(frames()))
    assert [frame.time for frame in chosen] == [n / 10 for n in (0, 3, 5, 8, 10, 13, 15, 18, 20)]
    assert asked[-1] == 2.1


def test_without_an_opening_it_is_the_first_frame() -> None:
    assert [f.time for f in Opening(0).chosen(map(frame_at, (5.0, 5.1, 5.2)))] == [5.0]


def test_a_film_reads_it_at_once_and_gives_what_it_would_have_given(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4")
    wanted = Opening(2.0)
    with Recording(film) as late, Recording(film, opening=wanted) as early:
        expected = [
            (f.index, f.time, f.planes.luma.view.sum()) for f in wanted.chosen(late.opening())
        ]
        read = [(f.index, f.time, f.planes.luma.view.sum()) for f in early.opening()]
        assert read == expected
        # At the second call everything is read again.
        assert len(list(early.opening())) > len(expected)
        assert next(iter(early)).index == 0


def test_what_was_read_early_may_stay_unread(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4")
    with Recording(film, opening=Opening(2.0)):
        pass
    assert not [t for t in threading.enumerate() if t.name.startswith("decode")]
