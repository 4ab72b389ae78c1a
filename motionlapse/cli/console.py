"""What commands print, and where: results on stdout, everything else on stderr."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motionlapse.errors import ConfigError, MotionlapseError, SinkError, why
from motionlapse.units import printable

if TYPE_CHECKING:
    from rich.console import Console

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors on stderr.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print more on stderr.")]


def _of_a_file(path: Path | None) -> Path | None:
    """Refuse an empty text, which `Path` takes for the current folder."""
    if path == Path():
        raise typer.BadParameter("name a file")
    return path


LogFile = Annotated[
    Path | None,
    typer.Option(
        "--log-file",
        metavar="FILE",
        callback=_of_a_file,
        help="Append what is printed on stderr to this file.",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print JSON Lines on stdout, one object per result.")
]
Csv = Annotated[
    Path | None,
    typer.Option(
        "--csv",
        metavar="FILE",
        callback=_of_a_file,
        help="Write the events to this CSV file (replaced if it exists); '-' is stdout.",
    ),
]

logger = logging.getLogger("motionlapse")


class StdoutClosedError(MotionlapseError):
    """Nobody reads the results any more (``| head -1``); the program ends quietly."""

    exit_code = 141


@contextlib.contextmanager
def printing() -> Iterator[None]:
    """Turn a closed standard output into `StdoutClosedError`, and flush what was printed."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes again when it exits, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise StdoutClosedError("standard output was closed") from None
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SinkError(f"standard output: cannot be written: {why(error)}") from None


class _OneLine(logging.Formatter):
    """Writes a record in one line, whatever characters the names in it contain."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


class _Stderr(logging.Handler):
    """Writes lines to the present stderr, which a progress display may have replaced."""

    def emit(self, record: logging.LogRecord) -> None:
        mark = {logging.WARNING: "warning: ", logging.ERROR: "error: "}.get(record.levelno, "")
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"{mark}{self.format(record)}\n")


class _LogFile(logging.FileHandler):
    """Remembers that it could not write instead of printing a traceback."""

    fault = ""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802
        """Keep the first cause."""
        self.fault = self.fault or why(sys.exception() or OSError())


def log_fault() -> str:
    """Return why the log file could not be written, or ``""``."""
    for handler in logger.handlers:
        if isinstance(handler, _LogFile) and handler.fault:
            return f"{handler.baseFilename}: cannot be written: {handler.fault}"
    return ""


def set_up_log(*, quiet: bool, verbose: bool, log_file: Path | None) -> None:
    """Send log lines to stderr, and to a file with the time of day; its folder is made.

    Raises
    ------
    ConfigError
        If both `quiet` and `verbose` are set.
    SinkError
        If the file cannot be written.
    """
    if quiet and verbose:
        raise ConfigError("--quiet and --verbose cannot be used together")
    for handler in logger.handlers:
        handler.close()
    logger.handlers = [_Stderr()]
    logger.propagate = False
    level = logging.ERROR if quiet else logging.DEBUG if verbose else logging.INFO
    logger.handlers[0].setLevel(level)
    logger.handlers[0].setFormatter(_OneLine())
    logger.setLevel(logging.DEBUG)
    if log_file is not None:
        from motionlapse.files import make_folder
        from motionlapse.made import Made, refuse_others

        make_folder(log_file.parent)
        refuse_others(log_file, Made.LOG)
        try:
            handler = _LogFile(log_file, encoding="utf-8", delay=False)
        except OSError as error:
            raise SinkError(f"{log_file}: cannot be written: {why(error)}") from None
        handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(message)s"))
        logger.addHandler(handler)


def say(text: str) -> None:
    """Print a line on stderr, for commands without a log."""
    typer.echo(printable(text), err=True)


def is_terminal(stream: object) -> bool:
    """Tell whether a stream is a terminal that can do more than print lines."""
    isatty: Callable[[], bool] | None = getattr(stream, "isatty", None)
    return bool(isatty and isatty() and os.environ.get("TERM") != "dumb")


def stderr_console() -> Console:
    """Return a Rich console on stderr; imported here because plain output does without Rich."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def print_json(record: dict[str, object]) -> None:
    """Print one object on a line of its own, at once."""
    with printing():
        sys.stdout.write(json_line(record) + "\n")


def json_line(record: dict[str, object]) -> str:
    """Return one object as a line for standard output.

    Unless the encoding is a Unicode one, characters beyond ASCII are written as JSON escapes.
    """
    unicode = (sys.stdout.encoding or "utf").lower().startswith("utf")
    return json.dumps(record, ensure_ascii=not unicode, allow_nan=False)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name
        Its heading.
    number
        True aligns it to the right.
    rank
        If the terminal is too narrow, columns with the highest rank are left out first; those of
        rank 0 always stay.
    shrinks
        Whether the beginnings of its cells may be cut (paths) before any column is left out.
    """

    name: str
    number: bool = False
    rank: int = 0
    shrinks: bool = False


_GAP = "  "
_LEAST_SHRUNK = 16


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns; on a terminal with a bold heading, fitted to its width.

    Parameters
    ----------
    columns
        The columns.
    rows
        Cells as text, as many as columns.
    """
    terminal = is_terminal(sys.stdout)
    rows = [[printable(cell) for cell in row] for row in rows]
    wanted = list(range(len(columns)))
    widths = [max(len(line[i]) for line in [[c.name for c in columns], *rows]) for i in wanted]
    if terminal:
        wanted = _fit(columns, widths, shutil.get_terminal_size().columns)
    with printing():
        for number, row in enumerate([[c.name for c in columns], *rows]):
            cells = []
            for i in wanted:
                cell = row[i] if len(row[i]) <= widths[i] else "…" + row[i][1 - widths[i] :]
                cells.append(cell.rjust(widths[i]) if columns[i].number else cell.ljust(widths[i]))
            line = _GAP.join(cells).rstrip()
            bold = number == 0 and terminal and not os.environ.get("NO_COLOR")
            sys.stdout.write(f"\x1b[1m{line}\x1b[0m\n" if bold else f"{line}\n")
    left_out = [column.name for i, column in enumerate(columns) if i not in wanted]
    if left_out:
        note = f"columns that did not fit: {', '.join(left_out)}; widen the terminal, or use --json"
        logger.info(note) if logger.handlers else say(note)


def _fit(columns: Sequence[Column], widths: list[int], room: int) -> list[int]:
    """Return the columns that fit, and shrink `widths` where allowed."""
    wanted = list(range(len(columns)))
    whole = list(widths)

    def excess() -> int:
        return sum(widths[i] for i in wanted) + len(_GAP) * (len(wanted) - 1) - room

    while True:
        for i in wanted:  # each column left out gives room back to those that shrink
            widths[i] = whole[i]
        for i in wanted:
            if columns[i].shrinks and excess() > 0:
                widths[i] = max(min(widths[i], _LEAST_SHRUNK), widths[i] - excess())
        last = max(wanted, key=lambda i: columns[i].rank)
        if excess() <= 0 or columns[last].rank == 0:
            break
        wanted.remove(last)
    return wanted


@contextlib.contextmanager
def stdout_or_file(path: Path) -> Iterator[Callable[[str], object]]:
    """Yield a function that writes text to stdout for ``-``, else to a file that appears whole.

    Raises
    ------
    SinkError
        If the file cannot be written.
    """
    if str(path) == "-":
        with printing():
            yield sys.stdout.write
        return
    from motionlapse.files import write_in_folder

    parts: list[str] = []
    yield parts.append
    write_in_folder(path, "".join(parts).encode())
