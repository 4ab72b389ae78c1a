"""Measures of how different two pictures are, more than thirty of them, each with a name.

A measure is a function of two pictures (`motionlapse.measures.measured.Measure`) in the file of its
family, and a line in the table of `motionlapse.measures.catalogue`.
"""

from motionlapse.measures.catalogue import MEASURES, chosen_measures
from motionlapse.measures.entry import MeasureEntry

__all__ = ["MEASURES", "MeasureEntry", "chosen_measures"]
