"""Many recordings, one after another; a bad one never ends the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from motionlapse.clock import Clock
from motionlapse.errors import (
    TRACEBACK_VARIABLE,
    ConfigError,
    MotionlapseError,
    SinkError,
    SourceError,
    unexpected,
)
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.footage import Footage

if TYPE_CHECKING:
    from motionlapse.analysis.analyzer import Analyzer
    from motionlapse.frames import Source, SourceInfo
    from motionlapse.pipeline import RunResult
    from motionlapse.sinks.archive import ArchiveSink
    from motionlapse.sinks.archive_store import ArchiveStore, StoredRun
    from motionlapse.sinks.chosen import Recorded
    from motionlapse.types import Analysis, Decision, KeptEvent


class Listener(Protocol):
    """Who is told how a batch goes."""

    def begin(self, info: SourceInfo, number: int, total: int) -> None:
        """Reading source `number` (from 1) of `total` begins."""

    def frame(self, analysis: Analysis, decision: Decision) -> None:
        """A frame has been done."""

    def event(self, kept: KeptEvent) -> None:
        """An event has ended and was kept."""

    def note(self, text: str) -> None:
        """Something that is as it should be, and not obvious."""

    def warning(self, text: str) -> None:
        """Something a person should know."""

    def error(self, text: str) -> None:
        """Something could not be read or written."""


@dataclass(slots=True)
class BatchResult:
    """How a batch went.

    Attributes
    ----------
    sources, events, frames
        How many were read, found, analysed.
    folders
        The archive's folders of the sources, in order.
    interrupted
        True if it was stopped before its end.
    exit_code
        What a program should end with; 0 if all went well.
    """

    sources: int = 0
    events: int = 0
    frames: int = 0
    folders: list[Path] = field(default_factory=list)
    interrupted: bool = False
    exit_code: int = 0

    def note(self, code: int) -> None:
        """Remember a failure; the gravest counts."""
        self.exit_code = max(self.exit_code, code)


class Batch:
    """Scans footage into one archive.

    Parameters
    ----------
    settings
        For every source the same.
    listener
        Told of everything.
    clock
        Dates the runs.
    should_stop
        Asked before each frame and each source.
    """

    def __init__(
        self,
        settings: Settings,
        listener: Listener,
        clock: Clock,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._settings = settings
        self._listener = listener
        self._clock = clock
        self._should_stop = should_stop
        self._store: ArchiveStore | None = None

    def scan(self, found: Sequence[Footage | SourceError]) -> BatchResult:
        """Scan every source; what went wrong is told and in the result.

        Raises
        ------
        SinkError
            If the archive cannot be opened: then nothing could be kept.
        """
        result = BatchResult()
        try:
            for number, item in enumerate(found, 1):
                if self._should_stop():
                    result.interrupted = True
                if result.interrupted:
                    break
                self._try(item, number, len(found), result)
        finally:
            if self._store is not None:
                self._store.close()
        return result

    def _try(
        self, item: Footage | SourceError, number: int, total: int, result: BatchResult
    ) -> None:
        """Scan one source; what is wrong with it ends that source alone."""
        try:
            if isinstance(item, SourceError):
                raise item
            if item.warning:
                self._listener.warning(item.warning)
            self._scan_one(item, number, total, result)
        except SourceError as error:
            self._fail(error, result)
        except ConfigError as error:
            named = str(error).startswith(_name(item))
            self._fail(error if named else ConfigError(f"{_name(item)}: {error}"), result)
        except SinkError as error:
            if self._store is None:
                raise  # no archive: nothing could be kept of any source
            self._fail(error, result)
        except ImportError:
            raise  # it would fail for every source
        except Exception as error:
            if os.environ.get(TRACEBACK_VARIABLE):
                raise
            self._fail(MotionlapseError(f"{_name(item)}: {unexpected(error)}"), result)

    def _fail(self, error: MotionlapseError, result: BatchResult) -> None:
        self._listener.error(str(error))
        result.note(error.exit_code)

    def _scan_one(self, footage: Footage, number: int, total: int, result: BatchResult) -> None:
        with open_footage(footage, self._settings) as source:
            # Decoding has begun: what follows imports OpenCV and Numba meanwhile.
            import cv2

            from motionlapse.decision.decider import Decider
            from motionlapse.pipeline import run
            from motionlapse.sinks.chosen import chosen_sinks

            # The pictures of analysis are too small to share out, and the decoder has the cores.
            cv2.setNumThreads(1)
            settings = self._settings
            info = source.info
            make_analyzer = analyzer_maker(settings)
            make_analyzer((info.width, info.height))  # regions that do not fit end it here
            store, stored = self._begin(info, footage)
            archive = self._archive_sink(footage, info, store, stored, result)
            try:
                chosen = chosen_sinks(
                    settings.sinks,
                    info,
                    stored.folder,
                    many=total > 1,
                    live=False,
                    exit_ratio=settings.decision.exit_ratio,
                    keep=archive.keep,
                    recorded=self._recorded(footage, archive),
                )
            except SinkError:
                store.discard_run(stored)  # it would hide the events of the one before
                raise
            self._listener.begin(info, number, total)
            outcome = run(
                source,
                make_analyzer,
                Decider(settings.decision, archive.next_number),
                [*chosen, archive],
                should_stop=self._should_stop,
                on_frame=self._listener.frame,
                pacing=settings.pace(),
            )
            result.sources += 1
            result.frames += outcome.frames
            result.interrupted |= outcome.state == "interrupted"
            result.folders.append(stored.folder)
            self._report(source, outcome, result)
            store.end_run(
                stored,
                state=outcome.state,
                frames=outcome.frames,
                end_s=outcome.end_s,
                faults=[fault.text for fault in source.faults]
                + [str(u) for u in outcome.unwritten],
            )

    def _begin(self, info: SourceInfo, footage: Footage) -> tuple[ArchiveStore, StoredRun]:
        from motionlapse.sinks.archive_store import ArchiveStore

        if self._store is None:
            self._store = ArchiveStore(self._settings.sinks.out)
        return self._store, self._store.begin_run(
            info, footage.path, self._settings.model_dump(mode="json"), self._clock.now()
        )

    def _archive_sink(
        self,
        footage: Footage,
        info: SourceInfo,
        store: ArchiveStore,
        stored: StoredRun,
        result: BatchResult,
    ) -> ArchiveSink:
        from motionlapse.sinks.archive import ArchiveSink

        def emit(kept: KeptEvent) -> None:
            result.events += 1
            self._listener.event(kept)

        return ArchiveSink(store, stored, footage.path, info.start_wall, emit)

    def _recorded(self, footage: Footage, archive: ArchiveSink) -> Recorded | None:
        """Return the film that clips are cut out of; stills have none."""
        if footage.stills:
            if self._settings.sinks.clips != "none":
                self._listener.warning(f"{footage.name}: there are no clips of stills")
            return None
        from motionlapse.sinks.chosen import Recorded
        from motionlapse.sources.seeking import find_key_frame

        return Recorded(footage.path, find_key_frame, archive.keep_clip, self._listener.note)

    def _report(self, source: Source, outcome: RunResult, result: BatchResult) -> None:
        """Tell what went wrong in a run that came to its end."""
        for fault in source.faults:
            if fault.lost:
                self._fail(SourceError(fault.text), result)
            else:
                self._listener.warning(fault.text)
        if outcome.overlay:
            self._listener.warning(
                f"{source.info.name}: a clock seems to be written into the picture; "
                f'leave it out with --ignore "{outcome.overlay}"'
            )
        if outcome.failure:
            self._fail(outcome.failure, result)
        for unwritten in outcome.unwritten:
            self._fail(SinkError(str(unwritten)), result)


def _name(item: Footage | SourceError) -> str:
    return "" if isinstance(item, SourceError) else item.name


def open_footage(footage: Footage, settings: Settings) -> Source:
    """Open footage with what reads it; a film does not wait for the library of stills."""
    if footage.stills:
        from motionlapse.sources.stills import Stills

        return Stills(footage.stills, settings.sources, name=footage.name, label=footage.label)
    from motionlapse.sources.recording import Recording

    return Recording(footage.path, settings.sources, name=footage.name, label=footage.label)


def analyzer_maker(settings: Settings) -> Callable[[tuple[int, int]], Analyzer]:
    """Return a function that makes a new analyzer for pictures of (width, height)."""
    from motionlapse.analysis.analyzer import Analyzer
    from motionlapse.background import MODELS

    def make_analyzer(size: tuple[int, int]) -> Analyzer:
        chosen = settings.background
        model = MODELS[chosen.model].make(chosen.of_model())
        return Analyzer(size, model, settings.analysis, enter=settings.decision.enter)

    return make_analyzer
