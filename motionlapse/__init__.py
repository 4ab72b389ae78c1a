"""Motion detection and smart time-lapse for fixed cameras.

One straight path: a source gives frames, the analyzer turns each into a change score, the decider
turns scores into events, sinks keep what is wanted::

    from pathlib import Path
    import motionlapse as ml

    settings = ml.Settings()
    with ml.Recording(Path("door.mp4")) as source:
        decider = ml.Decider(settings.decision)

        def make_analyzer(size):
            enter = settings.decision.enter
            return ml.Analyzer(size, ml.Gaussian(), settings.analysis, enter=enter)

        ml.run(source, make_analyzer, decider, sinks=[])

`find_footage` and `Batch` do the same for many files into an archive, which `ArchiveReader` reads
back. `Settings` holds every setting with its default. `compare` asks `MEASURES` how different two
pictures are, and `LastKept` whether one still differs from the last that was kept.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from motionlapse._version import __version__

if TYPE_CHECKING:
    from motionlapse.analysis.analyzer import Analyzer
    from motionlapse.background import MODELS
    from motionlapse.background.gaussian import Gaussian
    from motionlapse.background.mog2 import MOG2
    from motionlapse.batch.batch import Batch
    from motionlapse.batch.result import BatchResult
    from motionlapse.comparison.last_kept import LastKept
    from motionlapse.comparison.pair import compare
    from motionlapse.comparison.preparation import Preparation
    from motionlapse.decision.decider import Decider
    from motionlapse.errors import (
        ConfigError,
        LibraryError,
        MotionlapseError,
        SinkError,
        SourceError,
    )
    from motionlapse.frames import Frame, Plane, Planes, Source, SourceInfo
    from motionlapse.inside import Blob
    from motionlapse.measures import MEASURES
    from motionlapse.pipeline import RunResult, run
    from motionlapse.pipeline_settings import Settings
    from motionlapse.sinks.archive_reader import ArchiveReader, EventFilter
    from motionlapse.sources.footage import Footage, find_footage
    from motionlapse.sources.recording import Recording
    from motionlapse.sources.stills import Stills
    from motionlapse.types import (
        Analysis,
        BackgroundModel,
        ChangeScore,
        Decision,
        Event,
        Foreground,
        KeptEvent,
        Sink,
        State,
    )

# name → module: imported when first asked for, so that `import motionlapse` costs nothing.
_PLACES = {
    "MEASURES": "measures",
    "MODELS": "background",
    "MOG2": "background.mog2",
    "Analysis": "types",
    "Analyzer": "analysis.analyzer",
    "ArchiveReader": "sinks.archive_reader",
    "BackgroundModel": "types",
    "Batch": "batch.batch",
    "BatchResult": "batch.result",
    "Blob": "inside",
    "ChangeScore": "types",
    "ConfigError": "errors",
    "Decider": "decision.decider",
    "Decision": "types",
    "Event": "types",
    "EventFilter": "sinks.archive_reader",
    "Footage": "sources.footage",
    "Foreground": "types",
    "Frame": "frames",
    "Gaussian": "background.gaussian",
    "KeptEvent": "types",
    "LastKept": "comparison.last_kept",
    "LibraryError": "errors",
    "MotionlapseError": "errors",
    "Plane": "frames",
    "Planes": "frames",
    "Preparation": "comparison.preparation",
    "Recording": "sources.recording",
    "RunResult": "pipeline",
    "Settings": "pipeline_settings",
    "Sink": "types",
    "SinkError": "errors",
    "Source": "frames",
    "SourceError": "errors",
    "SourceInfo": "frames",
    "State": "types",
    "Stills": "sources.stills",
    "compare": "comparison.pair",
    "find_footage": "sources.footage",
    "run": "pipeline",
}

__all__ = [  # a test holds it equal to _PLACES
    "MEASURES",
    "MODELS",
    "MOG2",
    "Analysis",
    "Analyzer",
    "ArchiveReader",
    "BackgroundModel",
    "Batch",
    "BatchResult",
    "Blob",
    "ChangeScore",
    "ConfigError",
    "Decider",
    "Decision",
    "Event",
    "EventFilter",
    "Footage",
    "Foreground",
    "Frame",
    "Gaussian",
    "KeptEvent",
    "LastKept",
    "LibraryError",
    "MotionlapseError",
    "Plane",
    "Planes",
    "Preparation",
    "Recording",
    "RunResult",
    "Settings",
    "Sink",
    "SinkError",
    "Source",
    "SourceError",
    "SourceInfo",
    "State",
    "Stills",
    "__version__",
    "compare",
    "find_footage",
    "run",
]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module 'motionlapse' has no attribute '{name}'")
    return getattr(importlib.import_module(f"motionlapse.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
