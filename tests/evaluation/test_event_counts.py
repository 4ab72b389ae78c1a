"""Events against labels, on intervals made by hand. Ten frames a second."""

from dataclasses import replace

import pytest

from motionlapse.evaluation.event_counts import EventCounts, count_events
from motionlapse.evaluation.event_labels import EventLabel


@pytest.fixture
def found(make_event):
    def at(start, end):
        return replace(make_event(), start_frame=start, end_frame=end)

    return at


def label(start, end, kind="event", tolerance=3):
    return EventLabel("a.mp4", start, end, tolerance, kind)


def counted(labels, detections):
    return count_events(labels, detections, lambda frame: frame / 10)


@pytest.mark.parametrize(
    ("span", "hit"),
    [
        ((25, 36), False),
        ((25, 37), True),
        ((53, 60), True),
        ((54, 60), False),
        ((44, 44), True),
        ((0, 90), True),
    ],
)
def test_an_event_is_found_when_a_detection_overlaps_it_within_the_tolerance(found, span, hit):
    counts = counted([label(40, 50)], [found(*span)])
    assert (counts.found, counts.on_events, len(counts.missed)) == (hit, hit, not hit)


def test_a_detection_is_false_only_when_it_lies_wholly_in_quiet_rows(found):
    labels = [label(0, 19, "quiet"), label(20, 29, "quiet"), label(40, 50)]
    inside, across = found(5, 10), found(15, 25)
    into_unsure, into_event = found(25, 30), found(28, 45)
    counts = counted(labels, [inside, across, into_unsure, into_event])
    assert counts.false == (inside, across)
    assert counts.quiet_frames == 30
    assert counts.quiet_frames_covered == 6 + 11 - 0 + 4  # 5..10, 15..25, 26..29


def test_standing_still_and_tiny_movers_are_right_either_way(found):
    labels = [label(10, 20), label(21, 60, "dwell"), label(61, 70), label(80, 90, "tiny")]
    through = counted(labels, [found(10, 70)])
    split = counted(labels, [found(10, 20), found(61, 70), found(82, 85)])
    for counts in (through, split):
        assert (counts.events, counts.found, counts.false, counts.missed) == (2, 2, (), ())
        assert (counts.event_frames, counts.event_frames_covered) == (21, 21)
    assert through.summary()["detections_per_event"] == 0.5
    assert split.summary()["detections_per_event"] == 1.0
    assert split.detections == 3


def test_delays_run_from_an_events_first_frame_to_its_first_detected_one(found):
    labels = [label(10, 20), label(40, 50), label(60, 70), label(80, 90)]
    detections = [found(13, 15), found(18, 20), found(35, 62), found(77, 78)]
    counts = counted(labels, detections)
    # The second and third were already covered; the last was seen just before it is said to begin.
    assert counts.delays_s == pytest.approx((0.3, 0, 0, 0))
    assert counts.found == 4


def test_an_event_in_several_pieces_counts_each_piece(found):
    counts = counted([label(10, 50)], [found(10, 14), found(20, 24), found(46, 60)])
    summary = counts.summary()
    assert (summary["detections"], summary["detections_per_event"]) == (3, 3.0)
    assert summary["event_covered"] == pytest.approx(15 / 41)


def test_two_events_in_one_detection(found):
    counts = counted([label(10, 20), label(30, 40)], [found(10, 40)])
    assert (counts.found, counts.on_events) == (2, 1)


def test_nothing_found_and_nothing_to_find(found):
    missed = counted([label(10, 20)], [])
    assert missed.missed == (label(10, 20),)
    assert missed.summary()["mean_delay_s"] is None
    nothing = counted([label(0, 9, "quiet")], []).summary()
    assert nothing["event_covered"] is nothing["detections_per_event"] is None
    assert nothing["quiet_covered"] == 0


def test_the_total_pools_frames_and_events(found):
    one = counted([label(0, 9), label(20, 29, "quiet")], [found(2, 9)])
    two = counted([label(0, 29), label(40, 69, "quiet")], [found(0, 29), found(40, 54)])
    total = sum([one, two], EventCounts()).summary()
    assert total == pytest.approx(
        {
            "events": 2,
            "found": 2,
            "false": 1,
            "quiet_covered": 15 / 40,
            "event_covered": 38 / 40,
            "detections": 3,
            "detections_per_event": 1.0,
            "mean_delay_s": 0.1,
            "max_delay_s": 0.2,
        }
    )
