"""What the dashboard's keys do."""

from __future__ import annotations

import math

from motionlapse.clock import Clock
from motionlapse.dashboard.look import Pictures
from motionlapse.watch.controls import Controls

_SAID_S = 5.0  # for how long a confirmation replaces the hints on the keys


class Keys:
    """Carries out keys as they are pressed, and confirms each in a few words.

    Parameters
    ----------
    controls
        Carry out what the keys ask for.
    clock
        Tells for how long a confirmation has been shown.

    Attributes
    ----------
    pictures
        Which pictures are shown.
    picked
        True once the key ``m`` was pressed: a small terminal shows pictures only then.
    help
        True while the help is shown.
    """

    def __init__(self, controls: Controls, clock: Clock) -> None:
        self._controls = controls
        self._clock = clock
        self._said = ""
        self._until_s = 0.0
        self.pictures = Pictures.BOTH
        self.picked = False
        self.help = False

    @property
    def said(self) -> str:
        """What the last key did, in words; ``""`` after some seconds.

        After ``q`` the words stay until the watch has ended.
        """
        return self._said if self._clock.monotonic() < self._until_s else ""

    def press(self, key: str) -> None:
        """Carry out a key; unknown keys do nothing."""
        if self.help and key != "q":
            self.help = False
            return
        action = {
            "q": self._quit,
            " ": self._pause,
            "s": self._snapshot,
            "m": self._pictures,
            "+": self._raise,
            "=": self._raise,  # the same key without shift
            "-": self._lower,
            "b": self._learn,
            "?": self._help,
        }.get(key)
        if action is not None:
            action()

    def _quit(self) -> None:
        self._controls.stop("q")
        self._say("quitting: the open event is closed and its files are finished", math.inf)

    def _pause(self) -> None:
        self._controls.toggle_pause()
        self._say("paused" if self._controls.paused else "resumed")

    def _snapshot(self) -> None:
        self._controls.ask("snapshot")
        self._say("taking a snapshot of the next frame")

    def _pictures(self) -> None:
        if self.picked:
            self.pictures = self.pictures.next()
        self.picked = True
        self._say(f"pictures: {self.pictures.value}")

    def _raise(self) -> None:
        self._controls.raise_threshold()
        self._say(f"threshold × {self._controls.threshold:.3g}")

    def _lower(self) -> None:
        self._controls.lower_threshold()
        self._say(f"threshold × {self._controls.threshold:.3g}")

    def _learn(self) -> None:
        self._controls.ask("relearn")
        self._say("learning the background anew")

    def _help(self) -> None:
        self.help = True

    def _say(self, words: str, stands_s: float = _SAID_S) -> None:
        self._said, self._until_s = words, self._clock.monotonic() + stands_s
