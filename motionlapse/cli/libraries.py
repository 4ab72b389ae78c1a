"""What to do about a library that cannot be imported."""

from __future__ import annotations

import importlib.metadata
import re

from motionlapse.errors import LibraryError


def explain(error: ImportError) -> LibraryError:
    """Return the error with what to install, in one line."""
    missing = re.search(r"(lib[\w+-]+\.so[.\d]*)", str(error))
    if missing:
        try:
            version = "==" + importlib.metadata.version("opencv-contrib-python")
        except importlib.metadata.PackageNotFoundError:
            version = ""
        return LibraryError(
            f"OpenCV needs {missing[1]}, which this system lacks: install it (Debian: apt install "
            "libgl1 libglib2.0-0), or 'pip uninstall opencv-contrib-python' and "
            f"'pip install opencv-contrib-python-headless{version}'"
        )
    name = error.name or str(error)
    return LibraryError(f"the library {name} cannot be imported; run 'pip install motionlapse'")
