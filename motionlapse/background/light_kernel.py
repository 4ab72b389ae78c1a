"""Measuring light: gains of the whole picture, and coherent changes in cells of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motionlapse.background.gaussian_kernel import CELL
from motionlapse.background.kernel_types import F1, F2, F3, MASK
from motionlapse.background.looks_kernel import CLOUD_STRIDE
from motionlapse.frames import Image
from motionlapse.native import FLOAT, INT, kernel, part

_FEWEST = 20  # samples that a median needs
_MOST = 0.5  # share of the samples, in the foreground too, that a gain further from 1 must fit
_DARK, _BURNT = 8.0, 250.0  # levels at which a ratio says nothing
_LOWEST, _HIGHEST = np.float32(0.3), np.float32(3.0)
_BETTER = 0.05  # share of samples by which a new gain must fit more than the one in force
_FAINT = np.float32(3.0)  # levels, of all planes together, below which a ratio is mostly noise
_DIMMED, _BRIGHTENED = np.float32(-0.2), np.float32(0.25)
_ZERO, _HALF, _ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)

Array = npt.NDArray[np.float32]


@part
def _count_close(frame, usual, count, gain, close):  # type: ignore[no-untyped-def]
    """Count the samples that fit under a gain."""
    fits = 0
    for i in range(count):
        fits += abs(frame[i] / gain - usual[i]) < close
    return fits


@part
def _median(values, count):  # type: ignore[no-untyped-def]
    """Return the median of the first `count` values, which change their places."""
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
    """Return the value of a rank, from 0, with none above it before its place [1]_.

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
        The background and the last mask, of which every `stride`-th pixel both ways is a sample;
        what is not 0 in the mask is left out of the median.
    stride
        Pixels.
    gain
        Those in force, float32 ``(P,)``; changed. Where the median does not fit better, or is
        further from 1 and does not fit most of all samples, they go the share ``1 - back`` of
        their way back to 1.
    back
        0 to 1.
    close
        Levels within which a sample fits.
    """
    scratch = np.empty((3, look[0].size), np.float32)
    _better_gains(look, mean, np.ascontiguousarray(foreground), stride, gain, back, close, scratch)


@kernel(F3, F3, MASK, INT, F1, FLOAT, FLOAT, F2)
def _better_gains(  # type: ignore[no-untyped-def]  # its signature types it
    look, mean, foreground, stride, gain, back, close, scratch
):
    """Set the gains; see `better_gains`. Three numbers of scratch for each sample."""
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
        if enough >= count:  # nothing can be so much better; medians take most of the time
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
    for x in range(levels.shape[0]):
        levels[x] += level[x * stride] * factor


@part
def _find_reach(variance, previous, stride, reach, most):  # type: ignore[no-untyped-def]
    """Fill in the square of how far a row of samples may be from the background; below 0: not."""
    for x in range(most.shape[0]):
        most[x] = reach * variance[x * stride] if previous[x * stride] == 0 else -_ONE


@part
def _add_changes(now, usual, most, change, size, seen):  # type: ignore[no-untyped-def]
    """Add the relative changes of a row of samples to what their columns have."""
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
        float32 ``(P,)``, taken out first.
    mean, variance, previous
        The background and the last mask, of which every `stride`-th pixel both ways is a sample.
        What is not 0 in the mask is left out.
    k
        So is what differs, in the mean over planes, by more than this many σ.
    stride
        Pixels.
    cells
        float32, one for each square of ``CELL / CLOUD_STRIDE`` samples; filled.
    """
    scratch = np.empty((6, look.shape[2]), np.float32)
    reach = (k * len(look)) ** 2  # of the sum over planes
    seen = np.ascontiguousarray(previous)
    _measure_cells(look, gain, mean, variance, reach, seen, stride, cells, scratch)


@kernel(F3, F1, F3, F2, FLOAT, MASK, INT, F2, F2)
def _measure_cells(  # type: ignore[no-untyped-def]
    look, gain, mean, variance, reach, previous, stride, cells, scratch
):
    """Fill in the cells; see `measure_cells`. Six numbers of scratch for each column."""
    height, width = look.shape[1:]
    side = CELL // CLOUD_STRIDE
    columns, now, usual, most = scratch[:3], scratch[3], scratch[4], scratch[5]
    for row in range(cells.shape[0]):
        columns[:] = _ZERO  # added up by columns first: that vectorises
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
