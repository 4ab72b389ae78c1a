"""The decision about each still on disk, so that a later run continues where this one ended."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from typing import Any

from motionlapse.errors import ConfigError, SinkError, why

NAME = "sift.jsonl"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Record:
    """The decision about one still.

    Attributes
    ----------
    still
        Its path, as it was typed.
    state
        ``kept``, ``dropped`` or ``corrupt``.
    value, threshold
        The measure's value, and the threshold from which a still is kept; None if nothing was
        measured.
    against
        The last kept still, with which this one was compared; None for the first and for corrupt
        ones.
    reason
        In words.
    file
        Where the kept still was placed; None if it was not kept.
    size
        In bytes; a later run recognises the still by path and size.
    """

    still: str
    state: str
    value: float | None
    threshold: float | None
    against: str | None
    reason: str
    file: str | None
    size: int


class Journal:
    """The records of a folder of kept stills, each on disk before the next still is judged.

    Parameters
    ----------
    folder
        The folder of kept stills; None writes nothing to disk.
    rules
        The settings by which stills are judged; a later run must have the same.

    Raises
    ------
    ConfigError
        If the folder was sifted with other settings, or holds a journal of another version.
    SinkError
        If it cannot be read or written.
    """

    def __init__(self, folder: Path | None, rules: Mapping[str, object]) -> None:
        self.records: dict[str, Record] = {}
        self._file: FileIO | None = None
        if folder is None:
            return
        path = folder / NAME
        self._path = path
        header = json.dumps({"format": _FORMAT, "rules": rules}, sort_keys=True)
        try:
            complete = self._read(path, header) if path.exists() else 0
            # Unbuffered: a buffer that could not be written would be written again on closing.
            self._file = path.open("ab", buffering=0)
            self._file.truncate(complete)  # a line cut off by a power failure
            if not complete:
                self._write(self._file, header)
        except OSError as error:
            raise SinkError(f"{path}: cannot be written: {why(error)}") from None

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, record: Record) -> None:
        """Write down a decision.

        Raises
        ------
        SinkError
            If it cannot be written.
        """
        self.records[key_of(record.still)] = record
        if self._file is None:
            return
        try:
            self._write(self._file, json.dumps(asdict(record)))
        except OSError as error:
            del self.records[key_of(record.still)]
            raise SinkError(f"{self._path}: cannot be written: {why(error)}") from None

    @staticmethod
    def _write(file: FileIO, line: str) -> None:
        """Append a line as a whole, or nothing of it if the disk is full."""
        before = file.seek(0, os.SEEK_END)
        rest = memoryview(f"{line}\n".encode())
        try:
            while rest:
                rest = rest[file.write(rest) :]
        except BaseException:  # Ctrl-C too
            with contextlib.suppress(OSError):
                file.truncate(before)
            raise

    def _read(self, path: Path, header: str) -> int:
        """Read the existing records; return how many bytes of the file are whole lines."""
        raw = path.read_bytes()
        complete = raw.rfind(b"\n") + 1
        lines = raw[:complete].decode("utf-8", "replace").splitlines()
        if not lines:
            return 0
        if lines[0] != header:
            raise ConfigError(
                f"{path}: this folder was sifted with other settings "
                f"({_differing(lines[0], header)}); choose another --out, or use the same "
                "settings"
            )
        for line in lines[1:]:
            try:
                record = Record(**json.loads(line))
            except (ValueError, TypeError):
                raise ConfigError(f"{path}: not a journal that this version can read") from None
            self.records[key_of(record.still)] = record
        return complete


def key_of(still: str) -> str:
    """Return the key of a still, which does not depend on the current folder."""
    return str(Path(still).absolute())


def _differing(old: str, new: str) -> str:
    try:
        before: dict[str, Any] = json.loads(old)["rules"]
        after: dict[str, Any] = json.loads(new)["rules"]
        names = [name for name in after if before.get(name) != after[name]]
        return ", ".join(f"{name} was {before.get(name)}, is {after[name]}" for name in names)
    except (ValueError, KeyError, TypeError, AttributeError):
        return "unknown ones"
