"""The shipped films against their truth."""

import json

import pytest
from films import scan_here


@pytest.fixture(scope="module")
def truth(fixtures):
    return json.loads((fixtures / "truth.json").read_text())["fixtures"]


@pytest.fixture
def found(fixtures, tmp_path):
    def scan(name):
        ran = scan_here(fixtures / name, tmp_path / "kept", "--snapshots", "none")
        assert ran.code == 0, ran.err
        return [(record["start_s"], record["end_s"]) for record in ran.records]

    return scan


def spans(entry):
    return [(event["start_s"], event["end_s"]) for event in entry["events"]]


def test_noise_is_no_event(found):
    assert found("static_noise.mp4") == []


@pytest.mark.parametrize(
    ("name", "start_off_s", "end_off_s"),
    [
        ("walker.mp4", 0.75, 0.75),
        # It takes 1.5 s to come out whole from behind something.
        ("slow_mover.mp4", 1.0, None),
        ("parked_leaves.mp4", 1.0, None),
        ("vfr.mkv", 0.5, 0.5),
    ],
)
def test_each_true_event_is_found_once_and_nothing_else(found, truth, name, start_off_s, end_off_s):
    true, events = spans(truth[name]), found(name)
    assert len(events) == len(true), events
    for (start_s, end_s), (true_start_s, true_end_s) in zip(events, true, strict=True):
        assert start_s < true_end_s
        assert end_s > true_start_s
        assert start_s == pytest.approx(true_start_s, abs=start_off_s)
        if end_off_s is not None:
            assert end_s == pytest.approx(true_end_s, abs=end_off_s)


def test_frame_rate_changes_nothing(found):
    slow, fast = found("scene_10fps.mp4"), found("scene_30fps.mp4")
    assert len(slow) == len(fast) == 2
    for one, other in zip(slow, fast, strict=True):
        assert one == pytest.approx(other, abs=0.2)


def test_stills_are_dated_by_their_names(fixtures, truth, tmp_path):
    ran = scan_here(fixtures / "stills", tmp_path / "kept")
    assert ran.code == 0, ran.err
    true = truth["stills"]["events"]
    assert [record["start_frame"] for record in ran.records] == [e["start_frame"] for e in true]
    assert ran.records[0]["start_wall"].startswith("2024-05-04T12:00:")


@pytest.mark.parametrize("start_s", [4, 5, 6])
def test_who_is_there_at_the_start_leaves_no_ghost(fixtures, truth, tmp_path, start_s):
    ran = scan_here(
        fixtures / "walker.mp4", tmp_path / "kept", "--start", start_s, "--end", 11,
        "--snapshots", "none",
    )  # fmt: skip
    (true, _) = spans(truth["walker.mp4"])
    assert [record["start_s"] for record in ran.records] == pytest.approx([start_s], abs=0.1)
    assert ran.records[0]["end_s"] == pytest.approx(true[1], abs=0.75)
