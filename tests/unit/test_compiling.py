"""A program that compiles its kernels says so, once, and before it begins."""

import os
import subprocess
import sys
from pathlib import Path

_SMALL_KERNELS = """
import logging, sys
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
import motionlapse.shrink_kernel
print("one is ready")
import motionlapse.analysis.bounds_kernel
"""


def lines(cache: Path) -> list[str]:
    """What a fresh interpreter says that needs two kernels."""
    environ = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    words = [sys.executable, "-c", _SMALL_KERNELS]
    done = subprocess.run(words, env=environ, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_the_first_program_on_a_machine_says_that_it_compiles(tmp_path: Path) -> None:
    first, ready = lines(tmp_path)
    assert first.startswith("compiling for this machine, once")
    assert ready == "one is ready"
    assert lines(tmp_path) == ["one is ready"]
