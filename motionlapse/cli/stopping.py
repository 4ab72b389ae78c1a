"""Signals while watching: the first asks for an orderly end, the second of a kind insists."""

from __future__ import annotations

import signal
from types import FrameType

from motionlapse.watch.controls import Controls


class Signals:
    """Turns signals into wishes while it is entered.

    Attributes
    ----------
    interrupted
        True after Ctrl-C.
    """

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        self.interrupted = False

    def __enter__(self) -> Signals:
        self._before = {
            number: signal.signal(number, handler)
            for number, handler in (
                (signal.SIGINT, self._interrupt),
                (signal.SIGTERM, self._terminate),
                (signal.SIGHUP, self._reload),
            )
        }
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self.interrupted:  # a second time: something hangs
            raise KeyboardInterrupt
        self.interrupted = True
        self._controls.stop("Ctrl-C")

    def _terminate(self, _number: int, _frame: FrameType | None) -> None:
        self._controls.stop("SIGTERM")

    def _reload(self, _number: int, _frame: FrameType | None) -> None:
        self._controls.ask("reload")
