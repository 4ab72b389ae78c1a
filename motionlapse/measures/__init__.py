"""How different two pictures are: thirty and more measures, each by its name.

A measure is a function of two pictures (`motionlapse.measures.measured.Measure`) in the file of its
family, and one line in a table of `motionlapse.measures.catalogue`.
"""

from motionlapse.measures.catalogue import MEASURES, chosen_measures
from motionlapse.measures.entry import MeasureEntry

__all__ = ["MEASURES", "MeasureEntry", "chosen_measures"]
