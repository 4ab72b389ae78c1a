"""What settings ask for: the analyzer of a scan."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from motionlapse.pipeline_settings import Settings

if TYPE_CHECKING:
    from motionlapse.analysis.analyzer import Analyzer


def analyzer_maker(settings: Settings) -> Callable[[tuple[int, int]], Analyzer]:
    """Return a function that makes a new analyzer for pictures of (width, height)."""
    from motionlapse.analysis.analyzer import Analyzer
    from motionlapse.background import MODELS

    def make_analyzer(size: tuple[int, int]) -> Analyzer:
        chosen = settings.background
        model = MODELS[chosen.model].make(chosen.of_model())
        return Analyzer(size, model, settings.analysis, enter=settings.decision.enter)

    return make_analyzer
