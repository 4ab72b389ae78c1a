"""A live source that survives losses: it hands on the newest frame, and reconnects when lost.

A thread holds the connection::

    connecting ──first picture──▶ live ──error, silence, freezing──▶ lost ──after a wait──┐
        ▲                                                                                 │
        └─────────────────────────────────────────────────────────────────────────────────┘

The loop reads frames from a mailbox with one slot, so that it never lags behind the camera. Only
frames whose packets were held back (see `motionlapse.sources.holding`) all come, in their turn.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

from motionlapse.clock import Clock
from motionlapse.closing import Closing
from motionlapse.errors import SourceError, unexpected
from motionlapse.frames import Fault, Frame, Interruption, SourceInfo
from motionlapse.sources.address import Address, Kind
from motionlapse.sources.backoff import Backoff
from motionlapse.sources.connection import Arrival, Connection, PacketTap, Undecoded
from motionlapse.sources.frame_dates import FrameDates
from motionlapse.sources.holding import Holding
from motionlapse.sources.live_settings import LiveSettings
from motionlapse.sources.live_status import LiveState, LiveStatus
from motionlapse.sources.mailbox import Mailbox
from motionlapse.sources.picture_guard import PictureGuard
from motionlapse.sources.picture_rate import PictureRate

_PROVEN_S = 10.0  # after a connection that lasted this long, waits begin short again
_LOOK_S = 0.25  # how often the loop checks whether to stop while no frame comes
_LEAVE_S = 2.0  # how long closing waits for a thread that hangs in a time-out
# The background is learned from the first seconds. Their frames wait until the loop is running, and
# none is dropped, as in a scan.
_BEGIN_S, _BEGIN_BYTES = 5.0, 60_000_000


class Live(Closing):
    """A live source; see the module. Call `open` before reading.

    Parameters
    ----------
    address
        What is watched.
    connect
        Makes a new connection, or raises SourceError.
    settings
        Waits and time-outs.
    clock
        Gives frames their media time and wall time.
    should_stop
        Asked before each frame and while none comes; True ends iteration.
    on_status
        Called from the reading thread whenever the state changes.
    idle
        Called from the loop after each frame, and about four times a second while none comes.
    tap, holding
        Told which media times the timestamps of packets stand for.
    realtime
        If False, no pictures are dropped, and media times are those of their timestamps.
    chance
        The source of randomness for the waits.
    """

    def __init__(
        self,
        address: Address,
        connect: Callable[[], Connection],
        settings: LiveSettings,
        clock: Clock,
        *,
        should_stop: Callable[[], bool] = lambda: False,
        on_status: Callable[[LiveStatus], None] = lambda _: None,
        idle: Callable[[], None] = lambda: None,
        tap: PacketTap | None = None,
        holding: Holding | None = None,
        realtime: bool = True,
        chance: random.Random | None = None,
    ) -> None:
        self._address = address
        self._connect = connect
        self._settings = settings
        self._clock = clock
        self._should_stop = should_stop
        self._on_status = on_status
        self._idle = idle
        self._realtime = realtime
        self._chance = chance or random.Random()
        self.faults: list[Fault] = []
        self._info: SourceInfo | None = None
        self._failure: SourceError | None = None
        self._mailbox: Mailbox[Frame, Interruption] = Mailbox(
            Interruption.and_then, lossless=not realtime
        )
        self._opened = threading.Event()
        self._closing = threading.Event()
        self._dates = FrameDates(clock, self._closing, tap, realtime=realtime)
        self._holding = holding or Holding()
        self._unusable, self._lost_s = 0, 0.0
        self._rate = PictureRate()
        self._status = LiveStatus(LiveState.CONNECTING, clock.monotonic())
        self._thread = threading.Thread(target=self._work, name="live-source", daemon=True)

    # ---- for the loop --------------------------------------------------------------------------

    @property
    def info(self) -> SourceInfo:
        """What is known of the source, once it is open."""
        if self._info is None:
            raise RuntimeError("the live source has not been opened")
        return self._info

    @property
    def status(self) -> LiveStatus:
        """How the source is doing now."""
        return replace(
            self._status,
            pictures=self._dates.pictures,
            dropped=self._mailbox.dropped,
            unusable=self._unusable,
            fps=self._rate.fps(self._clock.monotonic()),
        )

    def open(self) -> bool:
        """Connect and wait for the first picture; False if `should_stop` came first.

        Raises
        ------
        SourceError
            If there is none: at first that is more often a typo than a loss.
        """
        self._thread.start()
        begun_s = self._clock.monotonic()
        longest_s = self._settings.open_timeout + self._settings.read_timeout + _LEAVE_S
        while not self._opened.wait(_LOOK_S):
            self._idle()
            if self._should_stop():
                return False
            # Looking up a host name has no time-out of its own.
            if self._realtime and self._clock.monotonic() - begun_s > longest_s:
                raise SourceError(f"{self._address.name}: no answer in {longest_s:g} s")
        if self._failure is not None:
            raise self._failure
        return True

    def __iter__(self) -> Iterator[Frame | Interruption]:
        while not self._should_stop():
            item = self._mailbox.get(_LOOK_S)
            if item is not None:
                yield item
            elif self._mailbox.closed:
                if self._failure is not None:
                    raise self._failure
                return
            self._idle()  # here too: of a time-lapse few frames are analysed
        # Something may have begun to move in the packets that are held at the end.
        self._holding.allowed = False
        yield from self._mailbox.in_turn(lambda: self._holding.pending, _LEAVE_S)

    def wait(self, seconds: float) -> bool:
        """Wait, in the reading thread; return True if the source is closed meanwhile."""
        return self._closing.wait(seconds)

    def close(self) -> None:
        """Close the source; may be called again. A thread that hangs is left to end by itself."""
        self._closing.set()
        self._mailbox.close()
        if self._thread.is_alive():
            self._thread.join(_LEAVE_S)

    # ---- the thread ----------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            self._keep_connected()
        except Exception as error:  # a bug here must not leave the loop waiting for ever
            self._failure = SourceError(f"{self._address.name}: {unexpected(error)}")
        finally:
            self._mailbox.close()
            self._opened.set()

    def _keep_connected(self) -> None:
        backoff = Backoff(self._settings.retry_first, self._settings.retry_most, self._chance)
        while not self._closing.is_set():
            self._change(LiveState.CONNECTING)
            begun_s = self._clock.monotonic()
            reason, ended = self._one_connection()
            if self._closing.is_set():
                if reason and not ended and self._address.kind is Kind.FILE:
                    self.faults.append(Fault(f"{self._address.name}: {reason}", lost=True))
                return
            # A film that breaks would break at the same place again, after being shown twice.
            if self._info is None or (self._address.kind is Kind.FILE and not ended):
                self._failure = SourceError(f"{self._address.name}: {reason}")
                return
            if ended:
                self._change(LiveState.ENDED, reason=reason)
                return
            if self._status.state is LiveState.LIVE:
                self._lose(reason)
                if self._clock.monotonic() - begun_s > _PROVEN_S:
                    backoff.reset()
            wait_s = backoff.next()
            self._change(LiveState.LOST, reason=reason, retry_s=wait_s)
            self._closing.wait(wait_s)

    def _one_connection(self) -> tuple[str, bool]:
        """Hand on the pictures of one connection; return why it ended, and whether for good."""
        try:
            with closing(self._connect()) as connection:
                guard = PictureGuard(self._settings.freeze if not connection.finite else 0.0)
                self._dates.connect()
                for picture in connection.pictures():
                    if self._closing.is_set():
                        return connection.damage, False
                    self._take(picture, connection, guard)
                if self._info is None:
                    return "no picture can be decoded", True
                what = "film" if connection.finite else "stream"
                return f"the {what} has ended", connection.finite
        except SourceError as error:
            return str(error), False

    def _take(self, picture: Arrival, connection: Connection, guard: PictureGuard) -> None:
        if picture is None:
            self._rate.add(self._clock.monotonic())
            self._dates.count(self._holding.leaving.left_out)
            return
        frame = self._dates.frame(picture, paced=connection.paced)
        if picture.stamp_s is not None:
            self._holding.align(picture.stamp_s, frame.time)
        if isinstance(picture, Undecoded):
            self._mailbox.put_in_turn(frame)
            return
        usable = guard.usable(picture.planes, self._clock.monotonic())
        if guard.repeats or not usable:
            self._holding.stop()  # the group's other pictures are needed to judge the source
        if not usable:
            self._unusable += 1
            return
        if self._status.state is not LiveState.LIVE:
            self._come_back(connection, frame)
        self._hand_on(frame, in_turn=picture.in_turn)
        self._opened.set()

    def _hand_on(self, frame: Frame, *, in_turn: bool) -> None:
        most = max(1, _BEGIN_BYTES // frame.planes.nbytes)
        if in_turn:
            self._mailbox.put_in_turn(frame, most)
            return
        self._rate.add(self._clock.monotonic())
        behind = frame.time < _BEGIN_S or self._mailbox.waits_in_turn
        self._mailbox.put(frame, keep=behind and self._mailbox.waiting < most)

    # ---- states --------------------------------------------------------------------------------

    def _lose(self, reason: str) -> None:
        self._lost_s = self._clock.monotonic()
        self._status = replace(self._status, losses=self._status.losses + 1)
        lost = f"the camera was lost: {reason}"
        self._mailbox.put_break(Interruption(lost, settle_s=self._settings.settle))

    def _come_back(self, connection: Connection, frame: Frame) -> None:
        """Note the first picture of a connection."""
        width, height = frame.planes.size
        if self._info is None:
            self._info = SourceInfo(
                name=self._address.name,
                label=self._address.label,
                kind="recording" if self._address.kind is Kind.FILE else "camera",
                width=width,
                height=height,
                start_wall=frame.wall,
                live=True,
            )
        else:
            away_s = self._clock.monotonic() - self._lost_s
            if away_s > self._settings.keep_background:
                away, settle_s = f"the camera was away for {away_s:.0f} s", self._settings.settle
                self._mailbox.put_break(Interruption(away, settle_s=settle_s, forget=True))
        self._change(LiveState.LIVE, detail=connection.detail)

    def _change(
        self, state: LiveState, *, reason: str = "", detail: str = "", retry_s: float = 0.0
    ) -> None:
        self._status = replace(
            self._status,
            state=state,
            since_s=self._clock.monotonic(),
            reason=reason,
            detail=detail or self._status.detail,
            retry_s=retry_s,
        )
        self._on_status(self._status)
