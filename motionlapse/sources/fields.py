"""Whether a sequence of H.264 may hold single fields, told from its parameter set."""

from __future__ import annotations

# Profiles that tell how colour is sampled (ITU-T H.264, 7.3.2.1.1).
_TELLS_CHROMA = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244})


def may_hold_fields(parameters: bytes) -> bool:
    """Tell whether pictures may be coded as two fields, which may come in two packets.

    Parameters
    ----------
    parameters
        A sequence parameter set, from the unit's head on. Where it cannot be read, or has scaling
        lists, the answer is True: it may.
    """
    try:
        return not _frames_only(_Bits(parameters))
    except (IndexError, ValueError):
        return True


class _Bits:
    """Bits of a unit, without those that only keep start codes apart."""

    def __init__(self, unit: bytes) -> None:
        plain = unit.replace(b"\0\0\3", b"\0\0")
        self._bits = "".join(f"{byte:08b}" for byte in plain)
        self._at = 0

    def skip(self, count: int) -> None:
        self._at += count

    def flag(self) -> bool:
        self._at += 1
        return self._bits[self._at - 1] == "1"

    def number(self) -> int:
        """Return an unsigned Exp-Golomb number; signed ones are as long."""
        zeros = self._bits.index("1", self._at) - self._at
        begin, self._at = self._at + zeros, self._at + 2 * zeros + 1
        return int(self._bits[begin : self._at], 2) - 1


def _frames_only(bits: _Bits) -> bool:
    bits.skip(8)
    profile = sum(bits.flag() << place for place in range(7, -1, -1))
    bits.skip(16)  # constraints and level
    bits.number()
    if profile in _TELLS_CHROMA:
        if bits.number() == 3:
            bits.flag()
        bits.number()
        bits.number()
        bits.flag()
        if bits.flag():
            return False
    bits.number()  # of frames: how many bits
    order = bits.number()
    if order == 0:
        bits.number()
    elif order == 1:
        bits.flag()
        bits.number()
        bits.number()
        for _ in range(bits.number()):
            bits.number()
    bits.number()
    bits.flag()
    bits.number()
    bits.number()
    return bits.flag()
