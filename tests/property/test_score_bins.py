from __future__ import annotations

import math
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from motionlapse.sinks.score_bins import BIN_S, ScoreBin, ScoreBins, unpack_bins
from motionlapse.types import State

samples = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.04, 0.1, 0.5, 0.6, 3.0, 100.0]),
        st.floats(0, 1e6, width=32),
        st.sampled_from(State),
    ),
    max_size=300,
).map(
    lambda steps: [
        (sum(step[0] for step in steps[: place + 1]), score, state)
        for place, (_, score, state) in enumerate(steps)
    ]
)


def reduced(frames: list[tuple[float, float, State]]) -> list[ScoreBin]:
    """Return what half seconds hold, from all frames at once."""
    ranks = list(State)
    bins = []
    for place, group in groupby(frames, key=lambda frame: math.floor(frame[0] / BIN_S)):
        inside = list(group)
        scores = [score for _, score, _ in inside]
        state = max((state for _, _, state in inside), key=ranks.index)
        bins.append(ScoreBin(place * BIN_S, min(scores), max(scores), state))
    return bins


@given(frames=samples)
def test_what_is_packed_comes_back(frames: list[tuple[float, float, State]]) -> None:
    bins = ScoreBins()
    chunks = [chunk for frame in frames if (chunk := bins.add(*frame))]
    if last := bins.take():
        chunks.append(last)
    back = [score_bin for first, packed in chunks for score_bin in unpack_bins(first, packed)]
    assert back == reduced(frames)
    assert len({first for first, _ in chunks}) == len(chunks)
    assert bins.take() is None


def test_a_chunk_is_given_out_each_minute() -> None:
    bins = ScoreBins()
    chunks = [chunk for i in range(250) if (chunk := bins.add(i * BIN_S, 1.0, State.QUIET))]
    assert [first for first, _ in chunks] == [0, 120]
