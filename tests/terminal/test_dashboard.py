"""The dashboard: its text at several sizes, and its keys."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from motionlapse.clock import ManualClock
from motionlapse.dashboard.keys import Keys
from motionlapse.dashboard.lines import joined, width_of
from motionlapse.dashboard.look import Look, Pictures, look_at
from motionlapse.dashboard.view import render
from motionlapse.sources.live_status import LiveState, LiveStatus
from motionlapse.types import KeptEvent, State
from motionlapse.watch.chronicle import Chronicle, Note, ScoreStep
from motionlapse.watch.controls import Controls
from motionlapse.watch.housekeeping import DiskUse

NOW = datetime(2026, 5, 4, 14, 10, tzinfo=UTC)
SIZES = [(60, 15), (72, 20), (80, 24), (80, 40), (110, 24), (120, 40), (200, 60), (30, 8), (1, 1)]


@pytest.fixture
def look(make_event, make_decision):
    kept = KeptEvent("cam", make_event(), NOW, NOW, ("captures/cam/event-0001_x.jpg",))
    status = LiveStatus(LiveState.LIVE, 0.0, detail="640×360 h264", pictures=99, dropped=2, fps=25)
    return Look(
        name="rtsp://user:***@host/cam",
        now=NOW,
        folder="captures/host",
        status=status,
        decision=replace(make_decision(), reason="0.4 of the threshold"),
        score=0.4,
        opens_at="0.070% of the watched area",
        scores=tuple(ScoreStep(n / 2, 3.0 if 20 < n < 30 else 0.2, 20 < n < 30) for n in range(90)),
        hour_peak=(0.8, NOW - timedelta(minutes=7)),
        quiet_level=0.31,
        ended=(kept,) * 9,
        notes=(Note(NOW, "lost: connection refused", grave=False),),
        events=9,
        disk=DiskUse(1_500_000_000, 80_000_000_000),
        picture=np.full((36, 64, 3), (40, 90, 200), np.uint8),
        mask=np.zeros((18, 32), np.uint8),
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("pictures", list(Pictures))
@pytest.mark.parametrize("more", [{}, {"help": True}, {"picture": None, "scores": ()}])
def test_every_size_is_filled_exactly(look, size, pictures, more):
    lines = render(replace(look, pictures=pictures, picked=True, **more), *size)
    assert len(lines) == size[1]
    assert {width_of(line) for line in lines} == {size[0]}


@pytest.mark.parametrize("size", [size for size in SIZES if size[0] >= 60])
def test_help_says_that_q_quits_from_it_too(look, size):
    shown = joined(render(replace(look, help=True), *size))
    assert "q quits, any other key closes this help" in shown
    controls = Controls()
    keys = Keys(controls, ManualClock())
    keys.press("?")
    keys.press("q")
    assert controls.stopped == "q"


@pytest.mark.parametrize("size", [size for size in SIZES if size[0] >= 60])
def test_what_a_person_asks_for_is_there_at_every_size(look, size):
    text = joined(render(look, *size))
    wanted = (
        "rtsp://user:***@host/cam",
        "QUIET",
        "0.4 of the threshold",
        "14:03",  # of the highest score; the line may be folded
        "1.0 ",
        "score",
        "? h",
    )
    for words in wanted:
        assert words in text, words


@pytest.mark.parametrize("size", [(60, 15), (80, 40), (110, 24), (120, 40)])
def test_events_warnings_and_the_disk_are_there_in_every_layout(look, size):
    text = joined(render(look, *size))
    assert "14:10:00" in text
    assert "connection refused" in text
    assert "score   3.0" in text
    assert "1.5 GB used, 80 GB left" in text


def test_a_loss_says_why_and_when_it_is_tried_again(look):
    lost = LiveStatus(
        LiveState.LOST, 0.0, reason="nothing was received for 10 s", retry_s=8.0, losses=1
    )
    text = joined(render(replace(look, status=lost, state_s=3.0), 100, 30))
    assert "LOST  nothing was received for 10 s; trying again in 5 s" in text


def test_where_a_measure_decides_its_value_and_threshold_are_shown(look, make_decision):
    said = "ssim 0.98: like the picture of 00:00:02.0"
    measured = replace(
        look,
        decision=replace(make_decision(), reason=said),
        score=3.1e-5,
        measured="ssim 0.98",
        opens_at="ssim ≤ 0.9 against the last one kept",
    )
    text = joined(render(measured, 80, 24))
    assert said in text
    assert "opens at ssim ≤ 0.9 against the last one kept" in text
    assert "3.1e-05" not in text


def test_the_graph_says_how_long_it_took_where_frames_are_looked_at_now_and_then(look):
    sparse = tuple(ScoreStep(2.0 * n, 0.1, False) for n in range(7))
    assert "score, 12 s" in joined(render(replace(look, scores=sparse), 80, 24))
    assert "score, 45 s" in joined(render(look, 100, 40))
    assert "score, 35 s" in joined(render(look, 80, 24)), "as much as is shown"


def test_pictures_are_half_blocks_and_shades_without_colour(look):
    assert "▀▀▀▀" in joined(render(look, 120, 40))
    plain = joined(render(look, 120, 40, colour=False))
    assert "▀" not in plain
    assert "▒▒▒" in plain


def test_an_active_event_is_marked(look, make_decision):
    busy = replace(look, decision=make_decision(State.ACTIVE), score=14.2, open_event=look.ended[0])
    assert "ACTIVE" in joined(render(busy, 100, 30))
    assert "now" in joined(render(busy, 100, 30))


def test_the_open_event_is_counted(make_event):
    chronicle = Chronicle()
    assert look_at(chronicle, "cam", NOW).events == 0
    chronicle.started(KeptEvent("cam", make_event(), NOW))
    assert look_at(chronicle, "cam", NOW).events == 1
    chronicle.event(KeptEvent("cam", make_event(), NOW, NOW))
    assert look_at(chronicle, "cam", NOW).events == 1


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"score": 14.2}, "active: 14 of the threshold"),
        ({"measured": "ssim 0.8"}, "active: ssim 0.8"),
        ({"status": LiveStatus(LiveState.LOST, 0.0, reason="gone", retry_s=8.0)}, "lost: gone;"),
        ({"decision": None}, "starting: "),
    ],
)
def test_a_tiny_terminal_shows_the_score(look, make_decision, more, shown):
    tiny = replace(look, **{"decision": make_decision(State.ACTIVE), **more})
    assert joined(render(tiny, 30, 8)[1:2]).startswith(shown)


@pytest.mark.parametrize("size", [(30, 8), (44, 14), (59, 15), (20, 8)])
def test_a_tiny_terminal_cuts_off_no_hint(look, size):
    for said, shown in (
        ("", "too small: 60×15 shows more, q quits"),
        ("quitting: the open event is closed and its files are finished",) * 2,
    ):
        lines = joined(render(replace(look, said=said), *size)).splitlines()
        assert " ".join(line.strip() for line in lines).strip().endswith(shown)


def test_all_keys_work():
    controls = Controls()
    keys = Keys(controls, ManualClock())
    for key in "+++-":
        keys.press(key)
    assert controls.threshold == pytest.approx(1.25**2)
    keys.press(" ")
    assert controls.paused
    keys.press(" ")
    assert not controls.paused
    keys.press("s")
    keys.press("b")
    assert [controls.take(wish) for wish in ("snapshot", "relearn", "snapshot")] == [1, 1, 0]
    seen = []
    for _ in range(5):
        keys.press("m")
        seen.append(keys.pictures)
    assert set(seen) == set(Pictures)
    keys.press("?")
    assert keys.help
    keys.press("s")
    assert not keys.help, "any key goes back, and does nothing else"
    assert not controls.take("snapshot")
    keys.press("\x1b")
    assert controls.stopped == ""
    keys.press("q")
    assert controls.stopped == "q"


@pytest.mark.parametrize(("key", "words"), [("+", "threshold × 1.25"), ("m", "pictures: both")])
def test_what_a_key_did_gives_way_to_the_hints(look, key, words):
    clock = ManualClock()
    keys = Keys(Controls(), clock)
    hints = joined(render(look, 80, 24)[-1:])
    assert hints.startswith(" q quit")

    def last_line():
        return joined(render(replace(look, said=keys.said), 80, 24)[-1:])

    keys.press(key)
    clock.advance(4.9)
    assert words in last_line()
    clock.advance(0.2)
    assert last_line() == hints
    keys.press(key)
    assert last_line() != hints, "the next key says its own"


def test_that_watching_ends_stands_until_it_has():
    clock = ManualClock()
    keys = Keys(Controls(), clock)
    keys.press("q")
    clock.advance(60)
    assert keys.said.startswith("quitting")
