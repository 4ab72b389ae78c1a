"""Frames of a film, whose pictures are converted, and if need be decoded, only when asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import av

from motionlapse.errors import SourceError
from motionlapse.frames import Frame, Planes
from motionlapse.sources.disposable import Disposable
from motionlapse.sources.planes import bgr_of, enlarged, planes_of, small_bgr_of, upright_size
from motionlapse.sources.thinned import Picture, Whole, whole_picture


def film_frame(
    index: int,
    time: float,
    start: datetime | None,
    picture: Picture,
    before: Whole,
    tell_damage: Callable[[float, str], None],
) -> Frame:
    """Return the frame of a picture.

    Parameters
    ----------
    index, time
        As in `Frame`.
    start
        The time of day at media time 0.
    picture
        The picture, as it comes from decoding.
    before
        The last picture that was not disposable, or `picture` itself; stands in for a disposable
        picture that turns out to be damaged.
    tell_damage
        Called in that case, with the media time and, in words, what stands in.
    """

    def decoded() -> av.VideoFrame:
        found = _once_more(picture)
        if found is not None and (found is picture or not found.is_corrupt):
            return found
        if not isinstance(picture, av.VideoFrame) and picture.small is not None:
            tell_damage(time, "a small copy of the picture")
            return enlarged(picture.small, upright_size(before))
        tell_damage(time, "the picture before it")
        if isinstance(before, av.VideoFrame):
            return before
        return _once_more(before) or enlarged(before.small, upright_size(before))

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
        of_size=upright_size(before),
        to_small=_to_small(picture),
    )


def _once_more(picture: Picture) -> av.VideoFrame | None:
    """Return the whole picture, decoded now if it has to be; None if it cannot be."""
    try:
        return whole_picture(picture)
    except SourceError:  # the file has gone in the meantime; a small copy is enough to go on
        if isinstance(picture, av.VideoFrame) or picture.small is None:
            raise
        return None


def _to_small(picture: Picture) -> Callable[[], Planes] | None:
    if isinstance(picture, av.VideoFrame) or (small := picture.small) is None:
        return None

    def to_small() -> Planes:
        if isinstance(picture, Disposable):
            picture.ask()
        return small

    return to_small
