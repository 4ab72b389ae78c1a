"""Which frames the loop analyses, and when it goes back: the real loop on synthetic pictures."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.background.gaussian import Gaussian
from motionlapse.decision.decider import Decider
from motionlapse.decision.settings import DecisionSettings
from motionlapse.frames import Interruption, SourceInfo
from motionlapse.pacing.pacer import Pacer
from motionlapse.pacing.settings import PacingSettings
from motionlapse.pipeline import run
from motionlapse.pipeline_settings import Settings


class Film:
    def __init__(self, items):
        self.items = items
        self.info = SourceInfo("film", "film", "recording", 160, 120)

    def __iter__(self):
        return iter(self.items)

    def opening(self):
        return None


class Notes:
    def __init__(self):
        self.frames, self.events = [], []

    def write(self, analysis, decision):
        self.frames.append(analysis.frame.index)
        self.finish(decision)

    def finish(self, decision):
        if decision.closed:
            self.events.append(decision.closed)

    def close(self):
        pass


def walk(make_frame, *, fps, start_s=6.0, end_s=9.0, seconds=14.0):
    """Return noise in which a square crosses the picture for some seconds."""
    rng = np.random.default_rng(5)
    frames = []
    for index in range(int(seconds * fps)):
        time = index / fps
        picture = rng.normal(110, 2, (120, 160))
        if start_s <= time < end_s:
            x = int((time - start_s) / (end_s - start_s) * 120)
            picture[40:70, x : x + 30] = 210
        frames.append(make_frame(picture.astype(np.uint8), index=index, time=time))
    return frames


def play(items, pacing):
    notes = Notes()
    result = run(
        Film(items),
        lambda size: Analyzer(size, Gaussian(), AnalysisSettings(), enter=0.002),
        Decider(DecisionSettings()),
        [notes],
        pacing=pacing,
    )
    return notes, result


@pytest.mark.parametrize("fps", [25, 30, 60])
@pytest.mark.parametrize("adaptive", [True, False])
def test_the_event_begins_and_ends_where_it_does_with_every_frame(make_frame, fps, adaptive):
    frames = walk(make_frame, fps=fps)
    every, _ = play(frames, None)
    some, result = play(frames, PacingSettings(adaptive=adaptive))
    assert [e.start_frame for e in some.events] == [e.start_frame for e in every.events]
    assert [e.end_s for e in some.events] == pytest.approx(
        [e.end_s for e in every.events], abs=0.15
    )
    assert len(every.events) == 1
    assert every.frames == list(range(len(frames)))
    assert some.frames == sorted(set(some.frames))
    assert len(some.frames) < (0.6 if adaptive else 0.75) * len(frames)
    assert result.frames == len(frames)


# d: disposable. Patterns of encoders: at 25 frames a second with a B-pyramid and without one, at
# 60 with one.
PATTERNS = [(25, "-d"), (25, "-d-d-d--d-"), (25, "-ddd"), (60, "-ddd")]


@pytest.mark.parametrize(("fps", "pattern"), PATTERNS)
@pytest.mark.parametrize("adaptive", [True, False])
def test_frames_that_are_disposable_are_looked_at_where_motion_begins_or_ends_alone(
    make_frame, fps, pattern, adaptive
):
    frames = [
        replace(frame, disposable=pattern[frame.index % len(pattern)] == "d")
        for frame in walk(make_frame, fps=fps)
    ]
    every, _ = play(frames, None)
    some, _ = play(frames, PacingSettings(adaptive=adaptive, skip_nonref=False))
    assert [e.start_frame for e in some.events] == [e.start_frame for e in every.events]
    assert [e.end_s for e in some.events] == pytest.approx(
        [e.end_s for e in every.events], abs=0.15
    )
    looked = [frames[index] for index in some.frames]
    # After the opening and a second of calm: before the square comes, and while it crosses.
    quiet = [f for f in looked if 4 < f.time < 5.7]
    crossing = [f for f in looked if 6.5 < f.time < 8.5]
    gap_s = 3 / fps if "ddd" in pattern else 1 / fps
    if adaptive or gap_s < 0.11:
        assert not any(f.disposable for f in quiet)
    if gap_s < 0.11:
        assert not any(f.disposable for f in crossing)
    most_s = 0.2 if adaptive else 2 / 15
    assert max(b.time - a.time for a, b in pairwise(quiet)) <= most_s + 1e-3


@pytest.mark.parametrize(
    ("fps", "pattern", "skips"),
    [(25, "-d", True), (25, "-d-d-d--d-", True), (25, "-ddd", False), (60, "-ddd", True)],
)
def test_what_no_other_frame_is_built_on_is_skipped_where_the_others_come_often(
    make_frame, fps, pattern, skips
):
    frames = [
        replace(frame, disposable=pattern[frame.index % len(pattern)] == "d")
        for frame in walk(make_frame, fps=fps)
    ]
    every, _ = play(frames, None)
    some, result = play(frames, PacingSettings())
    assert result.frames == len(frames)
    looked = [frames[index] for index in some.frames if index > len(pattern)]
    assert any(frame.disposable for frame in looked) != skips
    for one, other in zip(some.events, every.events, strict=True):
        assert one.start_s == pytest.approx(other.start_s, abs=0.08)
        assert one.end_s == pytest.approx(other.end_s, abs=0.15)
    for pacing in (PacingSettings(analyse_fps="all"), PacingSettings(skip_nonref=False)):
        notes, _ = play(frames, pacing)
        assert any(frames[index].disposable for index in notes.frames if index > len(pattern))


def test_frames_are_not_skipped_once_the_others_come_no_more(make_frame):
    """After single disposable frames, an encoder may put any number of them in a row."""
    frames = [
        replace(frame, disposable=frame.index % 2 == 1 or 5.9 < frame.time < 9.5)
        for frame in walk(make_frame, fps=25)
    ]
    every, _ = play(frames, None)
    some, _ = play(frames, PacingSettings())
    for one, other in zip(some.events, every.events, strict=True):
        assert one.start_s == pytest.approx(other.start_s, abs=0.08)
        assert one.end_s == pytest.approx(other.end_s, abs=0.15)


def test_slow_footage_is_not_thinned(make_frame):
    frames = walk(make_frame, fps=12)
    notes, _ = play(frames, PacingSettings())
    assert notes.frames == list(range(len(frames)))


def test_what_a_source_left_out_counts_for_how_fast_frames_come(make_frame):
    """Else its frames would be as few as those of which none is left out."""
    frames = walk(make_frame, fps=25)
    half = [
        frame if 5.9 < frame.time < 6.5 or frame.time > 8.9 else replace(frame, left_out=1)
        for frame in frames
        if frame.index % 2 == 0 or 5.9 < frame.time < 6.5 or frame.time > 8.9
    ]
    every, _ = play(frames, None)
    some, _ = play(half, PacingSettings())
    assert [e.start_frame for e in some.events] == [e.start_frame for e in every.events]
    assert [e.end_s for e in some.events] == pytest.approx(
        [e.end_s for e in every.events], abs=0.15
    )
    quiet_s = [n / 25 for n in some.frames if 4 < n / 25 < 5.7]
    assert min(b - a for a, b in pairwise(quiet_s)) > 0.15
    crossing = [n for n in some.frames if 6.5 < n / 25 < 8.5]
    assert len(crossing) == pytest.approx(25, abs=1)


def test_frames_that_are_left_out_are_never_converted(make_frame):
    frames = walk(make_frame, fps=25, start_s=99)
    looked, _ = play(frames, PacingSettings())
    converted = [f.index for f in frames if f.to_planes.cache_info().currsize]
    late = [index for index in converted if index > 80]  # after the opening
    assert late == [index for index in looked.frames if index > 80]
    assert len(late) < (len(frames) - 80) / 4


def test_what_is_held_is_looked_at_before_a_break(make_frame):
    frames = walk(make_frame, fps=25, start_s=99, seconds=4.2)
    notes, _ = play([*frames[:93], Interruption("lost"), *frames[93:]], PacingSettings())
    assert {92, 93, 104} <= set(notes.frames)
    assert notes.frames == sorted(notes.frames)


def test_held_frames_are_few_where_pictures_are_large(make_frame):
    info = SourceInfo("large", "large", "recording", 3840, 2160)
    pacer = Pacer(PacingSettings(quiet_step=1.0), info)
    most = 0
    for frame in walk(make_frame, fps=60, start_s=99, seconds=2):
        if pacer.wants(frame):
            pacer.rest()
        most = max(most, sum(1 for _ in pacer._held))
    assert most <= 3


@pytest.mark.parametrize(
    "settings",
    [
        {"sinks": {"masks": "masks"}},
        {"sinks": {"metrics": "numbers.csv"}},
        {"sinks": {"snapshots": "all"}},
        {"sinks": {"snapshots": "every:2s"}},
        {"decision": {"lapse": {"every": 10}}},
    ],
)
def test_what_shows_every_frame_needs_every_frame(settings):
    assert Settings(**settings).pace() is None
    assert Settings().pace() == PacingSettings()
    assert Settings().pace(every_frame=True) is None


def test_calm_frames_are_looked_at_only_if_the_next_one_is_not_quiet(make_frame):
    """Such as those of a stream of which only key frames are decoded, one every 1.6 s."""
    frames = walk(make_frame, fps=25, start_s=6.0, end_s=9.0)
    calm = [replace(f, calm=f.index > 50 and f.index % 40 > 0 and f.time < 6.4) for f in frames]
    every, _ = play(frames, None)
    some, result = play(calm, PacingSettings())
    assert [e.start_frame for e in some.events] == [e.start_frame for e in every.events]
    assert [n for n in some.frames if 55 < n < 121] == [80, 120]
    assert set(range(121, 161)) <= set(some.frames), "gone back over"
    assert result.frames == len(frames)
    none, _ = play(calm, PacingSettings(adaptive=False))
    assert len(none.frames) > len(some.frames)
