"""The whole tree of settings of a scan, one section a room."""

from __future__ import annotations

from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.background.settings import BackgroundSettings
from motionlapse.batch_settings import BatchSettings
from motionlapse.decision.settings import DecisionSettings
from motionlapse.measures.settings import MeasureSettings
from motionlapse.pacing.settings import PacingSettings
from motionlapse.settings import SettingsModel
from motionlapse.sinks.settings import SinkSettings
from motionlapse.sources.settings import SourceSettings


class Settings(SettingsModel):
    """Every setting; TOML tables are named as the fields."""

    sources: SourceSettings = SourceSettings()
    pacing: PacingSettings = PacingSettings()
    background: BackgroundSettings = BackgroundSettings()
    analysis: AnalysisSettings = AnalysisSettings()
    decision: DecisionSettings = DecisionSettings()
    sinks: SinkSettings = SinkSettings()
    measures: MeasureSettings = MeasureSettings()
    batch: BatchSettings = BatchSettings()

    @property
    def opening_s(self) -> float:
        """The first seconds, which are learned from: as set, else as the chosen model wants."""
        chosen = self.analysis.opening
        return self.background.of_model().opening_s if chosen is None else chosen

    @property
    def wants_pictures(self) -> bool:
        """True if the pictures of many frames are wanted, beside what is analysed of them."""
        return self.sinks.masks_film or self.sinks.snapshots.startswith(("all", "every"))

    def pace(self, *, every_frame: bool = False) -> PacingSettings | None:
        """Return how many frames a scan looks at; None for all of them.

        Parameters
        ----------
        every_frame
            True if something else than what the settings name needs every frame.
        """
        sinks = self.sinks
        shown = sinks.masks is not None or sinks.metrics is not None
        shown |= sinks.snapshots.startswith(("all", "every"))  # of these the times are promised
        chosen = self.decision.lapse.every is not None  # a time-lapse chooses its frames itself
        if every_frame or shown or chosen:
            return None
        return self.pacing
