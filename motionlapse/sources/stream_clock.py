"""Media time of live pictures: seconds since the first, whatever the camera's own clock says."""

from __future__ import annotations

# A camera's clock may be off by 100 parts in a million. With each picture, this share of the
# difference is corrected: far less than the time between two pictures.
_FOLLOW = 0.002
# A new connection begins with a burst of what was buffered while it was opened. Only after that do
# times of arrival mean anything.
_BURST_S = 3.0
# A greater difference means that the camera's clock jumped, or that this program was suspended.
_JUMP_S = 2.0
_LEAST_STEP_S = 0.001


class StreamClock:
    """Makes one clock, which only goes forward, of the timestamps of successive connections.

    A timestamp says when a picture was taken, but restarts with each connection, and drifts. The
    time of arrival has the network's jitter in it, but runs on through losses and does not drift.
    So timestamps give the steps between pictures, and times of arrival keep them from drifting.
    """

    def __init__(self) -> None:
        self._offset_s: float | None = None
        self._last_s: float | None = None
        self._connected_s = 0.0
        self._connections = 0
        self.lead_s = 0.0
        """How long before its arrival the first picture was taken, in seconds."""

    def connect(self) -> None:
        """Begin a new connection, which has timestamps of its own."""
        self._offset_s = None
        self._connections += 1

    def time(self, pts_s: float | None, arrived_s: float, *, drifts: bool = True) -> float:
        """Return the media time of the next picture.

        Parameters
        ----------
        pts_s
            Its timestamp in seconds, on the connection's clock; None if it has none.
        arrived_s
            When it came, in seconds of monotonic time since the first picture of all connections.
        drifts
            False if timestamps are exact, because pictures are made to wait for them.
        """
        arrived_s += self.lead_s
        if pts_s is None:
            time = arrived_s
        else:
            offset_s = arrived_s - pts_s
            if self._offset_s is None or abs(offset_s - self._offset_s) > _JUMP_S:
                self._offset_s, self._connected_s = offset_s, arrived_s
            elif drifts:
                self._follow(offset_s, arrived_s)
            time = pts_s + self._offset_s
        if self._last_s is not None:
            time = max(time, self._last_s + _LEAST_STEP_S)
        self._last_s = time
        return time

    def _follow(self, offset_s: float, arrived_s: float) -> None:
        """Correct the offset by how much later than its timestamp says a picture came."""
        if self._offset_s is None:
            return
        late_s = offset_s - self._offset_s
        in_burst = arrived_s - self._connected_s < _BURST_S
        if not in_burst:
            self._offset_s += _FOLLOW * late_s
        elif late_s < 0 and self._connections == 1:
            self.lead_s -= late_s
        elif late_s < 0:
            self._offset_s = offset_s

    def wait_s(self, pts_s: float, elapsed_s: float) -> float:
        """Return how many seconds a picture that came early should wait until it is due."""
        if self._offset_s is None:
            return 0.0
        wait_s = pts_s + self._offset_s - self.lead_s - elapsed_s
        return wait_s if 0.0 < wait_s <= 10 * _JUMP_S else 0.0
