"""Large pieces of memory go back to the system."""

import ctypes
import subprocess
import sys

import pytest

_KEPT = """
import ctypes
from motionlapse.allocator import return_large_pieces

library = ctypes.CDLL(None)
library.malloc.restype, library.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]

class Told(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "abcdefghij"]

library.mallinfo2.restype = Told

def is_apart(size: int) -> bool:
    before = library.mallinfo2().d  # pieces that were asked of the system one by one
    piece = library.malloc(size)
    apart = library.mallinfo2().d > before
    library.free(piece)
    return apart

library.free(library.malloc(8_000_000))
print(is_apart(1_000_000))
return_large_pieces()
print(is_apart(3_000_000))  # what was freed before would not do
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallinfo2"),
    reason="only the GNU C library tells what it keeps",
)
def test_large_pieces_are_apart_whatever_was_freed_before() -> None:
    done = subprocess.run([sys.executable, "-c", _KEPT], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
