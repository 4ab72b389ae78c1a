"""The prescan: finds which stretches of a film to decode, or why all of it must be."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from motionlapse.analysis.areas import WatchedArea
from motionlapse.analysis.prepare import Shrinker, choose_scale
from motionlapse.errors import SourceError
from motionlapse.prescan.cells import CellScores
from motionlapse.prescan.check import Check, DamagedError
from motionlapse.prescan.film import SETTLE_S, Stretches
from motionlapse.prescan.key_scores import KeyScores, UnlikeError
from motionlapse.prescan.quiet import (
    Signs,
    enough_may_last,
    left_out_beside,
    sizes_follow,
    sizes_tell,
    suspicious,
)
from motionlapse.prescan.sample import choose_sample, risk_bound
from motionlapse.prescan.stretches import (
    Stretch,
    skipped_groups,
    stretches_around,
    suspicious_spans,
)
from motionlapse.sources.bursts import Group
from motionlapse.sources.disposable import Demand
from motionlapse.sources.key_frames import KeyFrames
from motionlapse.units import format_duration

if TYPE_CHECKING:
    from motionlapse.analysis.analyzer import Analyzer
    from motionlapse.frames import Shrink
    from motionlapse.pipeline_settings import Settings
    from motionlapse.sources.footage import Footage

# From fewer groups one cannot learn what is usual; with fewer to skip, the check decodes most of
# them.
_FEWEST = 60
_FEWEST_SKIPPED = 40
# If key frames are further apart than this, they say little: an event of 4 s can lie between two.
_FARTHEST_S = 4.5


def prescan(
    footage: Footage,
    settings: Settings,
    make_analyzer: Callable[[tuple[int, int]], Analyzer],
    note: Callable[[str], None],
    should_stop: Callable[[], bool] = lambda: False,
    on_share: Callable[[str, float], None] = lambda _what, _share: None,
    shrink: Shrink | None = None,
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
        Asked now and then; if it returns True, there is no result.
    on_share
        Told which part of the prescan is under way, in a word or two, and its progress, 0 to 1. The
        parts are the key frames, those that were left out at first, and the check of the sample.
    shrink
        As for `motionlapse.sources.recording.Recording`.

    Raises
    ------
    SourceError
        If the film cannot be opened.
    """
    try:
        search = _Prescan(footage, settings, make_analyzer, should_stop, on_share, shrink)
        stretches, words = search.decide()
    except _WholeError as reason:
        if not should_stop():
            note(f"{footage.name}: --prescan: {reason}; all of it is scanned")
        return None
    note(f"{footage.name}: --prescan: {words}")
    return stretches


class _WholeError(Exception):
    """The whole film must be scanned; the message says why."""


class _Prescan:
    """The prescan of one film."""

    def __init__(
        self,
        footage: Footage,
        settings: Settings,
        make_analyzer: Callable[[tuple[int, int]], Analyzer],
        should_stop: Callable[[], bool],
        on_share: Callable[[str, float], None],
        shrink: Shrink | None,
    ) -> None:
        self._footage = footage
        self._shrink = shrink
        self._demand = Demand()  # shared, so that the stretches profit from what the check learned
        self._settings = settings
        self._make_analyzer = make_analyzer
        self._should_stop, self._on_share = should_stop, on_share

    def decide(self) -> tuple[Stretches, str]:
        """Return the stretches, opened, and a message about them."""
        if self._footage.stills:
            raise _WholeError("stills have no key frames")
        sinks = self._settings.sinks
        if sinks.masks is not None or sinks.metrics is not None:
            raise _WholeError("--masks and --metrics cover every frame")
        path = self._footage.url or self._footage.path
        groups, signs = self._read(path)
        spans = suspicious_spans(groups, signs)
        stretches = stretches_around(spans, [group.start_s for group in groups])
        skipped = skipped_groups(stretches, len(groups))
        if len(skipped) < _FEWEST_SKIPPED:
            raise _WholeError("too little of it is certain to be quiet")
        sample = choose_sample(skipped)
        self._check(groups, skipped, sample)
        words = _words(groups, stretches, len(sample)) + _doubt(groups, signs)
        return self._open(groups, stretches, SETTLE_S), words

    def _read(self, path: Path | str) -> tuple[list[Group], Signs]:
        """Read the film; return its groups of pictures, and what makes each suspicious."""
        # Deblocking does not change the mean of a cell.
        fast = self._settings.sources.model_copy(update={"fast": True})
        # To score key frames that were left out the film is read again, and a URL downloaded again.
        apart_s = _FARTHEST_S if isinstance(path, Path) else 0.0
        reader = KeyFrames(path, fast, name=self._footage.name, apart_s=apart_s)
        scores = KeyScores(reader, self._make_cells, self._go_on)
        try:
            pictures = scores.read()
            groups = reader.groups()
            signs = self._suspicious(groups, pictures)
            if np.isnan(pictures).any():
                near = left_out_beside(pictures, signs, _lengths_s(groups), _FARTHEST_S)
                if enough_may_last(signs, len(near)):
                    signs = self._suspicious(groups, scores.look_at(near))
                if not sizes_follow(signs):
                    signs = self._suspicious(groups, scores.look_at_all())
        except (SourceError, UnlikeError) as error:
            raise _WholeError(str(error)) from None
        return groups, signs

    def _go_on(self, what: str, share: float) -> None:
        self._on_share(what, share)
        if self._should_stop():
            raise _WholeError("stopped")

    def _make_cells(self, size: tuple[int, int]) -> CellScores:
        return CellScores(self._watched(size))

    def _watched(self, size: tuple[int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        analysis = self._settings.analysis
        scale = choose_scale(size, analysis.scale)
        small = Shrinker(size, scale).size
        mask = WatchedArea(analysis, size, small, scale).mask
        return np.full(small[::-1], 255, np.uint8) if mask is None else mask

    def _suspicious(
        self, groups: Sequence[Group], pictures: np.ndarray[tuple[int], np.dtype[np.float64]]
    ) -> Signs:
        lengths_s = _lengths_s(groups)
        if (usual_s := float(np.median(lengths_s))) > _FARTHEST_S:
            raise _WholeError(
                f"its key frames are {usual_s:.3g} s apart, more than {_FARTHEST_S:g} s"
            )
        if len(groups) < _FEWEST:
            raise _WholeError(
                f"it is too short: {len(groups)} key frames, where {_FEWEST} are needed"
            )
        totals = np.array([group.sizes.sum() for group in groups], np.float64)
        bursts = np.array([group.burst.size for group in groups])
        found = suspicious(pictures, totals, bursts)
        return found._replace(totals=found.totals | (lengths_s > _FARTHEST_S))

    def _check(
        self, groups: Sequence[Group], skipped: Sequence[int], sample: Sequence[int]
    ) -> None:
        """Raise _WholeError if a sample of what would be skipped holds an event, or is damaged."""
        check = Check(
            self._settings,
            self._make_analyzer,
            lambda stretches: self._open(groups, stretches),
            self._should_stop,
            lambda share: self._on_share("check", share),
        )
        try:
            event = check.find_event(groups, frozenset(skipped), sample)
        except DamagedError:
            raise _WholeError("it is damaged") from None
        if event is not None:
            where = format_duration(event.start_s)
            raise _WholeError(f"a check of what it would skip found an event at {where}")

    def _open(
        self, groups: Sequence[Group], stretches: Sequence[Stretch], settle_s: float = 0.0
    ) -> Stretches:
        return Stretches(
            self._footage.url or self._footage.path,
            self._settings.sources,
            groups,
            stretches,
            name=self._footage.name,
            label=self._footage.label,
            settle_s=settle_s,
            shrink=self._shrink,
            demand=self._demand,
        )


def _lengths_s(groups: Sequence[Group]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([group.end_s - group.start_s for group in groups])


def _doubt(groups: Sequence[Group], signs: Signs) -> str:
    """Return a warning if sizes do not reveal motion: the sample is too small for rare events."""
    if sizes_tell(signs) or sizes_follow(signs):
        return ""
    return (
        "; its packets hardly grow with motion, so an event shorter than "
        f"{np.median(_lengths_s(groups)):.3g} s between two key frames may be missed"
    )


def _words(groups: Sequence[Group], stretches: Sequence[Stretch], sampled: int) -> str:
    skipped = skipped_groups(stretches, len(groups))
    skipped_s = sum(
        groups[after.first].start_s - before.end_s
        for before, after in itertools.pairwise(stretches)
    )
    skipped_s += max(0.0, groups[-1].end_s - stretches[-1].end_s)
    share = skipped_s / (groups[-1].end_s - groups[0].start_s)
    return (
        f"{share:.1%} of it is skipped as quiet; as a check, {sampled} of {len(skipped)} such "
        "groups of pictures were decoded and held no event: with 95 % confidence, fewer than "
        f"{risk_bound(sampled):.1%} of them do"
    )
