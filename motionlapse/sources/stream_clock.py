"""Media time of live pictures: seconds since the first, whatever the camera's own clock says."""

from __future__ import annotations

# A camera's clock may be off by 100 parts in a million; this share of the difference is taken over
# with each picture, far less than the time between two pictures.
_FOLLOW = 0.002
# Beyond this the camera's clock has jumped, or this program was stopped for a while.
_JUMP_S = 2.0
_LEAST_STEP_S = 0.001


class StreamClock:
    """Joins the timestamps of one connection after another to one clock that only goes forward.

    Timestamps tell when a picture was taken; the time at which it came has the network's jitter in
    it, but runs on through losses and never drifts. So timestamps give the steps, and times of
    arrival keep them true.
    """

    def __init__(self) -> None:
        self._offset_s: float | None = None
        self._last_s: float | None = None

    def connect(self) -> None:
        """Begin a connection, with timestamps of its own."""
        self._offset_s = None

    def time(self, pts_s: float | None, arrived_s: float, *, drifts: bool = True) -> float:
        """Return the media time of the next picture.

        Parameters
        ----------
        pts_s
            Its timestamp in seconds, on the connection's clock; None if there is none.
        arrived_s
            When it came, in seconds of monotonic time since the first picture ever.
        drifts
            False where timestamps are exact and the pictures were made to wait for them.
        """
        if pts_s is None:
            time = arrived_s
        else:
            offset_s = arrived_s - pts_s
            if self._offset_s is None or abs(offset_s - self._offset_s) > _JUMP_S:
                self._offset_s = offset_s
            elif drifts:
                self._offset_s += _FOLLOW * (offset_s - self._offset_s)
            time = pts_s + self._offset_s
        if self._last_s is not None:
            time = max(time, self._last_s + _LEAST_STEP_S)
        self._last_s = time
        return time

    def wait_s(self, pts_s: float, elapsed_s: float) -> float:
        """Return for how long a picture that came early should wait for its time, 0 or more."""
        if self._offset_s is None:
            return 0.0
        wait_s = pts_s + self._offset_s - elapsed_s
        return wait_s if 0.0 < wait_s <= 10 * _JUMP_S else 0.0
