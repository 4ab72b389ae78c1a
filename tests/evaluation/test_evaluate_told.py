"""What `motionlapse evaluate` says of labels and options that it cannot use."""

import cv2
import numpy as np
import pytest
from films import run_here, write_film

HEADING = "clip,start_frame,end_frame,tolerance_frames,kind,what\n"


def test_labels_that_stand_for_nothing_are_told(make_sequence):
    """Masks of 0 and 1 gave an F of 0 without a word."""
    folder = make_sequence()
    for path in (folder / "groundtruth").iterdir():
        cv2.imwrite(str(path), (cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) == 255).astype("u1"))
    ran = run_here("evaluate", folder)
    assert ran.code == 0
    assert ran.err.count("\n") == 1
    assert "gt000020.png: pixels with the grey value 1 are not scored; labels are 0" in ran.err
    assert "(and 20 more like it)" in ran.err


def test_a_sequence_of_which_no_pixel_is_scored_is_told(make_sequence):
    folder = make_sequence()
    cv2.imwrite(str(folder / "ROI.bmp"), np.zeros((60, 80), np.uint8))
    ran = run_here("evaluate", folder)
    assert ran.code == 3
    assert (
        "error: room: nothing to score: no pixel of its 26 ground-truth pictures is labelled"
        in ran.err
    )


def test_labels_past_the_end_of_a_clip_are_told(tmp_path):
    write_film(tmp_path / "door.mp4")
    table = tmp_path / "events.csv"
    table.write_text(HEADING + "door.mp4,25,50,3,event,square\n")
    assert run_here("evaluate", "--events", table, tmp_path).err == ""
    table.write_text(HEADING + "door.mp4,25,9000,3,event,square\n")
    ran = run_here("evaluate", "--events", table, tmp_path)
    assert ran.code == 0
    assert ran.err.startswith("warning: door.mp4: is labelled up to frame 9000, but its last frame")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--every", "1s"), "no option '--every'"),
        (("--models", "mog2", "--background", "knn"), "--models and --background cannot be used"),
        (("--models", ""), "--models: no model is named"),
    ],
)
def test_what_an_evaluation_does_not_heed_is_refused(make_sequence, words, told):
    """All three were taken, and did nothing."""
    ran = run_here("evaluate", make_sequence(), *words)
    assert ran.code == 2
    assert told in ran.err.lower()
