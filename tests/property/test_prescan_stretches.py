"""The prescan's core: numbers of each group in, stretches out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionlapse.prescan.quiet import (
    Flags,
    Numbers,
    gumbel_limit,
    local_growth,
    normal_limit,
    suspicious,
)
from motionlapse.prescan.sample import choose_sample, risk_bound, sample_stretches
from motionlapse.prescan.stretches import skipped_groups, stretches_around

flags = st.lists(st.booleans(), min_size=1, max_size=80).map(np.array)
leads_s = st.floats(0, 12)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def films(draw: st.DrawFn) -> tuple[Flags, list[float], float]:
    """Return suspicious groups, when each begins, and the length of a lead."""
    found = draw(flags)
    lengths = draw(st.lists(st.floats(0.2, 5), min_size=len(found), max_size=len(found)))
    return found, [0.0, *np.cumsum(lengths)[:-1]], draw(leads_s)


@given(films())
def test_every_suspicious_group_is_judged_with_one_on_either_side(
    film: tuple[Flags, list[float], float],
) -> None:
    found, starts_s, lead_s = film
    skipped = skipped_groups(stretches_around(found, starts_s, lead_s), len(found))
    for group in skipped:
        assert not found[max(0, group - 1) : group + 2].any()
    assert 0 not in skipped


@given(films())
def test_stretches_are_in_order_apart_and_have_their_lead(
    film: tuple[Flags, list[float], float],
) -> None:
    found, starts_s, lead_s = film
    stretches = stretches_around(found, starts_s, lead_s)
    for before, after in itertools.pairwise(stretches):
        assert after.lead > before.last + 1
    for stretch in stretches:
        assert 0 <= stretch.lead <= stretch.first <= stretch.last < len(found)
        assert stretch.lead == 0 or starts_s[stretch.first] - starts_s[stretch.lead] >= lead_s


@given(films(), st.data())
def test_one_more_suspicion_never_judges_less(
    film: tuple[Flags, list[float], float], data: st.DataObject
) -> None:
    found, starts_s, lead_s = film
    more = found.copy()
    more[data.draw(st.integers(0, len(found) - 1))] = True
    skipped = skipped_groups(stretches_around(found, starts_s, lead_s), len(found))
    assert set(skipped_groups(stretches_around(more, starts_s, lead_s), len(found))) <= set(skipped)


@given(seeds, st.integers(60, 3000), st.floats(-5, 5), st.floats(0.1, 9))
def test_quiet_values_hardly_ever_reach_the_limits(
    seed: int, count: int, shift: float, scale: float
) -> None:
    random = np.random.default_rng(seed)
    for values, limit in (
        (random.gumbel(shift, scale, count), gumbel_limit),
        (random.normal(shift, scale, count), normal_limit),
    ):
        assert np.count_nonzero(values > limit(values)) <= 5 + 0.05 * count


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
    for signal, neighbours in ((0, (place - 1, place)), (1, (place,)), (2, (place,))):
        film = quiet_film(seed, count)
        film[signal][place] *= 10
        assert suspicious(*film)[list(neighbours)].all()


@given(seeds, st.integers(60, 400))
def test_most_of_a_quiet_film_is_quiet(seed: int, count: int) -> None:
    assert suspicious(*quiet_film(seed, count)).mean() < 0.3


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


@given(st.lists(st.integers(0, 99), unique=True, min_size=1).map(sorted), leads_s)
def test_a_sample_is_judged_whole(sample: list[int], lead_s: float) -> None:
    starts_s = [2.0 * group for group in range(100)]
    stretches = sample_stretches(sample, starts_s, lead_s)
    assert set(skipped_groups(stretches, 100)).isdisjoint(sample)


@pytest.mark.parametrize("count", [20, 50, 400])
def test_risk_is_about_the_rule_of_three(count: int) -> None:
    assert risk_bound(count) == pytest.approx(3 / count, rel=0.1)
