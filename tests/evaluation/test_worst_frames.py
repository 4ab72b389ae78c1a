"""Which frames are drawn, and how."""

import cv2
import numpy as np
import pytest

from motionlapse.errors import SinkError
from motionlapse.evaluation.counts import Counts
from motionlapse.evaluation.labels import Labels
from motionlapse.evaluation.sequences import find_sequences
from motionlapse.evaluation.worst import Gallery, overlay

EMPTY = np.zeros((60, 80), np.uint8)


def test_the_colours_of_the_faults():
    mask = np.array([[255, 255, 255, 0, 0, 0]], np.uint8)
    moving = np.array([[True, False, False, True, False, False]])
    still = np.array([[False, True, False, False, True, False]])
    drawn = overlay(mask, Labels(moving, still))
    white, red, grey, blue, black, ignored = drawn[0].tolist()
    assert (white, grey, black, ignored) == ([255] * 3, [128] * 3, [0] * 3, [0] * 3)
    assert red == [0, 0, 255]
    assert blue[0] > blue[1] > blue[2] == 0


def test_the_worst_come_first_and_not_two_of_ten_frames_in_a_row(make_sequence, tmp_path):
    [sequence] = find_sequences([make_sequence()])
    gallery = Gallery(3, tmp_path / "worst")
    wrong = {21: 90, 25: 100, 34: 80, 35: 50, 15: 40, 16: 0}
    for number, pixels in wrong.items():
        gallery.add(sequence, "gaussian", number - 1, number, Counts(fp=pixels), EMPTY)
    gallery.add(sequence, "mog2", 20, 21, Counts(fn=7), EMPTY)
    assert [path.name for path in gallery.write()] == [
        "room_gaussian_000025.png",
        "room_gaussian_000035.png",
        "room_gaussian_000015.png",
        "room_mog2_000021.png",
    ]


def test_a_picture_shows_input_truth_and_mask(make_sequence, tmp_path):
    [sequence] = find_sequences([make_sequence()])
    gallery = Gallery(1, tmp_path)
    mask = EMPTY.copy()
    mask[20:40, :30] = 255  # at number 20 the square covers the first 20 columns
    gallery.add(sequence, "gaussian", 19, 20, Counts(fp=1), mask)
    [path] = gallery.write()
    drawn = cv2.imread(str(path))
    assert drawn.shape == (60, 3 * 80 + 2 * 4, 3)
    picture, truth, faults = drawn[:, :80], drawn[:, 84:164], drawn[:, 168:]
    assert (picture == cv2.imread(str(sequence.pictures[19]))).all()
    assert (truth == cv2.imread(str(sequence.truths[20]))).all()
    assert (faults[20:40, :20] == 255).all()
    assert (faults[20:40, 20] == 128).all()  # the unknown rim
    assert (faults[20:40, 21:30] == (0, 0, 255)).all()
    assert (faults[41:, :] == 0).all()


def test_a_folder_that_cannot_be_made_is_known_at_once(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SinkError, match="cannot be written"):
        Gallery(1, tmp_path / "file" / "worst")
