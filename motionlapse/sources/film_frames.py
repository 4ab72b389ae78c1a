"""Frames of a film: a picture is converted, and decoded where it was not, when asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import av

from motionlapse.frames import Frame
from motionlapse.sources.disposable import Disposable, Picture
from motionlapse.sources.planes import bgr_of, planes_of, small_bgr_of


def film_frame(
    index: int,
    time: float,
    start: datetime | None,
    picture: Picture,
    before: av.VideoFrame,
    tell_damage: Callable[[float], None],
) -> Frame:
    """Return the frame of a picture.

    Parameters
    ----------
    index, time
        As in `Frame`.
    start
        The time of day at media time 0.
    picture
        What the decoder gave.
    before
        Stands in for a disposable picture that turns out to be damaged.
    tell_damage
        Told of it, with the time.
    """

    def decoded() -> av.VideoFrame:
        if isinstance(picture, av.VideoFrame):
            return picture
        found = picture.picture()
        if found is not None and not found.is_corrupt:
            return found
        tell_damage(time)
        return before

    shown = cache(decoded)
    return Frame(
        index=index,
        time=time,
        wall=start + timedelta(seconds=time) if start else None,
        number=index,
        to_planes=cache(lambda: planes_of(shown())),
        to_bgr=lambda: bgr_of(shown()),
        to_small_bgr=lambda width, height: small_bgr_of(shown(), width, height),
        disposable=isinstance(picture, Disposable),
    )
