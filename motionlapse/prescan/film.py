"""The chosen stretches of a film as a stream for the loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from motionlapse.closing import Closing
from motionlapse.frames import Fault, Frame, Interruption
from motionlapse.prescan.stretches import Stretch
from motionlapse.sources.key_frames import Group
from motionlapse.sources.recording import Recording
from motionlapse.sources.settings import SourceSettings

SKIPPED = "what follows is surely quiet, and skipped"


class Stretches(Closing):
    """A film of which only some stretches are decoded; frames keep their index and media time.

    Between two stretches comes an `Interruption`; the background is then learned anew from the
    lead of the next stretch, which `opening` gives.

    Parameters
    ----------
    path, settings, name, label
        As for `Recording`.
    groups
        All groups of pictures of the film from `SourceSettings.start` to its stop.
    stretches
        What is decoded, in order; at least one.
    """

    def __init__(
        self,
        path: Path | str,
        settings: SourceSettings,
        groups: Sequence[Group],
        stretches: Sequence[Stretch],
        *,
        name: str = "",
        label: str = "",
    ) -> None:
        self._path, self._settings = path, settings
        self._name, self._label = name, label
        self._groups, self._stretches = groups, stretches
        self._undecided: Callable[[], bool] = lambda: False
        self._faults: list[Fault] = []
        self._number = 0  # of the stretch
        self._ended_s = 0.0  # what came before
        self._recording = self._open(stretches[0])
        self.info = self._recording.info
        self._frames = iter(self._recording)

    def follow(self, undecided: Callable[[], bool]) -> None:
        """Go on beyond the end of a stretch as long as `undecided` says so, asked at each frame."""
        self._undecided = undecided

    @property
    def faults(self) -> list[Fault]:
        """What went wrong so far in what was decoded, in order."""
        return self._faults + self._recording.faults

    def opening(self) -> Iterator[Frame]:
        """Return the lead of the stretch that comes next; at the film's beginning, as `Source`."""
        stretch = self._stretches[self._number]
        if stretch.lead == stretch.first:
            return self._recording.opening()
        return self._lead()

    def _lead(self) -> Iterator[Frame]:
        """Yield what is left of a stretch's lead; the first frame after it is for the loop."""
        stretch = self._stretches[self._number]
        if stretch.lead == stretch.first:
            return
        until_s = self._groups[stretch.first].start_s
        for frame in self._frames:
            if frame.time >= until_s:
                self._frames = _before(frame, self._frames)
                return
            yield frame

    def __iter__(self) -> Iterator[Frame | Interruption]:
        while True:
            for _ in self._lead():
                pass  # nobody wanted to learn from it
            yield from self._judged()
            if self._number + 1 == len(self._stretches):
                return
            yield self._go_on()

    def _go_on(self) -> Interruption:
        """Open the next stretch."""
        self._faults += self._recording.faults
        self._recording.close()
        self._number += 1
        stretch = self._stretches[self._number]
        self._recording = self._open(stretch)
        self._frames = iter(self._recording)
        quiet_s = self._groups[stretch.first].start_s - self._ended_s
        return Interruption(SKIPPED, forget=True, quiet_s=quiet_s)

    def _judged(self) -> Iterator[Frame]:
        """Yield the frames of a stretch, and on until it is sure that nothing goes on."""
        end_s = self._end_s()
        for frame in self._frames:
            if frame.time >= end_s:
                self._reach(frame.time)
                end_s = self._end_s()
                if frame.time >= end_s and not self._undecided():
                    self._ended_s = frame.time
                    return
            yield frame

    def _end_s(self) -> float:
        last = self._stretches[self._number].last
        return self._groups[last].end_s if last + 1 < len(self._groups) else float("inf")

    def _reach(self, time: float) -> None:
        """Go over to the next stretch where this one has run into it."""
        following = self._stretches[self._number + 1 : self._number + 2]
        if following and time >= self._groups[following[0].lead].start_s:
            self._number += 1

    def _open(self, stretch: Stretch) -> Recording:
        group = self._groups[stretch.lead]
        settings = self._settings
        if stretch.lead > 0:
            settings = settings.model_copy(update={"start": group.start_s})
        return Recording(
            self._path,
            settings,
            name=self._name,
            label=self._label,
            at=group.key if stretch.lead > 0 else None,
            in_turn=False,  # most stretches are short
        )

    def close(self) -> None:
        """Stop decoding and close the film; may be called again."""
        self._recording.close()


def _before(frame: Frame, frames: Iterator[Frame]) -> Iterator[Frame]:
    yield frame
    yield from frames
