"""A quiet scene, as a person calibrates on it."""

import shutil
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest
from films import FPS, picture, run_here, scan_here, write_film

from motionlapse.decision.settings import DecisionSettings

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@pytest.fixture
def swaying(tmp_path):
    shutil.copyfile(FIXTURES / "swaying.mp4", tmp_path / "swaying.mp4")
    return "swaying.mp4"


def test_a_restless_tree_raises_the_thresholds_until_it_is_quiet(swaying, tmp_path):
    before = scan_here(swaying, tmp_path / "a")
    ran = run_here("calibrate", swaying, "--json", "--measure", "ssim", "--measure", "background")
    assert ran.code == 0
    [found] = ran.records
    assert found["noise_floor"] >= 8
    assert found["enter"] >= DecisionSettings().enter
    assert found["false_alarms_a_day"] <= 1 < found["usual_false_alarms_a_day"]
    assert [spread["measure"] for spread in found["measures"]] == ["ssim", "background"]
    assert "too short: only" in found["warnings"][0]
    assert "too short: only" in ran.err
    written = tomllib.loads((tmp_path / "motionlapse.toml").read_text())
    assert written["background"]["gaussian"]["noise_floor"] == found["noise_floor"]
    assert written["measures"]["measure"] == "ssim"
    assert run_here("config", "check").code == 0
    after = scan_here(swaying, tmp_path / "b")  # reads ./motionlapse.toml
    assert len(before.records) > 0
    assert after.records == []


def test_movers_are_found_with_what_a_quiet_part_proposes(tmp_path):
    shutil.copyfile(FIXTURES / "walker.mp4", tmp_path / "walker.mp4")
    assert run_here("calibrate", "walker.mp4", "--end", "3.2s").code == 0
    assert len(scan_here("walker.mp4", tmp_path / "archive").records) == 2


def test_a_scene_that_was_not_quiet_proposes_nothing(tmp_path):
    shutil.copyfile(FIXTURES / "walker.mp4", tmp_path / "walker.mp4")
    ran = run_here("calibrate", "walker.mp4")
    assert ran.code == 3
    assert "not a quiet scene: at 5.3 s 1.5%" in ran.err
    assert "nothing was written" in ran.err
    assert not (tmp_path / "motionlapse.toml").exists()


def test_an_hour_without_pictures_is_not_watched(tmp_path):
    times = [second + n / FPS for second in (0, 3600) for n in range(8 * FPS)]
    write_film(tmp_path / "quiet.mkv", times=times, pictures=lambda s: picture(s, moves=()))
    [found] = run_here("calibrate", "quiet.mkv", "--json").records
    assert found["seconds"] == pytest.approx(16 - 2 / FPS, abs=0.01)


def test_noise_is_measured_by_brightness(tmp_path):
    rng = np.random.default_rng(2)
    steps = np.repeat(np.array([40, 120, 200], np.uint8), 54)[None, :160]
    still = np.repeat(steps, 120, axis=0)

    def scene(time_s):
        noise = rng.normal(0, np.where(still < 100, 1.5, 4.0))
        grey = np.clip(still + noise, 0, 255).astype(np.uint8)
        return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)

    write_film(
        tmp_path / "noise.mkv", times=[n / 25 for n in range(110)], pictures=scene, codec="ffv1",
        pixels="gray", options={},
    )  # fmt: skip
    [found] = run_here("calibrate", "noise.mkv", "--json").records
    sigmas = {(level["low"] + level["high"]) // 2: level["sigma"] for level in found["noise"]}
    assert sigmas[47] == pytest.approx(1.5, abs=0.15)
    assert sigmas[207] == pytest.approx(4.0, abs=0.3)


def test_flicker_drift_and_steps_are_told(tmp_path):
    def scene(time_s):
        level = 100 + 4 * time_s + 2 * (round(time_s * 25) % 2) + (50 if time_s > 3.5 else 0)
        return np.full((120, 160, 3), round(level), np.uint8)

    write_film(
        tmp_path / "light.mkv", times=[n / 25 for n in range(125)], pictures=scene, codec="ffv1",
        pixels="gray", options={},
    )  # fmt: skip
    [found] = run_here("calibrate", "light.mkv", "--json").records
    assert found["exposure_steps"] == 1
    assert found["flicker"] > 0.5
    assert found["drift_a_minute"] > 200
    assert any("brightness jumped 1 time, by" in text for text in found["warnings"])


def test_a_file_of_another_hand_is_left_alone(swaying, tmp_path):
    own = tmp_path / "motionlapse.toml"
    own.write_text("[decision]\nhold = 3\n")
    ran = run_here("calibrate", swaying)
    assert ran.code == 2
    assert "not written by calibrate" in ran.err
    assert own.read_text() == "[decision]\nhold = 3\n"
    assert run_here("calibrate", swaying, "--out", "own.toml").code == 0
    first = (tmp_path / "own.toml").read_text()
    assert run_here("calibrate", swaying, "--out", "own.toml").code == 0
    assert (tmp_path / "own.toml").read_text() == first
    shown = run_here("calibrate", swaying, "--out", "-")
    assert shown.out == first


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["none.mp4"], 3, "no such file"),
        (
            ["walker.mp4", "--align", "shift"],
            2,
            "--align applies only to measures; add --measure NAME",
        ),
        (["swaying.mp4", "--end", "0.08s"], 3, "too short"),
        (
            ["swaying.mp4", "--end", "1s"],
            3,
            "too short: 1.0 s, and the first 2 s only teach the background; watch for a",
        ),
        (["swaying.mp4", "--measure", "sim"], 2, "did you mean 'ssim'"),
        (["swaying.mp4", "--set", "background.model=mog2"], 2, "background model gaussian"),
        (["swaying.mp4", "--out", "-", "--json"], 2, "cannot be used together"),
        (["swaying.mp4", "--out", "/proc/x.toml"], 4, "cannot be written"),
    ],
)
def test_mistakes_get_one_line(swaying, words, code, said):
    ran = run_here("calibrate", *words)
    assert ran.code == code
    assert said in ran.err
    assert not Path("motionlapse.toml").exists()


def test_durations_that_are_set_are_kept_with_the_thresholds_that_hold_for_them(swaying, tmp_path):
    (tmp_path / "own.toml").write_text("[decision]\nmin_event = '0s'\nhold = '1.5s'\n")
    asked = ("calibrate", swaying, "--config", "own.toml", "--out", "quick.toml")
    ran = run_here(*asked, "--set", "decision.light_events=true")
    assert ran.code == 0, ran.err
    decision = tomllib.loads((tmp_path / "quick.toml").read_text())["decision"]
    assert (decision["min_event"], decision["hold"]) == ("0s", "1.5s")
    assert decision["light_events"] is True
    assert run_here("config", "check", "--config", "quick.toml").code == 0
    assert scan_here(swaying, tmp_path / "a", "--config", "quick.toml").records == []


def test_a_live_source_is_watched_for_a_while(tmp_path):
    ran = run_here("calibrate", "demo:", "--duration", "4s", "--json")
    assert ran.code in {0, 3}, ran.err  # somebody may walk by
    (record,) = ran.records
    assert record["frames"] > 20
    assert 1 < record["seconds"] < 5
    assert "too short: only" in ran.err
