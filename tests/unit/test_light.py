import numpy as np
import pytest

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.background.gaussian import Gaussian
from motionlapse.decision.decider import Decider
from motionlapse.decision.settings import DecisionSettings

RATE = 25.0


def scene(rng, *, infrared: bool) -> np.ndarray:
    """A room with texture; infrared light comes from elsewhere, so that no gain undoes it."""
    shape = np.random.default_rng(7).uniform(60, 180, (12, 16)).repeat(10, 0).repeat(10, 1)
    lit = 255 - shape if infrared else shape
    return np.clip(rng.normal(lit, 2), 0, 255).astype(np.uint8)


def decisions(make_frame, settings: DecisionSettings, pictures: list[np.ndarray]):
    analyzer = Analyzer((160, 120), Gaussian(), AnalysisSettings(), enter=settings.enter)
    decider = Decider(settings)
    pace = 1.0
    for index, picture in enumerate(pictures):
        frame = make_frame(picture, index=index, time=index / RATE)
        analysis = analyzer.step(frame, pace)
        decision = decider.step(frame.time, index, analysis.score, ready=analysis.ready)
        pace = decision.pace
        yield decision


@pytest.mark.parametrize(("light_events", "expected"), [(False, 0), (True, 1)])
def test_light_that_changes_all_at_once_is_no_event_unless_asked(
    make_frame, light_events, expected
):
    rng = np.random.default_rng(3)
    pictures = [scene(rng, infrared=index >= 75) for index in range(250)]
    settings = DecisionSettings(light_events=light_events)
    made = list(decisions(make_frame, settings, pictures))
    assert sum(decision.opened is not None for decision in made) == expected
    assert any(decision.reason == "light changed" for decision in made) is not light_events


def test_who_comes_after_the_light_has_changed_is_seen(make_frame):
    rng = np.random.default_rng(4)
    pictures = [scene(rng, infrared=index >= 50) for index in range(300)]
    for index in range(200, 250):
        x = (index - 200) * 2
        pictures[index][40:90, x : x + 30] = rng.integers(0, 60, (50, 30))
    made = list(decisions(make_frame, DecisionSettings(), pictures))
    opened = [decision.opened.start_frame for decision in made if decision.opened]
    assert len(opened) == 1
    assert 200 <= opened[0] <= 205
