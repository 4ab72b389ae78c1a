"""Scores of key frames: of every other one, then of some between, or of all."""

import threading
import tracemalloc

import numpy as np
import pytest
from long_films import write_long

from motionlapse.prescan.cells import CellScores
from motionlapse.prescan.key_scores import KeyScores, UnlikeError
from motionlapse.sources.key_frames import KeyFrames
from motionlapse.sources.settings import SourceSettings

MOVE_S = (31.3, 36.3)
SHOWN = [32, 33, 34, 35, 36]  # one key frame a second


class EndedError(Exception):
    """Raised to end reading."""


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("key-scores") / "film.mp4"
    return write_long(path, seconds=70, moves=(MOVE_S,), b_frames=2)


def scores_of(film, apart_s):
    reader = KeyFrames(film, apart_s=apart_s)
    return KeyScores(reader, lambda _: CellScores(), lambda _what, _share: None)


def test_those_left_out_have_no_score(film):
    assert not np.isnan(scores_of(film, 0.0).read()).any()
    found = scores_of(film, 2.0).read()
    assert np.isnan(found).tolist() == [False, True] * 34 + [False, False]


def test_those_that_are_looked_at_later_are_scored_alike(film):
    scores = scores_of(film, 2.0)
    scores.read()
    assert not np.isnan(scores.look_at([])).all()
    found = scores.look_at([11, 33, 35])
    others = np.delete(found, SHOWN)
    assert min(found[33], found[35]) > 2 * np.nanmax(others)
    assert not np.isnan(found[11])
    assert np.isnan(found).sum() == 34 - 3


def test_all_are_scored_as_if_none_had_been_left_out(film):
    scores = scores_of(film, 2.0)
    scores.read()
    scores.look_at([33])
    assert scores.look_at_all() == pytest.approx(scores_of(film, 0.0).read(), rel=0.02)


def test_it_may_be_ended_at_any_picture(film):
    looks = iter(range(40))

    def end(_what, _share):
        if next(looks) == 20:
            raise EndedError

    scores = KeyScores(KeyFrames(film), lambda _: CellScores(), end)
    with pytest.raises(EndedError):
        scores.read()


def test_nothing_is_scored_any_more_once_it_was_ended(tmp_path):
    dense = write_long(tmp_path / "dense.mp4", seconds=56, moves=(), key_s=0.1)
    seen = []

    def end(_what, _share):
        seen.append(any("cell-scores" in thread.name for thread in threading.enumerate()))
        if len(seen) == 550:
            raise EndedError

    with pytest.raises(EndedError):
        KeyScores(KeyFrames(dense), lambda _: CellScores(), end).read()
    assert seen[-1]
    assert not any("cell-scores" in thread.name for thread in threading.enumerate())


def test_a_film_without_key_frames_from_there_on(film):
    reader = KeyFrames(film, SourceSettings(start=69.95))
    with pytest.raises(UnlikeError, match="no key frames"):
        KeyScores(reader, lambda _: CellScores(), lambda _what, _share: None).read()


@pytest.mark.parametrize(("part", "last"), [({}, 69 / 70), ({"start": 10, "end": 30}, 19 / 20)])
def test_it_tells_how_far_it_is(film, part, last):
    told = []
    reader = KeyFrames(film, SourceSettings(**part))
    scores = KeyScores(reader, lambda _: CellScores(), lambda *words: told.append(words))
    scores.read()
    whats, shares = zip(*told, strict=True)
    assert set(whats) == {"key frames"}
    assert list(shares) == sorted(shares)
    assert 0 <= shares[0] < 0.5
    assert shares[-1] == pytest.approx(last, abs=0.01)


def test_it_tells_how_far_later_looks_are(film):
    told = []
    reader = KeyFrames(film, apart_s=2.0)
    scores = KeyScores(reader, lambda _: CellScores(), lambda *words: told.append(words))
    scores.read()
    told.clear()
    scores.look_at([11, 33, 39])
    assert told == [("more key frames", n / 40) for n in (11, 33, 39)]
    told.clear()
    scores.look_at_all()
    assert told == [("all key frames", n / 68) for n in range(1, 68, 2)]


def test_how_far_it_is_may_be_asked_at_any_moment(film):
    class Asking(list):
        def append(self, key):
            super().append(key)
            shares.append(reader.share)

    shares = []
    reader = KeyFrames(film)
    reader._keys = Asking()
    for _ in reader:
        pass
    assert shares == pytest.approx([n / 70 for n in range(70)], abs=0.002)


def kept_bytes(film, apart_s):
    """Return how many bytes of each key frame's picture are still kept after reading."""
    scores = scores_of(film, apart_s)
    tracemalloc.start()
    count = len(scores.read())
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / count


def test_nothing_is_kept_where_none_is_left_out(tmp_path):
    dense = write_long(tmp_path / "dense.mp4", seconds=60, moves=(), key_s=0.2)
    assert not np.isnan(scores_of(dense, 2.0).read()).any()
    assert kept_bytes(dense, 2.0) < 4000
    assert kept_bytes(dense, 0.0) < 4000
    apart = write_long(tmp_path / "apart.mp4", seconds=180, moves=(), key_s=0.6)
    assert kept_bytes(apart, 2.0) > 6000  # of every other one
    assert kept_bytes(apart, 0.0) < 4000
