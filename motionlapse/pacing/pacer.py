"""The frames that wait for the next look."""

from __future__ import annotations

from motionlapse.frames import Frame, SourceInfo
from motionlapse.pacing.policy import Choice, Policy, level_of
from motionlapse.pacing.settings import PacingSettings
from motionlapse.types import Analysis, Decision

# A frame that is held is one that the decoder cannot use again: it allocates another. Of 1080p
# these are 15 frames, of 4K 3. Calm ones are not decoded, and not counted.
_MOST_HELD_BYTES = 48_000_000
_MOST_HELD = 32


class Pacer:
    """Says which frames are looked at, and holds those that may have to be.

    Parameters
    ----------
    settings
        The rate; None looks at every frame.
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
        """True if there are frames to which the next look may go back."""
        return bool(self._held)

    def wants(self, frame: Frame) -> bool:
        """Tell whether the next frame is to be looked at now."""
        choice = self._policy.choose(
            frame.time, disposable=frame.disposable, calm=frame.calm, left_out=frame.left_out
        )
        if choice is Choice.HOLD:
            self._held.append(frame)
        return choice is Choice.LOOK

    def before(self, analysis: Analysis) -> list[Frame]:
        """Return the frames that are to be looked at before this one, now that this is known."""
        back = self._policy.goes_back(level_of(analysis.score, ready=analysis.ready))
        held, self._held = self._held, []
        return held if back else []

    def saw(self, analysis: Analysis, decision: Decision) -> None:
        """Take what was decided of a frame; in order."""
        level = level_of(analysis.score, ready=analysis.ready)
        self._policy.saw(analysis.frame.time, level, decision.state)

    def rest(self) -> list[Frame]:
        """Return all that is held, because there is no next look: at a break, or at the end."""
        self._policy.rest()
        held, self._held = self._held, []
        return held
