"""Every frame's foreground mask as a picture."""

from __future__ import annotations

from pathlib import Path

import cv2

from motionlapse.errors import SinkError
from motionlapse.sinks.files import make_folder, write_whole
from motionlapse.types import Analysis, Decision


class MaskFolder:
    """Writes ``bin%06d.png``, 0/255 and of the source's own size, for every frame.

    Parameters
    ----------
    folder
        Made at once, so that a folder that cannot be made is known before the first frame.
    """

    def __init__(self, folder: Path) -> None:
        make_folder(folder)
        self._folder = folder

    def write(self, analysis: Analysis, decision: Decision) -> None:  # noqa: ARG002
        """Take one frame; see `motionlapse.types.Sink`."""
        path = self._folder / f"bin{analysis.frame.number:06d}.png"
        # Masks are large flat areas: the lowest compression already gives a few kilobytes.
        done, png = cv2.imencode(".png", analysis.source_mask(), [cv2.IMWRITE_PNG_COMPRESSION, 1])
        if not done:
            raise SinkError(f"{path}: the mask cannot be a PNG")
        write_whole(path, png.tobytes())

    def finish(self, decision: Decision) -> None:
        """Nothing is left to write."""

    def close(self) -> None:
        """Nothing is open between two frames."""
