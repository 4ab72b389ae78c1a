"""Measuring light: a gain for the whole picture, and coherent changes in cells of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motionlapse.background.gaussian_kernel import CELL
from motionlapse.background.kernel_types import F1, F2, F3, MASK
from motionlapse.background.looks_kernel import CLOUD_STRIDE
from motionlapse.frames import Image
from motionlapse.native import FLOAT, INT, kernel, part

_FEWEST = 20  # samples that a median needs
_MOST = 0.5  # share of all samples, even in the foreground, that must fit a gain further from 1
_DARK, _BURNT = 8.0, 250.0  # levels below and above which a ratio says nothing
_LOWEST, _HIGHEST = np.float32(0.3), np.float32(3.0)  # bounds of a gain
_BETTER = 0.05  # share of samples by which more must fit a new gain than the present one
_FAINT = np.float32(3.0)  # sum of levels over the planes below which a ratio is mostly noise
_DIMMED, _BRIGHTENED = np.float32(-0.2), np.float32(0.25)  # bounds of a relative change
_ZERO, _HALF, _ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)

Array = npt.NDArray[np.float32]


@part
def _count_close(frame, usual, count, gain, close):  # type: ignore[no-untyped-def]
    """Count the samples that fit their background under a gain."""
    fits = 0
    for i in range(count):
        fits += abs(frame[i] / gain - usual[i]) < close
    return fits


@part
def _median(values, count):  # type: ignore[no-untyped-def]
    """Return the median of the first `count` values, which are reordered."""
    middle = count // 2
    upper = _smallest(values, count, middle)
    if count % 2:
        return upper
    lower = values[0]  # what is before the middle now is not above it
    for i in range(middle):
        lower = max(lower, values[i])
    return (lower + upper) * _HALF


@part
def _smallest(values, count, rank):  # type: ignore[no-untyped-def]
    """Return the value of a rank, counted from 0; values are partitioned around it [1]_.

    References
    ----------
    .. [1] C. A. R. Hoare, "Algorithm 65: Find", Communications of the ACM 4(7), 1961.
    """
    first, last = 0, count - 1
    while first < last:
        pivot = values[rank]
        left, right = first, last
        while left <= right:
            while values[left] < pivot:
                left += 1
            while pivot < values[right]:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                left += 1
                right -= 1
        if right < rank:
            first = left
        if rank < left:
            last = right
    return values[rank]


def better_gains(
    look: Array, mean: Array, foreground: Image, stride: int, gain: Array, back: float, close: float
) -> None:
    """Set each gain to the median ratio of frame and background where that fits better.

    Parameters
    ----------
    look
        Samples of the frame, float32 ``(P, h, w)``.
    mean, foreground
        The background and the last mask; every `stride`-th pixel of them, both ways, belongs to a
        sample. Samples whose mask is not 0 are left out of the median.
    stride
        In pixels.
    gain
        The present gains, float32 ``(P,)``; changed. If the median does not fit clearly better, or
        is further from 1 and does not fit most of all samples, a gain returns towards 1: its
        distance from 1 shrinks to the share `back`.
    back
        0 to 1.
    close
        Grey levels within which a sample fits.
    """
    scratch = np.empty((3, look[0].size), np.float32)
    _better_gains(look, mean, np.ascontiguousarray(foreground), stride, gain, back, close, scratch)


@kernel(F3, F3, MASK, INT, F1, FLOAT, FLOAT, F2)
def _better_gains(  # type: ignore[no-untyped-def]  # its signature types it
    look, mean, foreground, stride, gain, back, close, scratch
):
    """Set the gains; see `better_gains`. `scratch` has three numbers for each sample."""
    planes, height, width = look.shape
    frame, usual, ratios = scratch[0], scratch[1], scratch[2]
    for p in range(planes):
        count = usable = 0
        for y in range(height):
            for x in range(width):
                level, known = look[p, y, x], mean[p, y * stride, x * stride]
                seen = foreground[y * stride, x * stride] == 0
                if not (_DARK < level < _BURNT and known > _DARK):
                    continue
                usable += 1
                if seen:
                    frame[count] = level
                    usual[count] = known
                    count += 1
        returned = _ONE + (gain[p] - _ONE) * back
        gain[p] = returned
        if count < _FEWEST:
            continue
        enough = _count_close(frame, usual, count, returned, close) + _BETTER * count
        if enough >= count:  # no gain can be that much better; medians take most of the time
            continue
        for i in range(count):
            ratios[i] = frame[i] / usual[i]
        wanted = min(max(_median(ratios, count), _LOWEST), _HIGHEST)
        if max(wanted, _ONE / wanted) > max(returned, _ONE / returned):
            enough = max(enough, usable * _MOST)
        if _count_close(frame, usual, count, wanted, close) > enough:
            gain[p] = wanted


@part
def _add_levels(level, stride, factor, levels):  # type: ignore[no-untyped-def]
    """Add every `stride`-th of a row of levels, times a factor, to `levels`."""
    for x in range(levels.shape[0]):
        levels[x] += level[x * stride] * factor


@part
def _find_reach(variance, previous, stride, reach, most):  # type: ignore[no-untyped-def]
    """Fill `most` with the squared distance within which samples count; -1 for foreground."""
    for x in range(most.shape[0]):
        most[x] = reach * variance[x * stride] if previous[x * stride] == 0 else -_ONE


@part
def _add_changes(now, usual, most, change, size, seen):  # type: ignore[no-untyped-def]
    """Add the relative changes of a row of samples to the sums of their columns."""
    for x in range(change.shape[0]):
        away = now[x] - usual[x]
        ratio = away / max(usual[x], _FAINT)
        ratio = min(max(ratio, _DIMMED), _BRIGHTENED)
        counts = _ONE if away * away <= most[x] else _ZERO
        change[x] += counts * ratio
        size[x] += counts * abs(ratio)
        seen[x] += counts


def measure_cells(
    look: Array,
    gain: Array,
    mean: Array,
    variance: Array,
    k: float,
    previous: Image,
    stride: int,
    cells: Array,
) -> None:
    """Fill in the coherent relative change of light of each cell; 0 where it is mostly foreground.

    Parameters
    ----------
    look
        Samples of the frame, float32 ``(P, h, w)``.
    gain
        The global gain, float32 ``(P,)``, which is taken out first.
    mean, variance, previous
        The background and the last mask; every `stride`-th pixel of them, both ways, belongs to a
        sample. Samples whose mask is not 0 are left out.
    k
        Samples that differ by more than this many σ, in the mean over planes, are left out, too.
    stride
        In pixels.
    cells
        float32, one for each square of ``CELL / CLOUD_STRIDE`` samples both ways; filled.
    """
    scratch = np.empty((6, look.shape[2]), np.float32)
    reach = (k * len(look)) ** 2  # of the sum over planes
    seen = np.ascontiguousarray(previous)
    _measure_cells(look, gain, mean, variance, reach, seen, stride, cells, scratch)


@kernel(F3, F1, F3, F2, FLOAT, MASK, INT, F2, F2)
def _measure_cells(  # type: ignore[no-untyped-def]
    look, gain, mean, variance, reach, previous, stride, cells, scratch
):
    """Fill in the cells; see `measure_cells`. `scratch` has six numbers for each column."""
    height, width = look.shape[1:]
    side = CELL // CLOUD_STRIDE
    columns, now, usual, most = scratch[:3], scratch[3], scratch[4], scratch[5]
    for row in range(cells.shape[0]):
        columns[:] = _ZERO  # sums are made by column first, which vectorises
        bottom = min(height, (row + 1) * side)
        for y in range(row * side, bottom):
            now[:] = _ZERO
            usual[:] = _ZERO
            for p in range(look.shape[0]):
                _add_levels(look[p, y], 1, _ONE / gain[p], now)
                _add_levels(mean[p, y * stride], stride, _ONE, usual)
            _find_reach(variance[y * stride], previous[y * stride], stride, reach, most)
            _add_changes(now, usual, most, columns[0], columns[1], columns[2])
        for cell in range(cells.shape[1]):
            left, right = cell * side, min(width, (cell + 1) * side)
            change = size = count = _ZERO
            for x in range(left, right):
                change += columns[0, x]
                size += columns[1, x]
                count += columns[2, x]
            cells[row, cell] = _ZERO
            samples = (bottom - row * side) * (right - left)
            if count * 2 >= samples and size > 0:
                coherence = change / size
                cells[row, cell] = change / count * coherence * coherence
