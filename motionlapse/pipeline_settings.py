"""The whole tree of settings of a scan, one section a room."""

from __future__ import annotations

from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.background.settings import BackgroundSettings
from motionlapse.batch_settings import BatchSettings
from motionlapse.decision.settings import DecisionSettings
from motionlapse.measures.settings import MeasureSettings
from motionlapse.settings import SettingsModel
from motionlapse.sinks.settings import SinkSettings
from motionlapse.sources.settings import SourceSettings


class Settings(SettingsModel):
    """Every setting; TOML tables are named as the fields."""

    sources: SourceSettings = SourceSettings()
    background: BackgroundSettings = BackgroundSettings()
    analysis: AnalysisSettings = AnalysisSettings()
    decision: DecisionSettings = DecisionSettings()
    sinks: SinkSettings = SinkSettings()
    measures: MeasureSettings = MeasureSettings()
    batch: BatchSettings = BatchSettings()
