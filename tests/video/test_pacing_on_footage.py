"""Fewer looks, the same events: on the labelled clips where they are there, and on the fixtures."""

import av
import pytest

from motionlapse.batch.parts import analyzer_maker
from motionlapse.decision.decider import Decider
from motionlapse.evaluation.event_labels import read_event_labels
from motionlapse.pacing.settings import PacingSettings
from motionlapse.pipeline import run
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.recording import Recording

# What is the same event. Most ends move by nothing; where a ghost ends one, they do by 0.27 s.
MOST_S = 0.3


class Events:
    """A sink that keeps events and counts the frames that were looked at."""

    def __init__(self):
        self.events, self.looks = [], 0

    def write(self, _analysis, decision):
        self.looks += 1
        self.finish(decision)

    def finish(self, decision):
        if decision.closed:
            self.events.append((decision.closed.start_s, decision.closed.end_s))

    def close(self):
        pass


def scan(film, pacing):
    kept, settings = Events(), Settings()
    with Recording(film, settings.sources) as source:
        result = run(
            source, analyzer_maker(settings), Decider(settings.decision), [kept], pacing=pacing
        )
    return kept, result.frames


def hold_to_every_frame(film):
    every, frames = scan(film, None)
    assert every.looks == frames
    for adaptive in (True, False):
        some, read = scan(film, PacingSettings(adaptive=adaptive))
        assert read == frames
        assert some.looks <= every.looks
        assert len(some.events) == len(every.events), (adaptive, some.events, every.events)
        for one, other in zip(some.events, every.events, strict=True):
            assert one == pytest.approx(other, abs=MOST_S), adaptive


@pytest.mark.parametrize(
    "name",
    [
        "cloud_walker.mp4",
        "light_switch.mp4",
        "parked_leaves.mp4",
        "scene_30fps.mp4",
        "slow_mover.mp4",
        "vfr.mkv",
    ],
)
def test_fixtures_have_the_events_that_every_frame_gives(fixtures, name):
    hold_to_every_frame(fixtures / name)


def test_labelled_clips_have_the_events_that_every_frame_gives(shared_data):
    clips = read_event_labels(shared_data / "events.csv")
    for clip in clips:
        hold_to_every_frame(shared_data / clip)


def encode_again(film, again):
    """Write a film as x264 does with B-frames: half of its pictures are built on by no other."""
    with av.open(str(film)) as old, av.open(str(again), "w") as new:
        shown = old.streams.video[0]
        options = {"preset": "veryfast", "crf": "23", "bf": "3", "g": "50"}
        written = new.add_stream("libx264", rate=shown.average_rate, options=options)
        written.width, written.height = shown.width, shown.height
        written.codec_context.time_base = shown.time_base
        for picture in old.decode(shown):
            plain = picture.reformat(format="yuv420p")
            plain.pts, plain.time_base = picture.pts, picture.time_base
            new.mux(written.encode(plain))
        new.mux(written.encode(None))
    return again


def test_frames_that_no_other_is_built_on_need_not_be_looked_at(shared_data, tmp_path):
    film = encode_again(shared_data / "clips" / "bottle-detection.mp4", tmp_path / "again.mp4")
    hold_to_every_frame(film)
    some, every = (scan(film, PacingSettings(skip_nonref=skip))[0] for skip in (True, False))
    assert some.looks < 0.8 * every.looks
