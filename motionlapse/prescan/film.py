"""The chosen stretches of a film, as a source of frames for the loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from motionlapse.closing import Closing
from motionlapse.frames import Fault, Frame, Interruption, Shrink
from motionlapse.prescan.stretches import Stretch
from motionlapse.sources.bursts import Group
from motionlapse.sources.disposable import Demand
from motionlapse.sources.key_pictures import KeyPictures
from motionlapse.sources.open_film import OpenFilm
from motionlapse.sources.recording import Recording
from motionlapse.sources.seeking import KeyFrame
from motionlapse.sources.settings import SourceSettings

SKIPPED = "what follows is certain to be quiet, and skipped"
# Key frames from which the scene is learned before a stretch; from fewer nothing is. With 5 or 9,
# slow changes of light were taken for motion in quiet groups more often than with 3.
_LEARNED = 3
# Frames that may wait, so that the next stretch is decoded while an event, which takes long to
# analyse, is still under analysis. (Large pictures use up the memory for waiting before that.)
_AHEAD = 256
# Two stretches are decoded at the same time, by one thread each. That takes a fifth less processor
# time than sharing threads; but with a stretch longer than this a core would be idle.
_LONG_S = 20.0
# For how long nothing counts at the start of a stretch, while the scene is hardly known. Stretches
# begin a second or more before anything suspicious.
SETTLE_S = 0.5


@dataclass(frozen=True, slots=True)
class _Opened:
    """A stretch whose decoding has begun."""

    recording: Recording
    learned: list[Frame]  # key frames to learn the scene from; none at the film's beginning
    film: OpenFilm | None  # what the recording reads from, unless it has opened the film itself


class Stretches(Closing):
    """A film of which only some stretches are decoded. Frames keep their index and media time.

    An `Interruption` comes before each stretch, except for one at the film's beginning. Then the
    background is learned anew, from the frames that `opening` returns: the stretch's own first key
    frame and those before it. While a stretch is read, the next one is opened in a thread.

    Parameters
    ----------
    path, settings, name, label
        As for `Recording`.
    groups
        All groups of pictures of the film, from start to stop of the settings.
    stretches
        What is decoded, in order; at least one.
    settle_s
        For how long nothing counts after a stretch has begun, except at the film's beginning.
    shrink, demand
        As for `Recording`.
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
        settle_s: float = 0.0,
        shrink: Shrink | None = None,
        demand: Demand | None = None,
    ) -> None:
        self._path, self._settings = path, settings
        self._shrink = shrink
        self._demand = demand or Demand()
        self._settle_s = settle_s
        self._name, self._label = name, label
        self._groups, self._stretches = groups, stretches
        self._undecided: Callable[[], bool] = lambda: False
        self._number = 0  # of the present stretch
        self._ended_s = 0.0  # media time at which the stretch before ended
        self._films: list[OpenFilm] = []  # for reuse: opening a film of an hour takes 13 ms
        self._keys = KeyPictures(path, settings, name=name or str(path), shrink=shrink)
        self._learner = ThreadPoolExecutor(1, "key-pictures")  # only this thread uses `_keys`
        try:
            self._opened = self._open(0)
        except BaseException:
            self._learner.shutdown()
            self._keys.close()
            raise
        self.info = self._opened.recording.info
        # A list for each stretch: frames of one that has ended may still report faults.
        self._faults = [self._opened.recording.faults]
        self._opener = ThreadPoolExecutor(1, "next-stretch")
        self._next: tuple[int, Future[_Opened]] | None = None
        self._before: _Opened | None = None  # the stretch before, while its frames may be in use

    def follow(self, undecided: Callable[[], bool]) -> None:
        """Go on beyond the end of a stretch while `undecided`, asked at each frame, is true."""
        self._undecided = undecided

    @property
    def of_frames(self) -> int:
        """How many frames all groups have, including skipped ones."""
        return sum(len(group.sizes) + 1 for group in self._groups)

    @property
    def faults(self) -> list[Fault]:
        """What went wrong so far in the decoded stretches, in order."""
        return list(chain.from_iterable(self._faults))

    def opening(self) -> Iterator[Frame]:
        """Return the frames to learn the scene from before the next stretch.

        They are key frames, or at the film's beginning what `Recording.opening` returns.
        """
        if self._opened.learned:
            return iter(self._opened.learned)
        return self._opened.recording.opening()

    def __iter__(self) -> Iterator[Frame | Interruption]:
        if self._opened.learned:
            yield self._interruption()
        while True:
            self._begin_next()
            yield from self._judged()
            if self._number + 1 == len(self._stretches):
                return
            self._before = self._opened
            self._go_on()
            # At the interruption the loop analyses the frames of the old stretch that it still has.
            yield self._interruption()
            self._let_go(self._before)
            self._before = None

    def _begin_next(self) -> None:
        """Have the next stretch opened; one more took 60 MB at 1080p, and was no faster."""
        number = self._number + 1
        if number < len(self._stretches):
            self._next = number, self._opener.submit(self._open, number)

    def _go_on(self) -> None:
        """Turn to the next stretch."""
        self._number += 1
        self._opened = self._taken()
        self._faults.append(self._opened.recording.faults)

    def _interruption(self) -> Interruption:
        learned = self._opened.learned
        start_s = self._groups[self._stretches[self._number].first].start_s
        return Interruption(
            SKIPPED,
            self._settle_s,
            forget=True,
            same_place=True,
            quiet_s=start_s - self._ended_s,
            opening_s=learned[-1].time - learned[0].time if learned else None,
        )

    def _taken(self) -> _Opened:
        """Return the present stretch, opened; it may not be the one that was opened ahead."""
        if self._next is not None:
            number, ahead = self._next
            opened = ahead.result()  # if this is interrupted (Ctrl-C), `close` releases the stretch
            self._next = None
            if number == self._number:
                return opened
            self._let_go(opened)
        return self._open(self._number)

    def _let_go(self, opened: _Opened) -> None:
        opened.recording.close()
        if opened.film is not None:
            self._films.append(opened.film)

    def _judged(self) -> Iterator[Frame]:
        """Yield the frames of a stretch, and those after it until nothing is undecided any more."""
        end_s = self._stretches[self._number].end_s
        for frame in self._opened.recording:
            if frame.time >= end_s:
                self._reach(frame.time)
                end_s = self._stretches[self._number].end_s
                if frame.time >= end_s and not self._undecided():
                    self._ended_s = frame.time
                    return
            yield frame

    def _reach(self, time: float) -> None:
        """Move on to the next stretch if this one has run into it."""
        following = self._stretches[self._number + 1 : self._number + 2]
        if following and time >= self._groups[following[0].first].start_s:
            self._number += 1

    # ---- in the thread -----------------------------------------------------------------------

    def _open(self, number: int) -> _Opened:
        stretch = self._stretches[number]
        if stretch.first == 0:
            return _Opened(self._recording(self._settings, stretch.end_s), [], None)
        group = self._groups[stretch.first]
        settings = self._settings.model_copy(update={"start": group.start_s})
        first = max(0, stretch.first + 1 - _LEARNED)
        leads = self._learner.submit(self._keys.leads_to, group.key).result()
        learning = self._learner.submit(self._learn, self._groups[first : stretch.first + 1])
        known = group.key if leads else None
        film = None
        if known and stretch.end_s - group.start_s < _LONG_S:
            film = self._films.pop() if self._films else OpenFilm(self._path, self._name)
        with ExitStack() as stack:
            if film is not None:
                stack.callback(film.close)
            recording = self._recording(settings, stretch.end_s, known, film)
            stack.callback(recording.close)
            learned = learning.result()
            stack.pop_all()
        return _Opened(recording, learned, film)

    def _learn(self, groups: Sequence[Group]) -> list[Frame]:
        return list(self._keys.frames(groups))

    def _recording(
        self,
        settings: SourceSettings,
        until: float,
        at: KeyFrame | None = None,
        film: OpenFilm | None = None,
    ) -> Recording:
        return Recording(
            self._path,
            settings,
            name=self._name,
            label=self._label,
            at=at,
            film=film,
            in_turn=False,  # most stretches are short
            ahead=_AHEAD,
            until=until,
            shrink=self._shrink,
            demand=self._demand,
        )

    def close(self) -> None:
        """Stop decoding and close the film; may be called again."""
        self._opener.shutdown()
        self._learner.shutdown()
        if self._next is not None and self._next[1].exception() is None:
            self._let_go(self._next[1].result())
        self._next = None
        if self._before is not None:
            self._let_go(self._before)
        self._let_go(self._opened)
        while self._films:
            self._films.pop().close()
        self._keys.close()
