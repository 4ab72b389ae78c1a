from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.background import MODELS
from motionlapse.frames import Frame, Image
from motionlapse.types import Analysis

WIDTH, HEIGHT = 120, 90
ENTER = 0.01


def scene(square: tuple[int, int] | None = None) -> Image:
    luma = np.full((HEIGHT, WIDTH), 90, np.uint8)
    if square:
        x, y = square
        luma[y : y + 20, x : x + 20] = 200
    return luma


def last_of(
    make_frame: Callable[..., Frame], square: tuple[int, int], **values: object
) -> Analysis:
    """Return what is found of a square that comes after two quiet seconds."""
    entry = MODELS["gaussian"]
    settings = AnalysisSettings.model_validate(values)
    analyzer = Analyzer((WIDTH, HEIGHT), entry.make(entry.settings()), settings, enter=ENTER)
    for index in range(20):
        quiet = analyzer.step(make_frame(scene(), index=index, time=index / 10))
        assert (quiet.score.value, quiet.blobs) == (0.0, ())
    return analyzer.step(make_frame(scene(square), index=20, time=2.0))


@pytest.mark.parametrize(
    ("model", "model_values", "values", "seconds"),
    [
        ("gaussian", {}, {}, 2.0),
        ("gaussian", {"time_constant": 3}, {}, 3.0),
        ("gaussian", {"time_constant": 3}, {"opening": "1s"}, 1.0),
        ("gaussian", {"time_constant": 3}, {"opening": 0}, 0.0),
        ("mog2", {"time_constant": 9}, {}, 2.0),
    ],
)
def test_the_opening_is_as_set_and_else_as_the_model_wants(
    make_frame: Callable[..., Frame],
    model: str,
    model_values: dict[str, object],
    values: dict[str, object],
    seconds: float,
) -> None:
    entry = MODELS[model]
    analyzer = Analyzer(
        (WIDTH, HEIGHT),
        entry.make(entry.settings.model_validate(model_values)),
        AnalysisSettings.model_validate(values),
        enter=ENTER,
    )
    asked: list[float] = []

    def opening() -> Iterator[Frame]:
        for index in range(60):
            asked.append(index / 10)
            yield make_frame(scene(), index=index, time=asked[-1])

    analyzer.prime(opening())
    assert analyzer.opening_s == seconds
    assert asked[-1] == pytest.approx(seconds + 0.1)  # the first that is beyond it


@pytest.mark.parametrize("scale", [1, 2, 3, 5])
def test_a_square_is_a_blob_where_it_is(make_frame: Callable[..., Frame], scale: int) -> None:
    found = last_of(make_frame, (30, 30), scale=scale, min_blob_pixels=1)
    (blob,) = found.blobs
    assert (found.ready, found.scale) == (True, scale)
    assert abs(blob.x - 30) <= scale >= abs(blob.y - 30)
    assert abs(blob.width - 20) <= 2 * scale >= abs(blob.height - 20)
    assert found.score.regions == ("all",)


def test_the_score_is_the_moving_share_over_enter(make_frame: Callable[..., Frame]) -> None:
    score = last_of(make_frame, (30, 30)).score
    assert score.fraction == pytest.approx(400 / (WIDTH * HEIGHT))
    assert score.moving == pytest.approx(score.fraction, rel=0.02)  # corners are outvoted
    assert score.value == pytest.approx(score.moving / ENTER)
    assert score.flow is None


def test_shares_are_of_the_watched_area(make_frame: Callable[..., Frame]) -> None:
    left = "0,0 59,0 59,89 0,89"
    score = last_of(make_frame, (30, 30), regions=(left,)).score
    assert score.fraction == pytest.approx(400 / (60 * HEIGHT))
    assert score.regions == ("region 1",)
    assert last_of(make_frame, (90, 30), regions=(left,)).score.fraction == 0


def test_what_is_ignored_does_not_count(make_frame: Callable[..., Frame]) -> None:
    found = last_of(make_frame, (30, 30), ignore=("20,20 60,20 60,60 20,60",))
    assert (found.score.fraction, found.blobs, found.score.regions) == (0, (), ())


def test_a_blob_below_the_least_size_does_not_count(make_frame: Callable[..., Frame]) -> None:
    assert last_of(make_frame, (30, 30), min_blob="3%").blobs
    assert not last_of(make_frame, (30, 30), min_blob="4%").blobs


@pytest.mark.parametrize("flow", [False, True])
def test_a_frame_that_is_gone_back_over_leaves_no_trace(
    make_frame: Callable[..., Frame], flow: bool
) -> None:
    found = []
    for looks_ahead in (False, True):
        entry = MODELS["gaussian"]
        settings = AnalysisSettings.model_validate({"flow": flow})
        analyzer = Analyzer((WIDTH, HEIGHT), entry.make(entry.settings()), settings, enter=ENTER)
        frames = [
            make_frame(scene((4 * index - 80, 30) if index >= 20 else None), index=index, time=at)
            for index, at in enumerate(np.arange(30) / 20)
        ]
        for frame in frames[:22]:
            analyzer.step(frame)
        if looks_ahead:
            analyzer.mark()
            analyzer.step(frames[25])
            analyzer.go_back()
        steps = [analyzer.step(frame) for frame in frames[22:]]
        found.append([(step.score, step.blobs, step.mask.sum()) for step in steps])
    assert found[0] == found[1]
    assert found[0][0][0].value > 1
    assert (found[0][0][0].flow is not None) == flow


@pytest.mark.parametrize(
    ("share", "values", "light"),
    [
        (0.25, {}, True),
        (0.1, {}, False),
        (0.25, {"regions": ["half=0%,0% 50%,0% 50%,100% 0%,100%"]}, False),
    ],
    ids=["a quarter", "a tenth", "of what is watched in part"],
)
def test_much_that_comes_at_once_and_is_too_thin_to_be_anything_is_light(
    make_frame: Callable[..., Frame], share: float, values: dict[str, object], light: bool
) -> None:
    entry = MODELS["gaussian"]
    settings = AnalysisSettings.model_validate(values)
    analyzer = Analyzer((WIDTH, HEIGHT), entry.make(entry.settings()), settings, enter=ENTER)
    for index in range(20):
        analyzer.step(make_frame(scene(), index=index, time=index / 10))
    specks = np.random.default_rng(1).random((HEIGHT, WIDTH)) < share
    found = analyzer.step(make_frame(scene() + np.uint8(24) * specks, index=20, time=2.0))
    assert (found.score.light, found.blobs) == (light, ())


def test_what_fills_up_within_its_outline_is_no_light(make_frame: Callable[..., Frame]) -> None:
    entry = MODELS["gaussian"]
    analyzer = Analyzer(
        (WIDTH, HEIGHT), entry.make(entry.settings()), AnalysisSettings(), enter=ENTER
    )
    for index in range(20):
        analyzer.step(make_frame(scene(), index=index, time=index / 10))
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    off = np.maximum(abs(rows - HEIGHT / 2) / HEIGHT, abs(columns - WIDTH / 2) / WIDTH)
    body, outline = off < 0.3, (off < 0.3) & (off > 0.25)
    for index, covered in enumerate((outline, body), 20):
        picture = np.where(covered, 255 - scene(), scene())
        found = analyzer.step(make_frame(picture, index=index, time=index / 10))
        assert found.score.fraction > 0.3
        assert not found.score.light
