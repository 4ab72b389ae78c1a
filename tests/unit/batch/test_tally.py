"""What is counted, and told in one line."""

from __future__ import annotations

from itertools import permutations

import pytest

from motionlapse.batch.batch_state import Tally

CLIPS = (("door.mp4: begins early", 0.8), ("gate.mp4: begins early", 2.0), ("yard.mp4", 2.0))


@pytest.mark.parametrize("clips", list(permutations(CLIPS)))
def test_the_same_is_told_in_whatever_order_it_is_counted(
    clips: tuple[tuple[str, float], ...],
) -> None:
    tally = Tally()
    for text, weight in clips:
        tally.add(text, weight)
    assert (tally.text, tally.count) == ("gate.mp4: begins early", 3)
