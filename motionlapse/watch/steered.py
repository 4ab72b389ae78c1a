"""A live stream that obeys controls: it can be paused, relearned, or ended for new settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from motionlapse.decision.lapse import LapseDecider
from motionlapse.frames import Frame, Interruption, SourceInfo
from motionlapse.sources.live import Live
from motionlapse.watch.controls import Controls


class Steered:
    """The stream that the loop reads: a live source, with the controls' interruptions put in.

    Parameters
    ----------
    live
        Open.
    controls
        Asked between two frames.
    renew
        Prepares a run with new settings; returns False if it cannot, and then this one goes on.
    settle_s
        How long nothing counts after a pause.
    lapse
        For a time-lapse, says which frames are looked at; else None.

    Attributes
    ----------
    reload
        True once the stream ends for new settings.
    """

    def __init__(
        self,
        live: Live,
        controls: Controls,
        renew: Callable[[], bool],
        settle_s: float,
        lapse: LapseDecider | None = None,
    ) -> None:
        self._live = live
        self._controls = controls
        self._renew = renew
        self._settle_s = settle_s
        self._lapse = lapse
        self.reload = False

    @property
    def info(self) -> SourceInfo:
        """What is known of the source."""
        return self._live.info

    def opening(self) -> Iterator[Frame] | None:
        """Return None: a live source cannot be read twice. For a time-lapse, return no frames.

        A time-lapse learns each kept picture by itself, so it is not primed.
        """
        return None if self._lapse is None else iter(())

    def look(self) -> None:
        """See whether new settings are requested; also called while no frame comes."""
        if not self.reload and self._controls.take("reload"):
            self.reload = self._renew()

    def __iter__(self) -> Iterator[Frame | Interruption]:
        """Yield the frames to look at, and interruptions; end early for new settings."""
        controls, paused = self._controls, False
        for item in self._live:
            self.look()
            if self.reload:
                return
            if controls.take("relearn"):
                yield Interruption("the background is learned anew, by hand", forget=True)
            if controls.paused and not paused:
                yield Interruption("paused by hand", settle_s=self._settle_s)
            paused = controls.paused
            if isinstance(item, Interruption):
                # However long no picture came, a time-lapse compares with the last one it kept.
                yield item if self._lapse is None else replace(item, forget=False)
            elif not paused:
                yield from self._wanted(item)

    def _wanted(self, frame: Frame) -> Iterator[Frame | Interruption]:
        """Yield a frame if it is to be looked at, and again, to be learned, if it was kept."""
        lapse = self._lapse
        if lapse is None:
            yield frame
        elif lapse.wants(frame.time):
            yield frame
            if lapse.kept:
                yield Interruption("one picture", forget=True)
                yield frame
