"""What the dashboard's keys do."""

from __future__ import annotations

from motionlapse.dashboard.look import Pictures
from motionlapse.watch.controls import Controls


class Keys:
    """Takes keys one by one.

    Attributes
    ----------
    pictures
        Which pictures are shown.
    picked
        True once somebody has chosen them: a small terminal shows them only then.
    help
        True while help is shown.
    said
        A word on what the last key did, or ``""``.
    """

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        self.pictures = Pictures.BOTH
        self.picked = False
        self.help = False
        self.said = ""

    def press(self, key: str) -> None:
        """Do what a key stands for; unknown keys do nothing."""
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
        self.said = "ending: the open event is closed and its files are finished"

    def _pause(self) -> None:
        self._controls.toggle_pause()
        self.said = "paused" if self._controls.paused else "going on"

    def _snapshot(self) -> None:
        self._controls.ask("snapshot")
        self.said = "a snapshot of the next frame"

    def _pictures(self) -> None:
        if self.picked:
            self.pictures = self.pictures.next()
        self.picked = True
        self.said = f"pictures: {self.pictures.value}"

    def _raise(self) -> None:
        self._controls.raise_threshold()
        self.said = f"threshold × {self._controls.threshold:.3g}"

    def _lower(self) -> None:
        self._controls.lower_threshold()
        self.said = f"threshold × {self._controls.threshold:.3g}"

    def _learn(self) -> None:
        self._controls.ask("relearn")
        self.said = "the background is learned anew"

    def _help(self) -> None:
        self.help = True
