"""Signals: the first asks for an orderly end, a second Ctrl-C insists on an immediate one."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from functools import partial
from types import FrameType
from typing import NoReturn, Self

from motionlapse.watch.controls import Controls


class _Handled:
    """Handles signals within a with-statement."""

    def __init__(self, handlers: Mapping[signal.Signals, Callable[[], None]]) -> None:
        self._handlers = handlers
        self._ends = False  # whether Ctrl-C has asked the program to end

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._handle) for number in self._handlers}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            # Another Ctrl-C would interrupt the orderly end, at any point of it.
            ignored = self._ends and number == signal.SIGINT
            signal.signal(number, signal.SIG_IGN if ignored else handler)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self._handlers[signal.Signals(number)]()

    def _insist(self) -> NoReturn:
        """Interrupt what hangs; further ones are ignored, so that the terminal is restored."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt


class Stop(_Handled):
    """Turns the first Ctrl-C or SIGTERM into a request to stop, met between two frames.

    Attributes
    ----------
    asked
        True once that was requested.
    exit_code
        The exit code of the program then.
    """

    def __init__(self) -> None:
        numbers = (signal.SIGINT, signal.SIGTERM)
        super().__init__({number: partial(self._ask, number) for number in numbers})
        self.asked = False
        self.exit_code = 0

    def _ask(self, number: signal.Signals) -> None:
        if self.asked:  # a second time: something hangs
            self._insist()
        self.asked = self._ends = True
        self.exit_code = 128 + number


class Signals(_Handled):
    """Turns signals into wishes of a watch.

    Attributes
    ----------
    interrupted
        True after Ctrl-C.
    """

    def __init__(self, controls: Controls) -> None:
        super().__init__(
            {
                signal.SIGINT: self._interrupt,
                signal.SIGTERM: lambda: controls.stop("SIGTERM"),
                signal.SIGHUP: lambda: controls.ask("reload"),
            }
        )
        self._controls = controls
        self.interrupted = False

    def ignore_more(self) -> None:
        """From now on, ignore Ctrl-C while the last lines are written; SIGTERM ends at once."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._before[signal.SIGTERM])

    def _interrupt(self) -> None:
        if self.interrupted:  # a second time: something hangs
            self._insist()
        self.interrupted = self._ends = True
        self._controls.stop("Ctrl-C")
