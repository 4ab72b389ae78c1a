from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from motionlapse.frames import Frame
from motionlapse.types import Analysis, Decision, Event, KeptEvent
from motionlapse.watch.chronicle import Chronicle

DAWN = datetime(2026, 5, 4, 6, tzinfo=UTC)


def test_an_open_event_has_the_highest_score_so_far(
    make_frame: Callable[..., Frame],
    make_analysis: Callable[..., Analysis],
    make_decision: Callable[..., Decision],
    make_event: Callable[..., Event],
) -> None:
    analysis, chronicle = make_analysis(make_frame(np.zeros((8, 8), np.uint8))), Chronicle()
    chronicle.started(KeptEvent("cam", replace(make_event(), peak_score=3.0)))
    peaks = []
    for value in (2.0, 8.0, 5.0):
        score = replace(analysis.score, value=value)
        chronicle.frame(replace(analysis, score=score), make_decision(), DAWN)
        assert chronicle.open_event is not None
        peaks.append(chronicle.open_event.event.peak_score)
    assert peaks == pytest.approx([3.0, 8.0, 8.0])
