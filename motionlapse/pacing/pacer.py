"""The frames that wait until the next one is analysed."""

from __future__ import annotations

from motionlapse.frames import Frame, SourceInfo
from motionlapse.pacing.policy import Choice, Policy, level_of
from motionlapse.pacing.settings import PacingSettings
from motionlapse.types import Analysis, Decision

# A decoder cannot reuse the memory of a frame that is held, and allocates more. This is enough for
# 15 frames of 1080p or 3 of 4K. Calm frames are not decoded, and not counted.
_MOST_HELD_BYTES = 48_000_000
_MOST_HELD = 32


class Pacer:
    """Chooses the frames that are analysed, and holds those that may have to be, later.

    Parameters
    ----------
    settings
        How many frames are analysed; None for every frame.
    info
        The source.
    """

    def __init__(self, settings: PacingSettings | None, info: SourceInfo) -> None:
        frame_bytes = max(1, info.width * info.height * 3 // 2)
        most = max(1, min(_MOST_HELD, _MOST_HELD_BYTES // frame_bytes))
        self._policy = Policy(settings or PacingSettings(analyse_fps="all"), most)
        self._held: list[Frame] = []

    @property
    def holds(self) -> bool:
        """True if there are frames that may have to be analysed before the next one."""
        return bool(self._held)

    def wants(self, frame: Frame) -> bool:
        """Return whether the next frame is to be analysed now."""
        choice = self._policy.choose(
            frame.time, disposable=frame.disposable, calm=frame.calm, left_out=frame.left_out
        )
        if choice is Choice.HOLD:
            self._held.append(frame)
        return choice is Choice.LOOK

    def before(self, analysis: Analysis) -> list[Frame]:
        """Return the held frames that must be analysed first, given what this frame shows."""
        back = self._policy.goes_back(level_of(analysis.score, ready=analysis.ready))
        held, self._held = self._held, []
        return held if back else []

    def saw(self, analysis: Analysis, decision: Decision) -> None:
        """Take what was decided about a frame; frames come in order of time."""
        level = level_of(analysis.score, ready=analysis.ready)
        self._policy.saw(analysis.frame.time, level, decision.state)

    def rest(self) -> list[Frame]:
        """Return all held frames, because no frame follows them: at a break, or at the end."""
        self._policy.rest()
        held, self._held = self._held, []
        return held
