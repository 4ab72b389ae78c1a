"""`motionlapse evaluate` as a person or a script calls it."""

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest
from films import run_here, write_film

from motionlapse.background import MODELS

HEADING = "clip,start_frame,end_frame,tolerance_frames,kind,what\n"


def recomputed(folder, masks, numbers, region=None):
    """TP, FP, FN, TN of written masks: plain NumPy, the rules written out once more."""
    tp = fp = fn = tn = 0
    for number in numbers:
        truth = cv2.imread(str(folder / f"groundtruth/gt{number:06d}.png"), cv2.IMREAD_GRAYSCALE)
        mask = cv2.imread(str(masks / f"bin{number:06d}.png"), cv2.IMREAD_GRAYSCALE)
        scored = np.isin(truth, (0, 50, 255))
        if region is not None:
            scored = scored & (region > 0)
        truly, said = truth[scored] == 255, mask[scored] == 255
        tp += np.sum(truly & said)
        fp += np.sum(~truly & said)
        fn += np.sum(truly & ~said)
        tn += np.sum(~truly & ~said)
    return {"tp": tp, "fp": fp, "fn": fn, "tn": tn}


def scan_masks(folder, out, *words):
    masks = out / "masks"
    ran = run_here(
        "scan", folder / "input", "--fps", 25, "--masks", masks, "--out", out / "archive",
        "--snapshots", "none", "--quiet", *words,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    return masks


# ---- masks -----------------------------------------------------------------------------------


def test_scores_are_those_of_the_masks_that_a_scan_writes(make_sequence, tmp_path):
    folder = make_sequence()
    region = np.full((60, 80), 255, np.uint8)
    region[:30, 60:] = 0
    cv2.imwrite(str(folder / "ROI.bmp"), region)
    (folder / "temporalROI.txt").write_text("20 99")
    score, mean = run_here("evaluate", folder, "--json").records
    masks = scan_masks(folder, tmp_path)
    expected = recomputed(folder, masks, range(20, 41), region)
    assert {name: score[name] for name in expected} == expected
    assert (score["sequence"], score["frames"], score["labelled"]) == ("room", 40, 21)
    assert score["tp"] > 0
    assert score["f_measure"] == pytest.approx(
        2 * score["tp"] / (2 * score["tp"] + score["fp"] + score["fn"])
    )
    assert score["frames_per_second"] > 0
    assert (mean["sequence"], mean["f_measure"]) == ("mean", score["f_measure"])


def test_models_side_by_side_are_the_same_as_one_by_one(make_sequence):
    folders = [make_sequence("one"), make_sequence("two", range(30, 36))]
    names = list(MODELS)
    both = run_here("evaluate", *folders, "--models", ",".join(names), "--json").records
    assert [(record["sequence"], record["model"]) for record in both] == list(
        itertools.product(("one", "two", "mean"), names)
    )
    for name in names:
        alone = run_here("evaluate", *folders, "--background", name, "--json").records
        beside = [record for record in both if record["model"] == name]
        for record in (*alone, *beside):
            del record["frames_per_second"]
        assert alone == beside


def test_the_table_says_what_its_speed_is(make_sequence):
    ran = run_here("evaluate", make_sequence())
    heading, room, mean, names, note = ran.out.splitlines()
    assert heading.split() == [
        "sequence", "recall", "spec.", "FPR", "FNR", "PWC", "prec.", "F", "fps",
    ]  # fmt: skip
    assert names.startswith("spec. specificity, prec. precision, F F-measure")
    assert (room.split()[0], mean.split()[0]) == ("room", "mean")
    assert note.startswith("fps: frames a second of the model and its cleanup alone, on one core")
    assert (ran.code, ran.err) == (0, "")


def test_the_table_names_models_where_there_are_several(make_sequence):
    ran = run_here("evaluate", make_sequence(), "--models", "mog2,gaussian")
    assert [line.split()[:2] for line in ran.out.splitlines()[:5]] == [
        ["sequence", "model"],
        ["room", "mog2"],
        ["room", "gaussian"],
        ["mean", "mog2"],
        ["mean", "gaussian"],
    ]


def test_settings_reach_the_detector(make_sequence):
    folder = make_sequence()
    plain, _ = run_here("evaluate", folder, "--json").records
    blind, _ = run_here("evaluate", folder, "--json", "--set", "analysis.min_blob=50%").records
    assert plain["tp"] > 0
    assert (blind["tp"], blind["fp"], blind["precision"]) == (0, 0, None)


def test_a_picture_that_cannot_be_read_costs_its_frame_alone(make_sequence):
    folder = make_sequence()
    (folder / "input/in000030.png").write_bytes(b"nothing")
    (folder / "groundtruth/gt000035.png").write_bytes(b"nothing")
    ran = run_here("evaluate", folder, "--json")
    assert (ran.code, ran.records[0]["frames"], ran.records[0]["labelled"]) == (3, 39, 24)
    [line] = ran.err.splitlines()
    assert line.startswith("error: ")
    assert line.endswith("(and 1 more like it)")


def test_a_grey_picture_among_coloured_ones_begins_anew_as_in_a_scan(make_sequence, tmp_path):
    folder = make_sequence()
    whole, _ = run_here("evaluate", folder, "--json").records
    path = str(folder / "input/in000030.png")
    cv2.imwrite(path, cv2.imread(path, cv2.IMREAD_GRAYSCALE))
    grey, _ = run_here("evaluate", folder, "--json").records
    assert grey["frames"] == whole["frames"]
    assert grey["fp"] < whole["fp"] + 0.02 * (whole["tn"] + whole["fp"])


def test_one_sequence_that_cannot_be_read_does_not_end_the_rest(make_sequence):
    spoilt, good = make_sequence("spoilt"), make_sequence("good")
    for path in (spoilt / "input").iterdir():
        path.write_bytes(b"nothing")
    ran = run_here("evaluate", spoilt, good, "--json")
    assert ran.code == 3
    assert [record["sequence"] for record in ran.records] == ["good", "mean"]
    assert "spoilt: no picture can be read" in ran.err


@pytest.mark.parametrize(
    ("folder", "complaint"),
    [
        ("nowhere", "nowhere: no such folder"),
        ("a.txt", "a.txt: a file; name the folder that holds input/ and groundtruth/"),
        (".", "has no input/ and groundtruth/"),
    ],
)
def test_a_folder_without_a_sequence_is_a_source_that_cannot_be_read(
    make_sequence, folder, complaint, monkeypatch
):
    monkeypatch.chdir(make_sequence().parent)
    Path("a.txt").touch()
    ran = run_here("evaluate", folder)
    assert (ran.code, ran.out) == (3, "")
    [line] = ran.err.splitlines()
    assert complaint in line
    ran = run_here("evaluate", folder, "room", "--json")
    assert ran.code == 3
    assert complaint in ran.err
    assert [record["sequence"] for record in ran.records] == ["room", "mean"]


def test_a_region_of_another_size_is_ignored_with_a_warning(make_sequence):
    folder = make_sequence()
    plain = run_here("evaluate", folder, "--json").records[0]
    cv2.imwrite(str(folder / "ROI.bmp"), np.zeros((10, 10), np.uint8))
    ran = run_here("evaluate", folder, "--json")
    assert ran.code == 0
    assert ran.records[0]["tn"] == plain["tn"]
    assert "ROI.bmp: is not 80×60 like the pictures" in ran.err


def test_the_worst_frames_are_drawn(make_sequence, tmp_path):
    folder = make_sequence()
    blunt = ("--set", "background.gaussian.k=20")  # so that there is something wrong
    ran = run_here("evaluate", folder, "--worst", 2, "--out", tmp_path / "worst", *blunt)
    names = sorted(path.name for path in (tmp_path / "worst").iterdir())
    assert 1 <= len(names) <= 2
    assert all(name.startswith("room_gaussian_0000") for name in names)
    assert f"{len(names)} pictures of the worst frames" in ran.err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["room", "--models", "gausian"], "did you mean 'gaussian'?"),
        (["room", "--models", ","], "--models: no model is named"),
        (["room", "--worst", "3"], "--worst N and --out DIR belong together"),
        (["room", "other", "--events", "events.csv"], "--events takes one folder"),
        (["room", "--events", "none.csv"], "none.csv: cannot be read: no such file"),
        (["room", "--fps", "fast"], "--fps: 'fast'"),
    ],
)
def test_what_cannot_be_meant_is_one_line(make_sequence, words, complaint, monkeypatch):
    monkeypatch.chdir(make_sequence().parent)
    ran = run_here("evaluate", *words)
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
    assert complaint in ran.err


# ---- events ----------------------------------------------------------------------------------


@pytest.fixture
def clips(tmp_path):
    """A film of 7 s at 25 frames a second in which frames 25 to 49 and 115 to 139 move."""
    (tmp_path / "clips").mkdir()
    write_film(tmp_path / "clips/door.mp4")
    return tmp_path


def test_events_of_a_film(clips):
    (clips / "events.csv").write_text(
        HEADING
        + "clips/door.mp4,0,23,1,quiet,\n"
        + "clips/door.mp4,25,49,2,event,out and back\n"
        + "clips/door.mp4,60,110,1,quiet,\n"
        + "clips/door.mp4,115,139,2,event,again\n"
        + "clips/door.mp4,150,160,0,event,not there at all\n"
    )
    words = ("evaluate", "--events", clips / "events.csv", clips, "--hold", "0.5s")
    ran = run_here(*words, "--json")
    clip, total = ran.records
    assert (ran.code, clip["clip"], clip["frames"]) == (0, "clips/door.mp4", 175)
    assert (clip["events"], clip["found"], clip["false"]) == (3, 2, 0)
    assert clip["missed"] == [{"start_frame": 150, "end_frame": 160, "what": "not there at all"}]
    assert clip["max_delay_s"] < 0.2
    assert {name: clip[name] for name in total if name != "clip"} == {
        name: total[name] for name in total if name != "clip"
    }
    lines = run_here(*words).out.splitlines()
    assert lines[-1] == "missed  gaussian  clips/door.mp4  frames 150–160: not there at all"


def test_false_detections_are_listed(clips):
    (clips / "events.csv").write_text(HEADING + "clips/door.mp4,0,174,0,quiet,\n")
    words = ("evaluate", "--events", clips / "events.csv", clips)
    clip, total = run_here(*words, "--json").records
    assert clip["false"] == total["false"] == len(clip["false_detections"]) == 2
    assert clip["event_covered"] is None
    lines = run_here(*words).out.splitlines()
    assert [line.split()[:3] for line in lines[-2:]] == [
        ["false", "gaussian", "clips/door.mp4"]
    ] * 2


def test_a_clip_that_is_missing_does_not_end_the_rest(clips):
    (clips / "events.csv").write_text(
        HEADING + "clips/gone.mp4,0,9,0,quiet,\nclips/door.mp4,25,49,2,event,\n"
    )
    ran = run_here("evaluate", "--events", clips / "events.csv", clips, "--json")
    assert ran.code == 3
    assert [record["clip"] for record in ran.records] == ["clips/door.mp4", "total"]
    assert "gone.mp4" in ran.err


# ---- real footage ----------------------------------------------------------------------------


def test_real_footage_matches_the_masks_that_a_scan_writes(shared_data, tmp_path):
    folder = shared_data / "masks/IBMtest2"
    if not folder.is_dir():
        pytest.skip(f"no IBMtest2 in {shared_data}")
    score, _ = run_here("evaluate", folder, "--json").records
    masks = scan_masks(folder, tmp_path)
    region = cv2.imread(str(folder / "ROI.bmp"), cv2.IMREAD_GRAYSCALE)
    expected = recomputed(folder, masks, range(90), region)
    assert {name: score[name] for name in expected} == expected
    assert (score["frames"], score["labelled"]) == (90, 90)
    assert score["f_measure"] > 0.5
