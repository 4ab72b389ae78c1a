"""Runs that are stopped and go on decide as one that was not."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from films import write_stills

from motionlapse.measures.settings import MeasureSettings
from motionlapse.pipeline_settings import Settings
from motionlapse.sifting.journal import Journal
from motionlapse.sifting.news import contrast_beyond_light
from motionlapse.sifting.placing import Placer
from motionlapse.sifting.sift import Sift

TIMES = [0.0] * 8 + [1.2, 1.4] + [0.0] * 6 + [1.6] + [0.0] * 3


def sift(stills, folder: Path, measure: str, stop_after: int | None = None):
    settings = Settings(measures=MeasureSettings(measure=measure))
    folder.mkdir(exist_ok=True)
    seen = []
    with Journal(folder, {"measure": measure}) as journal:
        run = Sift(
            settings,
            journal,
            Placer(folder, "link"),
            seen.append,
            lambda: stop_after is not None and len(seen) >= stop_after,
        )
        run.series(stills)
        return run.summary, [(Path(r.still).name, r.state) for r in journal.records.values()]


@pytest.mark.parametrize("measure", ["background", "mse"])
@pytest.mark.parametrize("stop_after", [1, 9, 17])
def test_stopped_runs_go_on(tmp_path, measure, stop_after):
    stills = write_stills(tmp_path / "stills", TIMES)
    _, whole = sift(stills, tmp_path / "whole", measure)
    stopped, _ = sift(stills, tmp_path / "parts", measure, stop_after)
    assert stopped.interrupted
    assert stopped.stills == stop_after
    after, parts = sift(stills, tmp_path / "parts", measure)
    assert not after.interrupted
    assert after.before == stop_after
    assert after.stills == len(TIMES)
    assert parts == whole


@pytest.mark.parametrize("measure", ["background", "mse"])
@pytest.mark.parametrize("first_run", [8, 9])
def test_a_corrupt_still_where_runs_meet_is_no_reference(tmp_path, measure, first_run):
    stills = write_stills(tmp_path / "stills", [0.0] * 16)
    grey = np.full_like(cv2.imread(str(stills[8])), 128)
    cv2.imwrite(str(stills[8]), grey)
    sift(stills[:first_run], tmp_path / "out", measure)
    _, states = sift(stills, tmp_path / "out", measure)
    # The last of a run cannot be told from news: it is kept, and no more than that.
    odd = "corrupt" if first_run == 8 else "kept"
    expected = ["kept", *["dropped"] * 7, odd, *["dropped"] * 7]
    assert [state for _, state in states] == expected


def test_a_link_to_nowhere_has_its_name(tmp_path):
    (still,) = write_stills(tmp_path / "a", [0.0])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / still.name).symlink_to(tmp_path / "nowhere")
    assert Placer(tmp_path / "out", "copy").place(still).name == "shot0-2.jpg"


def test_names_in_the_folder_are_never_overwritten(tmp_path):
    stills = write_stills(tmp_path / "a", [0.0])
    others = write_stills(tmp_path / "b", [1.3])
    (tmp_path / "out").mkdir()
    placer = Placer(tmp_path / "out", "copy")
    assert placer.place(stills[0]).name == "shot0.jpg"
    second = placer.place(others[0])
    assert second.name == "shot0-2.jpg"
    assert second.read_bytes() == others[0].read_bytes()
    linking = Placer(tmp_path / "out", "link")
    third = linking.place(others[0])
    assert linking.place(others[0]) == third  # as after a run that ended in between


def test_light_explains_what_gain_and_offset_explain():
    rng = np.random.default_rng(1)
    ground = rng.integers(60, 90, (20, 30), np.uint8)
    assert contrast_beyond_light(ground, (ground * 0.6 + 20).astype(np.uint8)) < 1
    with_thing = ground.copy()
    with_thing[5:15, 5:15] = 200
    assert contrast_beyond_light(ground, with_thing) > 20
    assert contrast_beyond_light(with_thing, ground) > 20
    flat = np.full((9, 9), 7, np.uint8)
    assert contrast_beyond_light(flat, flat + np.uint8(30)) == 0
