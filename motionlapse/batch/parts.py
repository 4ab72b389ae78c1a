"""What footage and settings ask for: the source and the analyzer of a scan."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from motionlapse.pipeline_settings import Settings
from motionlapse.sources.footage import Footage

if TYPE_CHECKING:
    from motionlapse.analysis.analyzer import Analyzer
    from motionlapse.frames import Source


def open_footage(footage: Footage, settings: Settings) -> Source:
    """Open footage with what reads it; a film does not wait for the library of stills."""
    if footage.stills:
        from motionlapse.sources.stills import Stills

        return Stills(footage.stills, settings.sources, name=footage.name, label=footage.label)
    from motionlapse.sources.recording import Recording

    return Recording(
        footage.url or footage.path, settings.sources, name=footage.name, label=footage.label
    )


def analyzer_maker(settings: Settings) -> Callable[[tuple[int, int]], Analyzer]:
    """Return a function that makes a new analyzer for pictures of (width, height)."""
    from motionlapse.analysis.analyzer import Analyzer
    from motionlapse.background import MODELS

    def make_analyzer(size: tuple[int, int]) -> Analyzer:
        chosen = settings.background
        model = MODELS[chosen.model].make(chosen.of_model())
        return Analyzer(size, model, settings.analysis, enter=settings.decision.enter)

    return make_analyzer
