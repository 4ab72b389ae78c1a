"""The prescan: from a film to what of it is worth decoding, or to a reason why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np

from motionlapse.analysis.areas import WatchedArea
from motionlapse.analysis.prepare import Shrinker, choose_scale
from motionlapse.decision.decider import Decider
from motionlapse.errors import SourceError
from motionlapse.pipeline import run
from motionlapse.prescan.cells import CellScores
from motionlapse.prescan.film import Stretches
from motionlapse.prescan.quiet import Flags, suspicious
from motionlapse.prescan.sample import choose_sample, risk_bound, sample_stretches
from motionlapse.prescan.stretches import Stretch, skipped_groups, stretches_around
from motionlapse.sources.key_frames import Group, KeyFrames
from motionlapse.types import Analysis, Decision
from motionlapse.units import format_duration

if TYPE_CHECKING:
    from motionlapse.analysis.analyzer import Analyzer
    from motionlapse.frames import Planes
    from motionlapse.pipeline_settings import Settings
    from motionlapse.sources.footage import Footage

# Of fewer groups one cannot tell what is usual among them; and of fewer that would be skipped, the
# check leaves none.
_FEWEST = 60
_FEWEST_SKIPPED = 40
# Farther apart, key frames alone say little: an event of 4 s can lie between two.
_FARTHEST_S = 4.5


def prescan(
    footage: Footage,
    settings: Settings,
    make_analyzer: Callable[[tuple[int, int]], Analyzer],
    note: Callable[[str], None],
    should_stop: Callable[[], bool] = lambda: False,
) -> Stretches | None:
    """Return the stretches of a film that may hold motion; None where the whole must be scanned.

    Parameters
    ----------
    footage, settings
        The film, and how it is scanned.
    make_analyzer
        As for `motionlapse.pipeline.run`: judges the sample.
    note
        Told in one line how it went.
    should_stop
        Asked now and then; if it says so, there is no result.

    Raises
    ------
    SourceError
        If the film cannot be opened.
    """
    try:
        stretches, words = _Prescan(footage, settings, make_analyzer, should_stop).decide()
    except _WholeError as reason:
        if not should_stop():
            note(f"{footage.name}: --prescan: {reason}; the whole of it is scanned")
        return None
    note(f"{footage.name}: --prescan: {words}")
    return stretches


class _WholeError(Exception):
    """The whole film must be scanned; says why."""


class _Prescan:
    """One film."""

    def __init__(
        self,
        footage: Footage,
        settings: Settings,
        make_analyzer: Callable[[tuple[int, int]], Analyzer],
        should_stop: Callable[[], bool],
    ) -> None:
        self._footage = footage
        self._settings = settings
        self._make_analyzer = make_analyzer
        self._should_stop = should_stop
        self._lead_s = settings.opening_s

    def decide(self) -> tuple[Stretches, str]:
        """Return the stretches, opened, and what there is to say of them."""
        if self._footage.stills:
            raise _WholeError("stills have no key frames")
        sinks = self._settings.sinks
        if sinks.masks is not None or sinks.metrics is not None:
            raise _WholeError("--masks and --metrics cover every frame")
        path = self._footage.url or self._footage.path
        reader = KeyFrames(path, self._settings.sources, name=self._footage.name)
        try:
            pictures = self._pictures(reader)
            groups = reader.groups()
        except SourceError as error:
            raise _WholeError(str(error)) from None
        found = self._suspicious(groups, pictures)
        starts_s = [group.start_s for group in groups]
        stretches = stretches_around(found, starts_s, self._lead_s)
        skipped = skipped_groups(stretches, len(groups))
        if len(skipped) < _FEWEST_SKIPPED:
            raise _WholeError("too little of it is surely quiet")
        sample = choose_sample(skipped)
        self._check(groups, sample_stretches(sample, starts_s, self._lead_s))
        return self._open(groups, stretches), _words(groups, stretches, len(sample))

    def _pictures(self, reader: KeyFrames) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Return the score of every key frame's picture."""
        cells: CellScores | None = None
        kind: tuple[object, ...] = ()
        for planes in reader:
            if self._should_stop():
                raise _WholeError("stopped")
            if cells is None:
                cells = CellScores(self._watched(planes.size))
                kind = _kind(planes)
            if _kind(planes) != kind:
                raise _WholeError("its pictures change their size or kind")
            cells.add(planes)
        if cells is None:
            raise _WholeError("it has no key frames")
        return cells.finish().astype(np.float64)

    def _watched(self, size: tuple[int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        analysis = self._settings.analysis
        scale = choose_scale(size, analysis.scale)
        small = Shrinker(size, scale).size
        mask = WatchedArea(analysis, size, small, scale).mask
        return np.full(small[::-1], 255, np.uint8) if mask is None else mask

    def _suspicious(
        self, groups: Sequence[Group], pictures: np.ndarray[tuple[int], np.dtype[np.float64]]
    ) -> Flags:
        lengths_s = np.array([group.end_s - group.start_s for group in groups])
        if (usual_s := float(np.median(lengths_s))) > _FARTHEST_S:
            raise _WholeError(
                f"its key frames are {usual_s:.3g} s apart, more than {_FARTHEST_S:g} s"
            )
        if len(groups) < _FEWEST:
            raise _WholeError(f"it is too short, with {len(groups)} key frames of {_FEWEST}")
        totals = np.array([group.sizes.sum() for group in groups], np.float64)
        largest = np.array([group.sizes.max(initial=0) for group in groups], np.float64)
        return suspicious(pictures, totals, largest) | (lengths_s > _FARTHEST_S)

    def _check(self, groups: Sequence[Group], stretches: Sequence[Stretch]) -> None:
        """Look for events in what would be skipped."""
        witness = _Witness()
        cv2.setNumThreads(1)
        with self._open(groups, stretches) as film:
            outcome = run(
                film,
                self._make_analyzer,
                Decider(self._settings.decision),
                [witness],
                should_stop=lambda: witness.seen_s is not None or self._should_stop(),
                pacing=self._settings.pace(),
            )
        if witness.seen_s is not None:
            where = format_duration(witness.seen_s)
            raise _WholeError(f"a check of what it would skip found an event at {where}")
        if outcome.failure is not None or film.faults or outcome.state == "interrupted":
            raise _WholeError("it is damaged")

    def _open(self, groups: Sequence[Group], stretches: Sequence[Stretch]) -> Stretches:
        return Stretches(
            self._footage.url or self._footage.path,
            self._settings.sources,
            groups,
            stretches,
            name=self._footage.name,
            label=self._footage.label,
        )


class _Witness:
    """A sink that notes the first event."""

    def __init__(self) -> None:
        self.seen_s: float | None = None

    def write(self, _analysis: Analysis, decision: Decision) -> None:
        if decision.opened is not None and self.seen_s is None:
            self.seen_s = decision.opened.start_s

    def finish(self, decision: Decision) -> None:
        pass

    def close(self) -> None:
        pass


def _kind(planes: Planes) -> tuple[object, ...]:
    return planes.size, planes.chroma is None


def _words(groups: Sequence[Group], stretches: Sequence[Stretch], sampled: int) -> str:
    skipped = skipped_groups(stretches, len(groups))
    skipped_s = sum(groups[number].end_s - groups[number].start_s for number in skipped)
    share = skipped_s / (groups[-1].end_s - groups[0].start_s)
    return (
        f"{share:.1%} of it is skipped as surely quiet ({len(skipped)} of {len(groups)} groups of "
        f"pictures); {sampled} of these were decoded as a check, and held no event: with 95 % "
        f"certainty fewer than {risk_bound(sampled):.1%} of them do"
    )
