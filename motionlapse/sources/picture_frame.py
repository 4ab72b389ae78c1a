"""A frame from a decoder's picture, of which nothing is made before somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import av

from motionlapse.frames import Frame
from motionlapse.sources.planes import bgr_of, planes_of, small_bgr_of


def frame_of(
    index: int,
    time: float,
    start: datetime | None,
    picture: Callable[[], av.VideoFrame],
    *,
    disposable: bool = False,
) -> Frame:
    """Return a frame.

    Parameters
    ----------
    index, time, disposable
        As in `Frame`.
    start
        Time of day at media time 0, aware; None where it is unknown.
    picture
        Returns the picture; asked once for each thing that is made of it.
    """
    return Frame(
        index=index,
        time=time,
        wall=start + timedelta(seconds=time) if start else None,
        number=index,
        to_planes=cache(lambda: planes_of(picture())),
        to_bgr=lambda: bgr_of(picture()),
        to_small_bgr=lambda width, height: small_bgr_of(picture(), width, height),
        disposable=disposable,
    )


def always(picture: av.VideoFrame) -> Callable[[], av.VideoFrame]:
    """Return what returns a picture that is there."""
    return lambda: picture
