"""Whether a shell is there that lets go on what Ctrl-Z has stopped, and who has the terminal."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def can_go_on() -> bool:
    """Tell whether somebody can let this program go on once it has stopped.

    That is a parent in the same session but another process group: a shell with job control. Where
    there is none, as in a window or a container that runs nothing else, the system itself ignores
    Ctrl-Z (an orphaned process group, as POSIX calls it): what stopped there would watch no more.
    """
    parent = os.getppid()
    try:
        while parent and os.getpgid(parent) == os.getpgrp():  # it was called by another program
            parent = _parent_of(parent)
        return parent > 0 and os.getsid(parent) == os.getsid(0)
    except FileNotFoundError:  # a system that does not tell of others
        return True
    except OSError:  # gone, or of another user's session
        return False


def in_foreground(terminal: int) -> bool:
    """Tell whether this program has the terminal; who has it not may stop for changing it."""
    with contextlib.suppress(OSError):
        return os.tcgetpgrp(terminal) == os.getpgrp()
    return True  # it is not the one that controls it: nobody stops for that


def _parent_of(process: int) -> int:
    words = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    return int(words.rpartition(") ")[2].split()[1])  # what comes before may be any name
