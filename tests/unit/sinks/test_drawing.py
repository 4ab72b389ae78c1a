"""Text that is drawn on pictures."""

import numpy as np
import pytest

from motionlapse.sinks.drawing import LEAST_TEXT_PX, text_width, write_label


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
