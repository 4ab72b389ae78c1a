"""What settings ask for: the analyzer of a scan, and what it takes of pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from motionlapse.pipeline_settings import Settings

if TYPE_CHECKING:
    from motionlapse.analysis.analyzer import Analyzer
    from motionlapse.frames import Planes, Shrink


def analyzer_maker(settings: Settings) -> Callable[[tuple[int, int]], Analyzer]:
    """Return a function that makes a new analyzer for pictures of (width, height)."""
    from motionlapse.analysis.analyzer import Analyzer
    from motionlapse.background import MODELS

    def make_analyzer(size: tuple[int, int]) -> Analyzer:
        chosen = settings.background
        model = MODELS[chosen.model].make(chosen.of_model())
        return Analyzer(size, model, settings.analysis, enter=settings.decision.enter)

    return make_analyzer


def shrink_of(settings: Settings) -> Shrink | None:
    """Return what makes planes small for analysis; None where whole pictures are wanted."""
    if settings.wants_pictures or settings.analysis.scale == 1:
        return None

    def shrink(planes: Planes) -> Planes | None:
        # In the thread that decodes, which has begun before OpenCV is there.
        from motionlapse.analysis.prepare import small_copy

        return small_copy(planes, settings.analysis.scale)

    return shrink
