"""The types of arrays that the kernels of the mean/σ model take."""

from motionlapse.native import Array

PLANE = MASK = Array("uint8", 2, read_only=True)
PICTURE = Array("uint8", 2)
ROWS = Array("uint8", 1)
MARKS = Array("uint8", 1, read_only=True)
PICTURES = Array("uint8", 4, read_only=True)
F1, F2, F3 = (Array("float32", dimensions) for dimensions in (1, 2, 3))
SPOTS = Array("uint32", 1)
POINTS = Array("int32", 2, read_only=True)
STARTS = Array("int32", 1, read_only=True)
