"""The live part: a thread that draws, reads keys and restores the terminal at the end.

Drawing never disturbs the loop: an error in it ends only the dashboard, with a warning. The thread
also stops the program after Ctrl-Z. A signal handler cannot: it interrupts the main thread, which
may hold locks that drawing waits for.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import signal
import sys
import termios
import threading
import tty
from dataclasses import replace
from types import FrameType
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live as RichLive
from rich.segment import Segment

from motionlapse.clock import Clock
from motionlapse.dashboard.job_control import can_be_resumed, in_foreground
from motionlapse.dashboard.keys import Keys
from motionlapse.dashboard.look import Look, Pictures, look_at
from motionlapse.dashboard.unread import DRAWN_S, unheld
from motionlapse.dashboard.view import render
from motionlapse.dashboard.waking import Waking
from motionlapse.errors import why
from motionlapse.frames import Image
from motionlapse.processor import ProcessorShare
from motionlapse.watch.chronicle import Chronicle
from motionlapse.watch.controls import Controls
from motionlapse.watch.session import Watch

_TICK_S = 0.25
_PICTURE_TICKS = 2  # pictures are refreshed twice a second

logger = logging.getLogger("motionlapse")


class Dashboard:
    """A context manager that shows a watch on the terminal while its block runs.

    Parameters
    ----------
    chronicle
        What the watch has recorded so far.
    watch
        Asked for the status of the source and for the threshold.
    controls
        Carry out what the keys ask for.
    clock
        The time.
    console
        Where it is drawn; by default standard output.
    """

    def __init__(
        self,
        chronicle: Chronicle,
        watch: Watch,
        controls: Controls,
        clock: Clock,
        console: Console | None = None,
    ) -> None:
        self._chronicle = chronicle
        self._watch = watch
        self._controls = controls
        self._clock = clock
        self._console = console or Console(highlight=False)
        self._keys = Keys(controls, clock)
        self._begun_s = clock.monotonic()
        self._processor = ProcessorShare(clock)
        self._ticks = 0
        self._picture: Image | None = None
        self._mask: Image | None = None
        self._closing = threading.Event()
        self._left = threading.Event()  # the thread stops drawing
        self._may_end = threading.Event()
        self._to_stop = False  # not an Event: a handler might interrupt the owner of its lock
        self._waking = Waking()
        self._drawing = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="dashboard", daemon=True)
        self._live = RichLive(
            _View(self), console=self._console, screen=True, auto_refresh=False, transient=False
        )
        self._terminal: list[Any] | None = None
        self._input = sys.stdin.fileno() if sys.stdin.isatty() else None
        self._shows = self._console.is_terminal

    # ---- entering and leaving --------------------------------------------------------------------

    def __enter__(self) -> Dashboard:
        self._silence()
        self._before = {signal.SIGTSTP: signal.signal(signal.SIGTSTP, self._suspend)}
        if signal.getsignal(signal.SIGQUIT) is signal.SIG_DFL:
            self._before[signal.SIGQUIT] = signal.signal(signal.SIGQUIT, self._end_at_once)
        self._take_terminal()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # The terminal is restored also for those who press Ctrl-C again because it takes long.
        interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._closing.set()
        self._waking.wake()
        with unheld(self._console, self._thread.ident or threading.get_ident()):
            self._left.wait()
        self._may_end.set()
        self._thread.join()
        with unheld(self._console, threading.get_ident()):
            self._give_terminal_back()
        for number, before in self._before.items():
            signal.signal(number, before)
        self._waking.close()
        signal.signal(signal.SIGINT, interrupt)
        for handler in self._handlers:
            logger.addHandler(handler)

    def _silence(self) -> None:
        """Keep log lines off the screen; a log file still gets them."""
        self._handlers = [
            handler for handler in logger.handlers if not isinstance(handler, logging.FileHandler)
        ]
        for handler in self._handlers:
            logger.removeHandler(handler)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())

    def _take_terminal(self) -> None:
        if self._input is not None:
            self._terminal = termios.tcgetattr(self._input)
            tty.setcbreak(self._input)
        self._live.start()

    def _give_terminal_back(self) -> None:
        with contextlib.suppress(OSError):
            self._live.stop()
        if self._input is None or self._terminal is None:
            return
        # A shell that saw the calling program stop has already taken the terminal.
        if in_foreground(self._input):
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._input, termios.TCSADRAIN, self._terminal)

    def _suspend(self, _number: int, _frame: FrameType | None) -> None:
        self._to_stop = True
        self._waking.wake()

    def _end_at_once(self, number: int, _frame: FrameType | None) -> None:
        """Restore the terminal and let the signal end the program, without finishing files."""
        signal.signal(number, signal.SIG_DFL)  # a second signal need not wait for what follows
        if self._drawing.acquire(timeout=DRAWN_S):
            self._give_terminal_back()
        elif self._input is not None and self._terminal is not None:
            # Nobody reads the terminal, so the thread might wait to write for ever.
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._input, termios.TCSANOW, self._terminal)
        os.kill(os.getpid(), number)

    def _terminal_is_closed(self) -> None:
        self._controls.stop("the terminal was closed")

    # ---- the thread ------------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            self._draw()
        finally:
            self._left.set()
            self._may_end.wait()  # a thread that has ended takes no signal

    def _draw(self) -> None:
        try:
            self._draw_and_read()
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EIO:
                self._terminal_is_closed()
            else:
                failed = f"the dashboard has failed: {why(error)}"
                self._chronicle.note(self._clock.now(), failed, grave=True)
        while not self._closing.is_set():  # nothing is drawn any more
            self._stop_if_asked()
            self._waking.wait(None, None)

    def _draw_and_read(self) -> None:
        while not self._closing.is_set():
            self._stop_if_asked()
            if self._shows and not self._console.is_terminal:  # a closed file is no terminal
                self._terminal_is_closed()
                return
            with self._drawing:
                self._live.refresh()
                self._ticks += 1
            if not self._waking.wait(self._input, _TICK_S) or self._input is None:
                continue
            keys = os.read(self._input, 64)
            if not keys:  # closed: every further read would return at once
                self._terminal_is_closed()
                return
            for key in keys.decode(errors="replace"):
                self._keys.press(key)

    def _stop_if_asked(self) -> None:
        """Restore the terminal, stop the program, and take the terminal again on resuming."""
        if not self._to_stop:
            return
        if not can_be_resumed():
            self._to_stop = False
            return
        with self._drawing:
            self._give_terminal_back()
        # The signal is sent to this thread, which continues here after SIGCONT. Sent to the
        # process, it might be delivered to another thread so late that this one has taken the
        # terminal again.
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
        try:
            with self._drawing:
                self._take_terminal()
        except (OSError, termios.error):  # closed meanwhile, which resumed the program
            self._terminal_is_closed()
        self._to_stop = False

    def look(self) -> Look:
        """Return what to show now."""
        now_s = self._clock.monotonic()
        status = self._watch.live.status
        self._processor.look()
        if self._ticks % _PICTURE_TICKS == 0 and self._keys.pictures is not Pictures.OFF:
            self._take_pictures()
        return replace(
            look_at(self._chronicle, self._watch.name, self._clock.now()),
            status=status,
            state_s=now_s - status.since_s,
            uptime_s=now_s - self._begun_s,
            processor=self._processor.share,
            exit_ratio=self._watch.exit_ratio,
            opens_at=self._watch.opens_at,
            threshold_factor=self._controls.threshold,
            paused=self._controls.paused,
            help=self._keys.help,
            pictures=self._keys.pictures,
            picked=self._keys.picked,
            said=self._keys.said,
            picture=self._picture,
            mask=self._mask,
        )

    def _take_pictures(self) -> None:
        analysis = self._chronicle.analysis
        if analysis is not None:
            # Converting half a million pixels to colour costs more than everything else here, so it
            # is not done at every tick.
            self._picture, self._mask = analysis.frame.bgr(), analysis.mask


class _View:
    """What Rich draws: the dashboard at the current size of the terminal."""

    def __init__(self, dashboard: Dashboard) -> None:
        self._dashboard = dashboard

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width, height = options.size
        colour = console.color_system is not None and not console.no_color
        lines = render(self._dashboard.look(), width, height, colour=colour)
        for number, line in enumerate(lines):
            if number:
                yield Segment.line()
            yield from line
