"""Bringing the results of a remote scan into the archive."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from motionlapse.batch.remote_scan import RecordedCall, RemoteResult
from motionlapse.batch.source_recorder import SourceRecorder
from motionlapse.errors import SinkError
from motionlapse.files import make_folder, shown, take_name, writing
from motionlapse.sinks.archive_store import StoredRun
from motionlapse.types import Event, KeptEvent


class Delivery:
    """Replays the calls of a remote scan on its recorder, and moves its files into place.

    Parameters
    ----------
    brought
        Of the remote scan.
    recorder
        Of the same source.
    """

    def __init__(self, result: RemoteResult, recorder: SourceRecorder) -> None:
        self._result = result
        self._recorder = recorder
        self._run: StoredRun | None = None

    def take(self) -> None:
        """Take everything.

        Raises
        ------
        SinkError
            If it cannot be written, or if numbers of events were given out twice because another
            program scanned the source into the same archive meanwhile.
        """
        try:
            for call in self._result.calls:
                self._take(call)
        except SinkError as error:
            self._recorder.abandon(str(error))
            raise

    def _take(self, call: RecordedCall) -> None:
        own = getattr(self, f"_{call.what}", None)
        if own is not None:
            own(*call.args, **call.named)
        else:
            self._say(call)

    def _say(self, call: RecordedCall) -> None:
        args = call.args
        if args and isinstance(args[0], StoredRun):
            args = (self._run, *args[1:])
        getattr(self._recorder, call.what)(*args, **call.named)

    def _begin(self, info: Any) -> None:
        self._run = self._recorder.begin(info)

    def _next_event(self, _run: StoredRun, number: int) -> None:
        if self._run is not None and self._recorder.next_event(self._run) != number:
            raise SinkError(
                f"{self._recorder.name}: another program scanned it into this archive in the "
                "meantime; scan it again"
            )

    def _add_event(self, _run: StoredRun, event: Event, **rest: Any) -> None:
        placed = [(self._place(path), *facts) for path, *facts in rest.pop("snapshots")]
        clip = rest.pop("clip")
        clip = None if clip is None else self._place(clip)
        self._recorder.add_event(self._here(), event, snapshots=placed, clip=clip, **rest)

    def _keep(self, kept: KeptEvent) -> None:
        self._recorder.keep(
            replace(
                kept,
                snapshots=tuple(str(self._final(Path(path))) for path in kept.snapshots),
                clip=None if kept.clip is None else str(self._final(Path(kept.clip))),
            )
        )

    def _note(self, text: str) -> None:
        self._recorder.note(self._at_home(text))

    def _tally(self, text: str, more: str, weight: float) -> None:
        self._recorder.tally(self._at_home(text), more, weight)

    def _at_home(self, text: str) -> str:
        return text.replace(str(self._result.attempt), shown(self._here().folder))

    def _here(self) -> StoredRun:
        if self._run is None:
            raise SinkError(f"{self._recorder.name}: results came before their run")
        return self._run

    def _final(self, path: Path) -> Path:
        return self._here().folder / path.name

    def _place(self, path: Path) -> Path:
        """Put a file where it belongs; nothing that is there is replaced."""
        final = self._final(path)
        make_folder(final.parent)
        with writing(final):
            try:
                take_name(path, final)
            except FileExistsError:
                raise SinkError(f"{final}: cannot be written: it already exists") from None
        return final
