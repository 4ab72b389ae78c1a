"""A time-lapse in which a measure decides."""

import numpy as np
import pytest
from films import picture, run_here, write_film

from motionlapse.cli.watch_output import WatchOutput
from motionlapse.clock import SystemClock
from motionlapse.measures import MEASURES
from motionlapse.pipeline_settings import Settings
from motionlapse.sinks.archive_reader import ArchiveReader
from motionlapse.sources.address import parse_address
from motionlapse.watch.controls import Controls
from motionlapse.watch.judging import Judging
from motionlapse.watch.measured import Measuring
from motionlapse.watch.session import Watch


def measuring(factor=lambda: 1.0, **chosen):
    settings = Settings.model_validate({"measures": {"measure": "manhattan", **chosen}})
    return Measuring(settings.measures, settings.analysis, factor)


def times(judge, make_frame, levels, size=(30, 40)):
    frames = (make_frame(np.full(size, level, np.uint8), index=i) for i, level in enumerate(levels))
    return [round(judge.judge(frame).times, 2) for frame in frames]


def test_a_picture_counts_by_its_share_of_the_threshold(make_frame):
    judge = measuring(threshold=10)
    # One grey level is the noise here; a kept picture is what the next is compared with.
    assert times(judge, make_frame, [0, 1, 20, 12])[1:] == [0.0, 2.11, 0.78]


def test_keys_move_the_threshold(make_frame):
    assert times(measuring(lambda: 2.0, threshold=10), make_frame, [0, 0, 12])[2] == 0.6


def test_what_a_picture_is_kept_by_is_told(make_frame):
    factor = [1.0]
    judge = measuring(lambda: factor[0], threshold=10)
    assert judge.criterion == "manhattan ≥ 10"
    factor[0] = 2.0
    times(judge, make_frame, [0, 0])
    assert judge.criterion == "manhattan ≥ 20"
    assert times(measuring(threshold=10), make_frame, [0]) == [0.0], "it differs from nothing"
    settings = Settings.model_validate(
        {"decision": {"lapse": {"every": "2s"}}, "measures": {"measure": "ssim", "threshold": 0.9}}
    )
    assert Judging(settings, Controls()).opens_at == "ssim ≤ 0.9 against the last one kept"
    assert Judging(Settings(), Controls()).opens_at == "0.060% of the watched area"


def test_another_picture_size_is_kept_unless_all_are_brought_to_one(make_frame):
    judge, resized = measuring(threshold=10), measuring(threshold=10, resize=20)
    for each in (judge, resized):
        times(each, make_frame, [0])
    larger = make_frame(np.zeros((60, 80), np.uint8), index=1)
    assert (judge.judge(larger).times, judge.judge(larger).times) == (1.0, 0.0)
    assert resized.judge(larger).times == 0.0


def test_auto_begins_with_the_catalogue_and_learns_from_neighbours(make_frame):
    judge = measuring()
    some = MEASURES["manhattan"].some
    noisy = np.random.default_rng(1).integers(90, 110, (30, 30, 40)).astype(np.uint8)
    verdicts = [judge.judge(make_frame(luma, index=i)) for i, luma in enumerate(noisy)]
    assert verdicts[1].threshold == pytest.approx(some)
    assert verdicts[1].keep  # noise of 6.6 grey levels is more than the catalogue expects
    assert verdicts[-1].threshold > 6.6
    assert not any(verdict.keep for verdict in verdicts[21:])


@pytest.mark.parametrize("measure", ["ssim", "psnr", "hist_kl"])
def test_a_watch_keeps_what_a_measure_finds_different_and_says_so(tmp_path, measure):
    # Something bright stands there from 3 s to 5 s.
    def shown(time_s):
        image = picture(0.0, moves=())
        if 3.0 <= time_s < 5.0:
            image[30:90, 40:120] = 235
        return image

    film = write_film(tmp_path / "desk.mp4", pictures=shown)
    settings = Settings.model_validate(
        {
            "sinks": {"out": tmp_path / "captures"},
            "decision": {"lapse": {"every": "1s"}},
            "measures": {"measure": measure, "resize": 80},
        }
    )
    clock, controls = SystemClock(), Controls()
    output = WatchOutput("desk", clock, json=False, quiet=True, lines=False)
    watch = Watch(parse_address(str(film)), settings, output, clock, controls, realtime=False)
    assert watch.run().exit_code == 0
    events = [kept.event for kept in ArchiveReader(tmp_path / "captures").events()]
    assert [round(event.start_s) for event in events] == [0, 3, 5]
    assert [event.reason.split()[0] for event in events[1:]] == [measure, measure]
    assert all(event.peak_score >= 1.0 for event in events[1:])
    assert "against the last one kept" in events[1].reason


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--measure", "ssim"], "--measure applies only to time-lapse; add --every TIME"),
        (["--every", "1s", "--blur", "2"], "--blur applies only to a measure; add --measure NAME"),
        (["--every", "1s", "--measure", "sim"], "did you mean 'ssim'?"),
    ],
)
def test_flags_of_a_measure_that_would_do_nothing_are_refused(words, said):
    ran = run_here("watch", "demo:", *words)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert said in ran.err
