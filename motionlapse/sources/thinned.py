"""Thinning: of most pictures that wait, only a small copy is kept, which is enough for analysis.

The pictures of a decoder that is ahead have to wait, and fifty pictures of 1080p take 150 MB; at
the size of analysis they take 20 MB. If the whole of a thinned picture is wanted, to save a
snapshot for example, it is decoded a second time, which costs half a group of pictures on average.
"""

from __future__ import annotations

from functools import partial
from typing import TypeAlias

import av

from motionlapse.frames import Planes, Shrink
from motionlapse.sources.disposable import Disposable, Late
from motionlapse.sources.late import LateDecoder, Passage
from motionlapse.sources.planes import planes_of


class Thinned:
    """A picture of which only its planes at the size of analysis are kept.

    Attributes
    ----------
    pts, key_frame, width, height, rotation
        Those of the whole picture.
    is_corrupt
        Always False: damaged pictures are not thinned.
    small
        Its planes at the size of analysis.
    """

    is_corrupt = False

    def __init__(self, picture: av.VideoFrame, small: Planes, late: Late) -> None:
        self.pts = picture.pts
        self.key_frame = picture.key_frame
        self.width, self.height = picture.width, picture.height
        self.rotation = picture.rotation
        self.small = small
        self._late = late

    def picture(self) -> av.VideoFrame | None:
        """Decode the whole picture a second time; None if that cannot be done."""
        return self._late()[0]


Whole: TypeAlias = av.VideoFrame | Thinned
Picture: TypeAlias = Whole | Disposable


def thin(
    picture: av.VideoFrame,
    disposable: Disposable | None,
    shrink: Shrink,
    late: LateDecoder,
    passage: Passage,
) -> Picture:
    """Return a picture thinned; unchanged if it is too small for that to help.

    Parameters
    ----------
    picture
        An undamaged picture with a timestamp.
    disposable
        What stands for it if it is disposable, else None.
    shrink
        Makes planes of the size of analysis; returns None for pictures that have it already.
    late, passage
        The decoder, and the packets, with which it can be decoded a second time.
    """
    small = shrink(planes_of(picture))
    pts = picture.pts
    if small is None or pts is None:
        return disposable or picture
    again = partial(late.picture, passage, pts)
    if disposable is None:
        return Thinned(picture, small, again)
    disposable.decoded, disposable.small, disposable.late = None, small, again
    return disposable


def bytes_of(picture: Picture) -> int:
    """Return how many bytes a picture takes in memory."""
    if isinstance(picture, Disposable):
        if picture.decoded is not None:
            return bytes_of(picture.decoded)
        return 0 if picture.small is None else picture.small.nbytes
    if isinstance(picture, Thinned):
        return picture.small.nbytes
    return picture.width * picture.height * 3 // 2


def whole_picture(picture: Picture) -> av.VideoFrame | None:
    """Return the whole picture, decoded now if it has to be; None if it cannot be."""
    return picture if isinstance(picture, av.VideoFrame) else picture.picture()
