"""Text that is drawn on pictures."""

import numpy as np
import pytest

from motionlapse.sinks.drawing import LEAST_TEXT_PX, text_width, write_label, write_text


@pytest.mark.parametrize("words", ["mask", "distance from the background, bright: beyond " * 3])
@pytest.mark.parametrize("width", [120, 640])
def test_a_label_stays_inside_the_picture(words, width):
    picture = np.full((80, width, 3), 120, np.uint8)
    write_label(picture, words, size_px=20)
    assert picture[:, -1].max() <= 120, "no letter is cut by the edge"
    assert picture.max() > 200


def test_a_label_that_fits_smaller_is_not_cut():
    words, height = "distance from the background", 30
    room = text_width(words, LEAST_TEXT_PX) + 20
    assert text_width(words, height) > room
    wide = np.zeros((80, room, 3), np.uint8)
    write_label(wide, words, size_px=height)
    inked = np.flatnonzero(wide.max(axis=(0, 2)) > 100)
    assert inked[-1] - inked[0] > 0.9 * text_width(words, LEAST_TEXT_PX)


@pytest.mark.parametrize("size_px", [LEAST_TEXT_PX, 21, 48])
def test_all_digits_are_equally_wide(size_px):
    """`text_width` does not tell them apart."""
    ends = set()
    for digit in "0123456789":
        picture = np.zeros((80, 1200, 3), np.uint8)
        write_text(picture, f"{digit * 20}|", (10, 60), size_px)
        ends.add(int(np.flatnonzero(picture.max(axis=(0, 2)) > 0)[-1]))
    assert max(ends) - min(ends) <= 1


def test_a_label_is_light_letters_on_what_is_below_darkened():
    first, second = (np.full((80, 300, 3), 200, np.uint8) for _ in range(2))
    for picture in (first, second):
        write_label(picture, "mask", size_px=20)
    write_label(second, "mask", size_px=20, right=True)
    ground = first[:30, : text_width("mask", 20) + 10]
    assert ground.min() == 50
    assert ground.max() > 230
    assert (first[40:] == 200).all()
    assert np.array_equal(first[:30], second[:30])
    assert np.array_equal(ground, second[-30:, -ground.shape[1] :])
