"""Scores of pictures by the means of their cells."""

import tracemalloc

import cv2
import numpy as np
import pytest

from motionlapse.frames import Plane, Planes
from motionlapse.prescan.cells import CellScores


def planes(luma):
    return Planes(Plane(luma, luma.shape[1]))


def scores_of(pictures, **watched):
    scores = CellScores(**watched)
    for picture in pictures:
        scores.add(planes(picture))
    return scores.finish()


def scene(count):
    random = np.random.default_rng(3)
    place = random.integers(60, 180, (270, 480))
    return [
        np.clip(place + random.normal(0, 3, place.shape), 0, 255).astype(np.uint8)
        for _ in range(count)
    ]


def test_the_smallest_blob_stands_out_of_the_noise():
    pictures = scene(40)
    pictures[17][100:109, 200:209] += 40  # 0.06 % of the picture
    scores = scores_of(pictures)
    assert scores.argmax() == 17
    assert scores[17] > 2 * np.delete(scores, 17).max()


def test_brighter_as_a_whole_is_no_motion():
    pictures = scene(40)
    pictures[17] = cv2.add(pictures[17], 12)
    scores = scores_of(pictures)
    assert scores[17] < 2 * np.median(scores)


def test_what_is_not_watched_does_not_count():
    pictures = scene(40)
    pictures[17][100:140, 200:240] += 40
    watched = np.full((135, 240), 255, np.uint8)
    watched[40:80, 90:130] = 0
    assert scores_of(pictures, watched=watched).argmax() != 17


def test_long_films_are_scored_in_pieces_without_a_seam():
    pictures = scene(8) * 90  # more than two chunks
    marked = {100, 255, 256, 300, 511, 512, 700}
    for number in marked:
        pictures[number] = pictures[number].copy()
        pictures[number][100:109, 200:209] += 40
    scores = scores_of(pictures)
    assert len(scores) == len(pictures)
    assert set(np.argsort(scores)[-len(marked) :]) == marked


def halved(pictures):
    """Score every other picture; return the scores object, and the other pictures."""
    scores = CellScores()
    for picture in pictures[::2]:
        scores.add(planes(picture))
    return scores, [planes(picture) for picture in pictures[1::2]]


def test_pictures_between_are_scored_like_the_others():
    pictures = scene(1200)
    for number in (17, 501, 1199):
        pictures[number][100:109, 200:209] += 40
    scores, between = halved(pictures)
    added = scores.finish()
    found = np.array([scores.between(one, place + 1) for place, one in enumerate(between)])
    strange = [8, 250, 599]
    quiet = np.delete(found, strange)
    assert found[strange].min() > 2 * quiet.max()
    assert np.median(quiet) == pytest.approx(np.median(added), rel=0.1)


def test_with_all_between_it_is_as_if_they_had_been_added():
    pictures = scene(300)
    scores, between = halved(pictures)
    scores.finish()
    whole = scores.with_all_between(between, range(1, len(between) + 1))
    # Means are kept in 256ths of a grey level.
    assert whole.finish() == pytest.approx(scores_of(pictures), rel=0.02)


def test_with_all_between_gives_away_what_was_kept():
    pictures = scene(300)
    tracemalloc.start()
    scores, between = halved(pictures)
    scores.finish()
    before, _ = tracemalloc.get_traced_memory()
    whole = scores.with_all_between(between, range(1, len(between) + 1))
    whole.finish()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert before - after > len(between) * 4000  # 4.6 kB each, of one plane


def test_with_all_between_watches_the_same():
    pictures = scene(60)
    pictures[17][100:140, 200:240] += 40
    watched = np.full((135, 240), 255, np.uint8)
    watched[40:80, 90:130] = 0
    scores = CellScores(watched)
    for picture in pictures[::2]:
        scores.add(planes(picture))
    scores.finish()
    between = [planes(picture) for picture in pictures[1::2]]
    whole = scores.with_all_between(between, range(1, len(between) + 1))
    assert whole.finish().argmax() != 17
