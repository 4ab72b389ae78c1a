"""The check of what would be skipped."""

import numpy as np
import pytest
from films import write_film
from long_films import RATE, SIZE, noisy, write_long

import motionlapse.prescan.check
from motionlapse.batch.parts import analyzer_maker
from motionlapse.pipeline_settings import Settings
from motionlapse.prescan.check import Check
from motionlapse.prescan.film import Stretches
from motionlapse.sources.key_frames import KeyFrames

SECONDS = 60


@pytest.fixture(scope="module")
def flashes(tmp_path_factory):
    """Return a film in which a lamp is lit in two key frames only, too briefly for an event."""
    scene = noisy(())

    def pictures(time_s):
        picture = scene(time_s).copy()
        if time_s in {48.0, 49.0}:
            picture[40:80, 60:100] = np.clip(picture[40:80, 60:100].astype(int) + 70, 0, 255)
        return picture

    path = tmp_path_factory.mktemp("films") / "flashes.mp4"
    options = {"g": str(RATE), "keyint_min": str(RATE), "crf": "23"}
    times = [number / RATE for number in range(SECONDS * RATE)]
    return write_film(path, times=times, pictures=pictures, size=SIZE, options=options)


def find(film, sample, on_share=lambda _: None, settings=None):
    settings = settings or Settings()
    reader = KeyFrames(film, settings.sources)
    for _ in reader:
        pass
    groups = reader.groups()
    check = Check(
        settings,
        analyzer_maker(settings),
        lambda stretches: Stretches(film, settings.sources, groups, stretches),
        lambda: False,
        on_share,
    )
    return check.find_event(groups, frozenset(range(SECONDS)), sample)


def test_what_a_scan_that_knows_the_scene_takes_for_nothing_is_no_event(flashes, monkeypatch):
    # Learned from the key frames at 48, 49 and 50 s, the lamp is background, and then goes out.
    short = Settings.model_validate({"decision": {"min_event": "0.1s"}})
    assert find(flashes, [50], settings=short) is None
    monkeypatch.setattr(motionlapse.prescan.check, "_RUN_UP_S", 0.0)
    assert find(flashes, [50], settings=short).start_s == pytest.approx(50.1, abs=0.2)


def test_what_it_finds_too_is_an_event(tmp_path):
    film = write_long(tmp_path / "film.mp4", seconds=SECONDS, moves=((50.2, 50.9),))
    assert find(film, [30]) is None
    assert find(film, [20, 30, 50]).start_s == pytest.approx(50.2, abs=0.2)


def test_it_tells_how_much_of_the_sample_is_done(flashes):
    told = []
    assert find(flashes, [10, 20, 50], told.append) is None
    assert told == sorted(told)
    assert sorted(set(told)) == pytest.approx([0, 1 / 3, 2 / 3])
