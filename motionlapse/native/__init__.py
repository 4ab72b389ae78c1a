"""Inner loops as machine code: compiled by Numba once on each machine, later loaded without it."""

from motionlapse.native.kernel import kernel, part
from motionlapse.native.prefetching import prefetch
from motionlapse.native.signature import FLOAT, INT, Array

__all__ = ["FLOAT", "INT", "Array", "kernel", "part", "prefetch"]
