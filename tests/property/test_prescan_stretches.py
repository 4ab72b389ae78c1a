"""The prescan's core: numbers of each group in, stretches out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionlapse.prescan.quiet import (
    Numbers,
    Signs,
    enough_may_last,
    gumbel_limit,
    left_out_beside,
    local_growth,
    normal_limit,
    sizes_follow,
    sizes_tell,
    suspicious,
)
from motionlapse.prescan.sample import choose_sample, risk_bound, sample_stretches
from motionlapse.prescan.stretches import (
    Span,
    Stretch,
    skipped_groups,
    stretches_around,
    suspicious_spans,
)
from motionlapse.sources.bursts import Burst, Group
from motionlapse.sources.seeking import KeyFrame

seeds = st.integers(0, 2**32 - 1)


@st.composite
def films(draw: st.DrawFn) -> tuple[list[Span], list[float]]:
    """Return what is to be judged, and when each group begins."""
    lengths = draw(st.lists(st.floats(0.2, 5), min_size=1, max_size=80))
    starts_s = [0.0, *np.cumsum(lengths)[:-1].tolist()]
    times = st.floats(0, starts_s[-1] + 5)
    pairs = draw(st.lists(st.tuples(times, times), max_size=20))
    return [Span(min(pair), max(pair)) for pair in pairs], starts_s


def judges(stretch: Stretch, time: float, starts_s: list[float]) -> bool:
    return starts_s[stretch.first] <= time <= stretch.end_s


@given(films())
def test_every_span_is_judged_with_a_second_on_either_side(
    film: tuple[list[Span], list[float]],
) -> None:
    spans, starts_s = film
    stretches = stretches_around(spans, starts_s)
    for start_s, end_s in spans:
        asked = (max(0.0, start_s - 1), end_s + 1)
        assert any(all(judges(s, time, starts_s) for time in asked) for s in stretches)
    assert stretches[0].first == 0
    assert len(starts_s) == 1 or stretches[0].end_s >= starts_s[1]


@given(films())
def test_stretches_are_in_order_and_apart(film: tuple[list[Span], list[float]]) -> None:
    spans, starts_s = film
    stretches = stretches_around(spans, starts_s)
    for before, after in itertools.pairwise(stretches):
        assert after.first - before.last > 2
        assert before.end_s < starts_s[after.first]
    for stretch in stretches:
        assert 0 <= stretch.first <= stretch.last < len(starts_s)
        assert stretch.end_s >= starts_s[stretch.last]


@given(films(), st.floats(0, 400))
def test_one_more_suspicion_never_judges_less(
    film: tuple[list[Span], list[float]], time: float
) -> None:
    spans, starts_s = film
    count = len(starts_s)
    more = stretches_around([*spans, Span(time, time)], starts_s)
    assert set(skipped_groups(more, count)) <= set(
        skipped_groups(stretches_around(spans, starts_s), count)
    )


@given(st.integers(0, 9), st.sampled_from(["pictures", "totals", "bursts"]))
def test_what_is_suspicious_of_a_group(place: int, sign: str) -> None:
    groups = [
        Group(
            KeyFrame(n, 50 * n),
            2.0 * n,
            2.0 * n + 2,
            np.ones(49, np.int64),
            Burst(1.0, 2.0 * n + 0.7, 2.0 * n + 1.2),
        )
        for n in range(10)
    ]
    nothing = np.zeros(10, np.bool_)
    found = nothing.copy()
    found[place] = True
    signs = Signs(nothing, nothing, nothing)._replace(**{sign: found})
    start_s = 2.0 * place
    assert suspicious_spans(groups, signs) == [
        {
            "pictures": Span(max(0.0, start_s - 2), start_s),
            "totals": Span(start_s, start_s + 2),
            "bursts": Span(start_s + 0.7, start_s + 1.2),
        }[sign]
    ]


@given(seeds, st.integers(60, 3000), st.floats(-5, 5), st.floats(0.1, 9))
def test_quiet_values_hardly_ever_reach_the_limits(
    seed: int, count: int, shift: float, scale: float
) -> None:
    random = np.random.default_rng(seed)
    for draw, limit in ((random.gumbel, gumbel_limit), (random.normal, normal_limit)):
        # Of many films: a few values of one may be of any kind. It is one to two, however many.
        films = draw(shift, scale, (30, count))
        beyond = [np.count_nonzero(values > limit(values)) for values in films]
        assert np.mean(beyond) <= 5


@given(seeds, st.floats(0.5, 20), st.floats(-50, 50))
def test_limits_move_with_the_values(seed: int, scale: float, shift: float) -> None:
    values = np.random.default_rng(seed).gumbel(0, 1, 200)
    for limit in (gumbel_limit, normal_limit):
        assert limit(scale * values + shift) == pytest.approx(scale * limit(values) + shift)


def quiet_film(seed: int, count: int) -> tuple[Numbers, Numbers, Numbers]:
    random = np.random.default_rng(seed)
    pictures = random.gumbel(6, 1, count)
    totals = 20_000 * np.exp(random.normal(0, 0.05, count))
    return pictures, totals, totals / 20 * np.exp(random.normal(0, 0.05, count))


@given(seeds, st.integers(60, 400), st.data())
def test_what_stands_out_is_suspicious(seed: int, count: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, count - 1))
    for signal in range(3):
        film = quiet_film(seed, count)
        film[signal][place] *= 10
        assert suspicious(*film)[signal][place]


@given(seeds, st.integers(60, 400))
def test_most_of_a_quiet_film_is_quiet(seed: int, count: int) -> None:
    assert np.any(suspicious(*quiet_film(seed, count)), axis=0).mean() < 0.4


@pytest.mark.parametrize(
    ("totals", "bursts", "tell"),
    [
        ([], [], False),
        ([2], [], False),  # one of three
        ([2], [6], True),
        ([1], [5], True),  # as much as a group earlier
        ([3], [7], False),  # later is too late
    ],
)
def test_sizes_tell_if_they_see_most_of_what_pictures_see(
    totals: list[int], bursts: list[int], tell: bool
) -> None:
    def flags(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.isin(np.arange(12), numbers)

    assert sizes_tell(Signs(flags(2, 6, 10), flags(*totals), flags(*bursts))) == tell
    assert sizes_tell(Signs(flags(), flags(*totals), flags(*bursts)))


def test_sizes_that_rise_slowly_do_not_stand_out() -> None:
    random = np.random.default_rng(1)
    dusk = 10_000 * np.exp(np.linspace(0, 2, 400) + random.normal(0, 0.02, 400))
    growth = local_growth(dusk)
    assert np.count_nonzero(growth > normal_limit(growth)) <= 12  # at the ends more than elsewhere


@given(st.lists(st.integers(0, 9999), unique=True, max_size=2000).map(sorted))
def test_a_sample_is_the_same_at_every_call(skipped: list[int]) -> None:
    sample = choose_sample(skipped)
    assert sample == choose_sample(skipped)
    assert set(sample) <= set(skipped)
    assert len(sample) == len(set(sample)) >= min(20, len(skipped))


@given(st.lists(st.integers(0, 99), unique=True, min_size=1).map(sorted))
def test_a_sample_is_judged_whole(sample: list[int]) -> None:
    starts_s = [2.0 * group for group in range(100)]
    stretches = sample_stretches(sample, starts_s)
    for group in sample:
        times = (starts_s[group], starts_s[group] + 2)
        assert any(all(judges(s, time, starts_s) for time in times) for s in stretches)


@pytest.mark.parametrize("count", [20, 50, 400])
def test_risk_is_about_the_rule_of_three(count: int) -> None:
    assert risk_bound(count) == pytest.approx(3 / count, rel=0.1)


@pytest.mark.parametrize(
    ("pictures", "large", "follow"),
    [
        ([2, 3, 6, 7, 9, 10], [2, 6, 9], True),
        ([0, 1, 2, 10, 11], [0, 1, 10], True),  # the first and the last count
        ([2, 3, 6, 7, 9, 10], [2, 6], False),  # four of six
        ([2, 3, 6, 7], [2, 6], False),  # too few to tell
        ([0, 1, 2, 4, 6, 8, 10, 11], [0, 1, 10], True),  # what does not last says nothing
        ([0, 2, 4, 6, 8, 10], [0, 2, 4, 6, 8, 10], False),
        ([], [2], False),
    ],
)
def test_sizes_follow_if_they_see_nearly_all_that_lasts(
    pictures: list[int], large: list[int], follow: bool
) -> None:
    nothing = np.zeros(12, np.bool_)
    seen, grown = np.isin(np.arange(12), pictures), np.isin(np.arange(12), large)
    for signs in (Signs(seen, grown, nothing), Signs(seen, nothing, grown)):
        assert sizes_follow(signs) == follow
        assert enough_may_last(signs, 0) or not follow


@pytest.mark.parametrize(("others", "enough"), [(0, False), (2, False), (3, True)])
def test_few_strange_key_frames_and_those_beside_cannot_last(others: int, enough: bool) -> None:
    nothing = np.zeros(12, np.bool_)
    strange = np.isin(np.arange(12), [2, 6])
    assert enough_may_last(Signs(strange, nothing, nothing), others) == enough


def test_left_out_key_frames_beside_a_strange_one_are_wanted() -> None:
    scores = np.where(np.arange(12) % 2, np.nan, 1.0)
    strange = np.isin(np.arange(12), [0, 6])
    nothing = np.zeros(12, np.bool_)
    lengths_s = np.full(12, 2.0)
    signs = Signs(strange, nothing, nothing)
    assert left_out_beside(scores, signs, lengths_s, 4.5) == [1, 5, 7]
    lengths_s[3], lengths_s[8] = 2.6, 4.0  # those looked at around 3 and 9 are too far apart
    assert left_out_beside(scores, signs, lengths_s, 4.5) == [1, 3, 5, 7, 9]


@given(seeds, st.integers(60, 400))
def test_what_was_not_looked_at_is_not_strange(seed: int, count: int) -> None:
    pictures, totals, bursts = quiet_film(seed, count)
    pictures[10] *= 10
    pictures[11] = np.nan
    found = suspicious(pictures, totals, bursts)
    assert found.pictures[10]
    assert not found.pictures[11]
