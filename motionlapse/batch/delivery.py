"""Taking home what a scan elsewhere has left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from motionlapse.batch.apart import Brought, Note
from motionlapse.batch.desk import Desk
from motionlapse.errors import SinkError
from motionlapse.files import make_folder, shown, take_name, writing
from motionlapse.sinks.archive_store import StoredRun
from motionlapse.types import Event, KeptEvent


class Delivery:
    """Says at the desk what was noted elsewhere, files put in their places.

    Parameters
    ----------
    brought
        What a scan elsewhere has left.
    desk
        Of its source.
    """

    def __init__(self, brought: Brought, desk: Desk) -> None:
        self._brought = brought
        self._desk = desk
        self._run: StoredRun | None = None

    def take(self) -> None:
        """Take it all.

        Raises
        ------
        SinkError
            If it cannot be written, or if numbers of events were given out twice because another
            program scanned the source into the same archive meanwhile.
        """
        try:
            for note in self._brought.notes:
                self._take(note)
        except SinkError as error:
            self._desk.abandon(str(error))
            raise

    def _take(self, note: Note) -> None:
        own = getattr(self, f"_{note.what}", None)
        if own is not None:
            own(*note.args, **note.named)
        else:
            self._say(note)

    def _say(self, note: Note) -> None:
        args = note.args
        if args and isinstance(args[0], StoredRun):
            args = (self._run, *args[1:])
        getattr(self._desk, note.what)(*args, **note.named)

    def _begin(self, info: Any) -> None:
        self._run = self._desk.begin(info)

    def _next_event(self, _run: StoredRun, number: int) -> None:
        if self._run is not None and self._desk.next_event(self._run) != number:
            raise SinkError(
                f"{self._desk.name}: somebody else scanned it into this archive meanwhile; scan it "
                "again"
            )

    def _add_event(self, _run: StoredRun, event: Event, **rest: Any) -> None:
        placed = [(self._place(path), *facts) for path, *facts in rest.pop("snapshots")]
        clip = rest.pop("clip")
        clip = None if clip is None else self._place(clip)
        self._desk.add_event(self._here(), event, snapshots=placed, clip=clip, **rest)

    def _keep(self, kept: KeptEvent) -> None:
        self._desk.keep(
            replace(
                kept,
                snapshots=tuple(str(self._final(Path(path))) for path in kept.snapshots),
                clip=None if kept.clip is None else str(self._final(Path(kept.clip))),
            )
        )

    def _note(self, text: str) -> None:
        self._desk.note(self._at_home(text))

    def _tally(self, text: str, more: str, weight: float) -> None:
        self._desk.tally(self._at_home(text), more, weight)

    def _at_home(self, text: str) -> str:
        return text.replace(str(self._brought.attempt), shown(self._here().folder))

    def _here(self) -> StoredRun:
        if self._run is None:
            raise SinkError(f"{self._desk.name}: results came before their run")
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
                raise SinkError(f"{final}: cannot be written: it is there already") from None
        return final
