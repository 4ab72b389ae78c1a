"""Pictures that wait: of most only what analysis needs of them is kept.

While one of two decoders is ahead what it has decoded waits, and fifty pictures of 1080p are 150
MB. At the size of analysis they are 20. Of those few of which somebody wants more than that the
picture is decoded once more, which costs half a group of pictures each.
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
    """A picture of which its planes at the size of analysis are kept.

    Attributes
    ----------
    pts, key_frame, width, height, rotation
        As of the picture.
    is_corrupt
        False.
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
        """Decode it once more; None if that cannot be done."""
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
    """Return a picture as it is to wait; as it is where it is as small as that.

    Parameters
    ----------
    picture
        A good one, with a timestamp.
    disposable
        What stands for it, where it is disposable.
    shrink
        Makes its planes small.
    late, passage
        What can decode it once more.
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
    """Return how much memory a picture takes."""
    if isinstance(picture, Disposable):
        if picture.decoded is not None:
            return bytes_of(picture.decoded)
        return 0 if picture.small is None else picture.small.nbytes
    if isinstance(picture, Thinned):
        return picture.small.nbytes
    return picture.width * picture.height * 3 // 2


def whole_picture(picture: Picture) -> av.VideoFrame | None:
    """Return a picture as it was decoded, or is now; None if it cannot be."""
    return picture if isinstance(picture, av.VideoFrame) else picture.picture()
