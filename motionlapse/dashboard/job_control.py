"""Whether a shell can resume this program after Ctrl-Z, and whether it owns the terminal."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def can_be_resumed() -> bool:
    """Tell whether a shell can resume this program once it has stopped.

    Such a shell is an ancestor in the same session but in another process group. Without one, as in
    a window or a container that runs nothing else, the system itself ignores Ctrl-Z (POSIX calls
    that an orphaned process group), and a program that stopped itself would never be resumed.
    """
    parent = os.getppid()
    try:
        while parent and os.getpgid(parent) == os.getpgrp():  # another program has called this one
            parent = _parent_of(parent)
        return parent > 0 and os.getsid(parent) == os.getsid(0)
    except FileNotFoundError:  # a system without /proc
        return True
    except OSError:  # the parent is gone, or belongs to another user
        return False


def in_foreground(terminal: int) -> bool:
    """Tell whether this program may change the terminal: doing so in the background may stop it."""
    with contextlib.suppress(OSError):
        return os.tcgetpgrp(terminal) == os.getpgrp()
    return True  # it is not the controlling terminal: changing it does not stop this program


def _parent_of(process: int) -> int:
    words = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    return int(words.rpartition(") ")[2].split()[1])  # the name before that may hold anything
