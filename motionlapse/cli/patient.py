"""Lines for standard output that wait while it cannot be written, as on a full disk."""

from __future__ import annotations

import os
import sys
from collections import deque

from motionlapse.cli.console import StdoutClosedError
from motionlapse.errors import SinkError, why

_MOST = 10_000  # lines wait


class PatientLines:
    """Prints lines in their order, each whole and once.

    Attributes
    ----------
    lost
        How many were given up because too many waited.
    """

    def __init__(self) -> None:
        self.lost = 0
        self._lines: deque[bytes] = deque()  # of the first one, the rest that is not written yet

    @property
    def waiting(self) -> int:
        """How many lines have not been written completely."""
        return len(self._lines)

    def print(self, line: str) -> None:
        """Print a line, after those that are still waiting.

        Raises
        ------
        StdoutClosedError
            If nobody reads standard output any more.
        SinkError
            If it cannot be written now; it then waits.
        """
        if len(self._lines) == _MOST:
            del self._lines[1]  # not the first one, a part of which may be written
            self.lost += 1
        out = sys.stdout
        self._lines.append(f"{line}\n".encode(out.encoding or "utf-8", out.errors or "strict"))
        self.again()

    def again(self) -> None:
        """Print the lines that wait; raises as `print` does."""
        try:
            while self._lines:
                rest = self._lines[0][_written(self._lines[0]) :]
                if rest:
                    self._lines[0] = rest
                else:
                    self._lines.popleft()
        except BrokenPipeError:
            self._lines.clear()
            raise StdoutClosedError("standard output was closed") from None
        except OSError as error:
            raise SinkError(f"standard output: cannot be written: {why(error)}") from None

    def give_up(self) -> int:
        """Return how many lines were never written, and drop those that wait."""
        never = self.lost + self.waiting
        self._lines.clear()
        return never


def _written(line: bytes) -> int:
    """Write as much of a line as can be; return how many bytes that is.

    Python's buffer is bypassed: it forgets what it could not write, or retries at any time.
    """
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, AttributeError):  # it was replaced, by a test or a notebook
        sys.stdout.write(line.decode(sys.stdout.encoding or "utf-8"))
        return len(line)
    return os.write(descriptor, line)
