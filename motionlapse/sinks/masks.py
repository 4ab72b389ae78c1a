"""Every frame's foreground mask as a picture."""

from __future__ import annotations

import os
import re
import zlib
from pathlib import Path

import cv2

from motionlapse.errors import SinkError, why
from motionlapse.files import make_folder, write_whole
from motionlapse.sinks.left_parts import drop_dead
from motionlapse.types import Analysis, Decision

_OWN_NAME = re.compile(r"bin\d{6,}\.png")
_END_BYTES = 12  # of the chunk IEND


class MaskFolder:
    """Writes ``bin%06d.png``, 0/255 and of the source's own size, for every frame.

    Parameters
    ----------
    folder
        Made at once, so that a folder that cannot be made is known before the first frame. What
        killed programs left half written in it is removed.
    source
        What the masks are of. Every file says so, for a folder holds the masks of one source.

    Raises
    ------
    SinkError
        If the folder holds masks of another source, or such that were not written here.
    """

    def __init__(self, folder: Path, source: str) -> None:
        make_folder(folder)
        drop_dead(folder)
        self._folder = folder
        self._note = _text_chunk(source)
        for path in sorted(folder.glob("bin*.png")):
            if _OWN_NAME.fullmatch(path.name) and not _ends_with(path, self._note):
                raise SinkError(
                    f"{folder}: holds {path.name}, which was not made from {source}; name "
                    "another folder, or empty it"
                )

    def write(self, analysis: Analysis, decision: Decision) -> None:  # noqa: ARG002
        """Take one frame; see `motionlapse.types.Sink`."""
        path = self._folder / f"bin{analysis.frame.number:06d}.png"
        # Masks are large flat areas: the lowest compression already gives a few kilobytes.
        done, png = cv2.imencode(".png", analysis.source_mask(), [cv2.IMWRITE_PNG_COMPRESSION, 1])
        if not done:
            raise SinkError(f"{path}: the mask cannot be a PNG")
        whole = png.tobytes()
        write_whole(path, whole[:-_END_BYTES] + self._note + whole[-_END_BYTES:])

    def finish(self, decision: Decision) -> None:
        """Nothing is left to write."""

    def close(self) -> None:
        """Nothing is open between two frames."""


def holds_masks(folder: Path) -> bool:
    """Tell whether there are masks in a folder; it need not be there."""
    if not folder.is_dir():
        return False
    with os.scandir(folder) as entries:  # there may be a million
        return any(_OWN_NAME.fullmatch(entry.name) for entry in entries)


def _text_chunk(source: str) -> bytes:
    """Return a chunk of a PNG (section 11.3.4.5, iTXt) that names the source."""
    content = b"iTXt" + b"Source\0\0\0\0\0" + source.encode("utf-8", "backslashreplace")
    length = len(content) - 4  # its name does not count
    return length.to_bytes(4, "big") + content + zlib.crc32(content).to_bytes(4, "big")


def _ends_with(path: Path, note: bytes) -> bool:
    """Tell whether a note is the last but one chunk of a PNG."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - len(note) - _END_BYTES))
            return file.read(len(note)) == note
    except OSError as error:
        raise SinkError(f"{path}: cannot be read: {why(error)}") from None
