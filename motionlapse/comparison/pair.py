"""Comparing two pictures by every measure, and finding the rectangle around what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from motionlapse.comparison.preparation import Preparation, ReadyPair
from motionlapse.frames import Image
from motionlapse.measures import MEASURES, MeasureEntry
from motionlapse.measures.measured import Detail, Measured

_RECTANGLE = ("x", "y", "width", "height")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of one measure for two pictures.

    Attributes
    ----------
    entry
        The measure.
    value
        The number.
    reading
        What the value means, in words.
    detail
        Further results; rectangles are in pixels of the source.
    """

    entry: MeasureEntry
    value: float
    reading: str
    detail: Detail


@dataclass(frozen=True, slots=True)
class Compared:
    """Two pictures, compared.

    Attributes
    ----------
    pair
        The prepared pictures, as the measures got them.
    results
        One per measure, in the order that was asked for.
    change
        The result of the measure `background`, which is always computed: its heat shows where the
        pictures differ.
    rectangle
        Around what changed, in pixels of the first picture: ``x, y, width, height``; empty where
        nothing has changed beyond noise and light.
    """

    pair: ReadyPair
    results: list[Comparison]
    change: Measured
    rectangle: Detail


def compare(
    before: Image,
    after: Image,
    measures: Sequence[MeasureEntry],
    preparation: Preparation | None = None,
) -> Compared:
    """Compare two pictures.

    Parameters
    ----------
    before, after
        uint8, grey or BGR.
    measures
        The measures to use; see `motionlapse.measures.chosen_measures`.
    preparation
        How the pictures are prepared first.

    Raises
    ------
    ConfigError
        If they differ in size, or a region does not fit.
    """
    preparation = preparation or Preparation()
    pair = preparation.together(preparation.alone(before), preparation.alone(after))
    change = MEASURES["background"](pair.before, pair.after)
    results = []
    for entry in measures:
        same = entry.name == "background"
        measured = change if same else entry(pair.before, pair.after)
        results.append(
            Comparison(
                entry, measured.value, entry.reading(measured.value), _placed(measured, pair)
            )
        )
    return Compared(pair, results, change, _placed(change, pair))


def _placed(measured: Measured, pair: ReadyPair) -> Detail:
    """Return the detail with its rectangle in pixels of the source."""
    if not all(name in measured.detail for name in _RECTANGLE):
        return measured.detail
    x, y, width, height = (float(measured.detail[name] or 0) for name in _RECTANGLE)
    return {**measured.detail, **pair.in_source(x, y, width, height)}
