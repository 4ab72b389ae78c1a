from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionlapse.analysis.score import change_value
from motionlapse.analysis.settings import FlowSettings

TRACKING = FlowSettings(still=0.02, weight=0.5)
fractions = st.floats(0, 1)
flows = st.floats(0, 1)


@pytest.mark.parametrize(
    ("fraction", "flow", "value"),
    [
        (0.0, None, 0.0),
        (0.004, None, 1.0),
        (0.02, None, 5.0),
        (0.004, 0.0, 0.5),  # stands still: the weight is lost
        (0.004, 0.01, 0.75),  # half of the displacement that counts as moving
        (0.004, 0.02, 1.0),
        (0.004, 0.5, 1.0),  # faster counts no more
    ],
)
def test_the_documented_rule(fraction: float, flow: float | None, value: float) -> None:
    got = change_value(fraction, flow, enter=0.004, tracking=TRACKING)
    assert got == pytest.approx(value)


@given(fraction=fractions, flow=flows, weight=st.floats(0, 1), still=st.floats(0.001, 1))
def test_flow_takes_away_no_more_than_its_weight(
    fraction: float, flow: float, weight: float, still: float
) -> None:
    tracking = FlowSettings(still=still, weight=weight)
    plain = change_value(fraction, None, enter=0.004, tracking=tracking)
    with_flow = change_value(fraction, flow, enter=0.004, tracking=tracking)
    assert plain * (1 - weight) <= with_flow * (1 + 1e-12)
    assert with_flow <= plain


@given(fraction=fractions, slow=flows, fast=flows)
def test_more_motion_never_scores_less(fraction: float, slow: float, fast: float) -> None:
    low, high = (
        change_value(fraction, flow, enter=0.004, tracking=TRACKING)
        for flow in sorted((slow, fast))
    )
    assert low <= high
