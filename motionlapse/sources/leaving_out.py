"""Pictures of a live stream to which no other refers, left out where nobody looks at them.

Where others come often enough they are never looked at (see `motionlapse.pacing.policy`). In films
of x264's they are half of all, and a third of what decoding costs. What begins is found at most one
such picture later.
"""

from __future__ import annotations

from collections import deque

from motionlapse.frames import OFTEN_S
from motionlapse.sources.closed_keys import size_of_lengths, unit_starts
from motionlapse.sources.fields import may_hold_fields
from motionlapse.sources.units import CODECS, VideoPacket, sequences_in

_ROUNDING_S = 1e-3
_NEIGHBOURS = 8  # pictures of which it is remembered when they are shown
# A picture's head comes after some notes on it at most; where it is not found all are decoded.
_HEAD_BYTES = 1024
_SEQUENCE, _SEQUENCE_BYTES = 7, 128


class LeavingOut:
    """Decides; the thread that reads asks.

    Attributes
    ----------
    allowed
        False while somebody wants all pictures.
    left_out
        How many pictures were.
    """

    def __init__(self) -> None:
        self.allowed = False
        self.left_out = 0
        self._decoded_s: deque[float] = deque(maxlen=_NEIGHBOURS)

    def connect(self) -> None:
        """Begin with a connection."""
        self._decoded_s.clear()

    def decoded(self, stamp_s: float) -> None:
        """Take note of a picture that is decoded, by its timestamp."""
        self._decoded_s.append(stamp_s)

    def leave_out(self, stamp_s: float) -> bool:
        """Tell whether a picture to which no other refers is left out; count it if so."""
        before_s = [other_s for other_s in self._decoded_s if other_s < stamp_s]
        after_s = [other_s for other_s in self._decoded_s if other_s > stamp_s]
        if not (self.allowed and before_s and after_s):
            return False
        fits = min(after_s) - max(before_s) <= OFTEN_S + _ROUNDING_S
        self.left_out += fits
        return fits


class Disposables:
    """Tells pictures of a live stream of H.264 to which no other refers (7.4.1: nal_ref_idc is 0).

    Parameters
    ----------
    codec
        Its name, as FFmpeg has it; of others nothing is told.
    header
        Of the stream.
    """

    def __init__(self, codec: str, header: bytes) -> None:
        self._codec = CODECS["h264"] if codec == "h264" else None
        self._length = 0 if self._codec is None else size_of_lengths(header, self._codec.length_at)
        self._known = self._fields = False
        if self._codec is None:
            return
        if self._length:
            for sequence in sequences_in(header):
                self._take(sequence)
        else:
            self.look_at(header)

    def look_at(self, data: bytes) -> None:
        """Look for parameters of the stream in a key frame's packet."""
        if self._codec is None:
            return
        for begin in unit_starts(data, self._length):
            kind = data[begin] >> self._codec.shift & self._codec.mask
            if kind == _SEQUENCE:
                self._take(data[begin : begin + _SEQUENCE_BYTES])
            elif kind in self._codec.pictures:
                return

    def _take(self, sequence: bytes) -> None:
        self._known = True
        self._fields |= may_hold_fields(sequence)

    def holds_one(self, packet: VideoPacket) -> bool:
        """Tell whether a packet holds a whole picture to which no other refers.

        Not if it brings parameters too: pictures after it may be built on these.
        """
        codec = self._codec
        if codec is None or not self._known or self._fields:
            return False
        data = bytes(memoryview(packet)[:_HEAD_BYTES])
        for begin in unit_starts(data, self._length):
            kind = data[begin] & codec.mask
            if kind in codec.pictures:
                return data[begin] & 0x60 == 0
            if kind in codec.parameters:
                return False
        return False
