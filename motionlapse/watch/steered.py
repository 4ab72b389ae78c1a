"""A live stream under control: paused, learned anew, or ended for new settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from motionlapse.decision.lapse import LapseDecider
from motionlapse.frames import Frame, Interruption, SourceInfo
from motionlapse.sources.live import Live
from motionlapse.watch.controls import Controls


class Steered:
    """What the loop reads instead of the live source itself.

    Parameters
    ----------
    live
        Open.
    controls
        Asked between two frames.
    renew
        Makes ready for new settings; False, and this run goes on, where it could not.
    settle_s
        How long nothing counts after a pause.
    lapse
        Of a time-lapse: says which frames are looked at.

    Attributes
    ----------
    reload
        True once it is to end for new settings.
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
        """Return None: nothing comes twice. A time-lapse learns from single pictures, so none."""
        return None if self._lapse is None else iter(())

    def look(self) -> None:
        """Grant a wish for new settings; also while no frame comes."""
        if not self.reload and self._controls.take("reload"):
            self.reload = self._renew()

    def __iter__(self) -> Iterator[Frame | Interruption]:
        """Yield what is to be looked at; ends early, with `reload` set, for new settings."""
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
                # However long a time-lapse was blind, it compares with the last picture it kept.
                yield item if self._lapse is None else replace(item, forget=False)
            elif not paused:
                yield from self._wanted(item)

    def _wanted(self, frame: Frame) -> Iterator[Frame | Interruption]:
        """Yield a frame that is to be looked at; one that was kept is then learned anew."""
        lapse = self._lapse
        if lapse is None:
            yield frame
        elif lapse.wants(frame.time):
            yield frame
            if lapse.kept:
                yield Interruption("one picture", forget=True)
                yield frame
