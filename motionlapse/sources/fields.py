"""Whether H.264 video may be coded in fields, read from its sequence parameter set."""

from __future__ import annotations

# Profiles whose parameter sets state the chroma format (ITU-T H.264, 7.3.2.1.1).
_STATE_CHROMA = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244})


def may_hold_fields(parameters: bytes) -> bool:
    """Return whether pictures may be coded as two fields, which may come in two packets.

    Parameters
    ----------
    parameters
        A sequence parameter set, from its NAL unit header on. If it cannot be read, or has scaling
        lists (which are not parsed), the answer is True.
    """
    try:
        return not _frames_only(_Bits(parameters))
    except (IndexError, ValueError):
        return True


class _Bits:
    """The bits of a NAL unit, without emulation prevention bytes."""

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
        """Return an unsigned Exp-Golomb number; signed ones have the same length."""
        zeros = self._bits.index("1", self._at) - self._at
        begin, self._at = self._at + zeros, self._at + 2 * zeros + 1
        return int(self._bits[begin : self._at], 2) - 1


def _frames_only(bits: _Bits) -> bool:
    """Return ``frame_mbs_only_flag``; False if it is not reached."""
    bits.skip(8)  # the header
    profile = sum(bits.flag() << place for place in range(7, -1, -1))
    bits.skip(16)  # constraints and level
    bits.number()  # seq_parameter_set_id
    if profile in _STATE_CHROMA:
        if bits.number() == 3:  # chroma_format_idc
            bits.flag()  # separate_colour_plane_flag
        bits.number()  # bit_depth_luma_minus8
        bits.number()  # bit_depth_chroma_minus8
        bits.flag()  # qpprime_y_zero_transform_bypass_flag
        if bits.flag():  # seq_scaling_matrix_present_flag
            return False
    bits.number()  # log2_max_frame_num_minus4
    order = bits.number()  # pic_order_cnt_type
    if order == 0:
        bits.number()  # log2_max_pic_order_cnt_lsb_minus4
    elif order == 1:
        bits.flag()  # delta_pic_order_always_zero_flag
        bits.number()  # offset_for_non_ref_pic
        bits.number()  # offset_for_top_to_bottom_field
        for _ in range(bits.number()):
            bits.number()  # offset_for_ref_frame
    bits.number()  # max_num_ref_frames
    bits.flag()  # gaps_in_frame_num_value_allowed_flag
    bits.number()  # pic_width_in_mbs_minus1
    bits.number()  # pic_height_in_map_units_minus1
    return bits.flag()
