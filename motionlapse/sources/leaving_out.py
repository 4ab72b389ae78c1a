"""Leaving out disposable pictures of a live stream: those to which no other picture refers.

If the other pictures come often enough, disposable ones are never analysed (see
`motionlapse.pacing.policy`), so they need not be decoded. Half of the pictures of x264 are
disposable, and they take a third of the time for decoding. Events begin one such picture later at
most.
"""

from __future__ import annotations

from collections import deque

from motionlapse.frames import OFTEN_S
from motionlapse.sources.closed_keys import size_of_lengths, unit_starts
from motionlapse.sources.fields import may_hold_fields
from motionlapse.sources.units import CODECS, VideoPacket, sequences_in

_ROUNDING_S = 1e-3
_NEIGHBOURS = 8  # decoded pictures whose timestamps are remembered
# Bytes of a packet that are searched for the picture's NAL unit; before it come supplemental units
# at most. If it is not found the packet is decoded.
_HEAD_BYTES = 1024
_SEQUENCE, _SEQUENCE_BYTES = 7, 128


class LeavingOut:
    """Decides whether disposable pictures are left out; asked by the reading thread.

    Attributes
    ----------
    allowed
        False while every picture is wanted.
    left_out
        How many pictures were left out.
    """

    def __init__(self) -> None:
        self.allowed = False
        self.left_out = 0
        self._decoded_s: deque[float] = deque(maxlen=_NEIGHBOURS)

    def connect(self) -> None:
        """Begin a new connection."""
        self._decoded_s.clear()

    def decoded(self, stamp_s: float) -> None:
        """Note the timestamp of a picture that is decoded, in seconds."""
        self._decoded_s.append(stamp_s)

    def leave_out(self, stamp_s: float) -> bool:
        """Return whether a disposable picture is left out, given its timestamp; count it if so."""
        before_s = [other_s for other_s in self._decoded_s if other_s < stamp_s]
        after_s = [other_s for other_s in self._decoded_s if other_s > stamp_s]
        if not (self.allowed and before_s and after_s):
            return False
        fits = min(after_s) - max(before_s) <= OFTEN_S + _ROUNDING_S
        self.left_out += fits
        return fits


class Disposables:
    """Finds the disposable pictures of a live stream of H.264 (7.4.1: ``nal_ref_idc`` is 0).

    Parameters
    ----------
    codec
        FFmpeg's name of the codec; in streams of others than H.264 none are found.
    header
        The stream's.
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
        """Look for sequence parameter sets in a key frame's packet."""
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
        """Return whether a packet holds a whole disposable picture.

        A packet that also brings parameter sets does not count: later pictures may need these.
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
