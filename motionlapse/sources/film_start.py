"""Bringing a film to the key frame from which decoding begins."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
from av.video.stream import VideoStream

from motionlapse.errors import ConfigError
from motionlapse.sources.film_file import duration_of, nominal_fps, video_stream
from motionlapse.sources.open_film import OpenFilm
from motionlapse.sources.seeking import KeyFrame, count_packets_before, find_key_frame
from motionlapse.sources.settings import SourceSettings
from motionlapse.sources.timestamps import MediaClock
from motionlapse.units import format_duration


class FilmStart(NamedTuple):
    """A film that has been brought to where decoding begins.

    Attributes
    ----------
    stream
        Its video stream, the decoder set up.
    clock
        Makes media time of the stream's timestamps.
    sought_pts
        The timestamp that was sought; None if decoding begins at the film's beginning.
    first_index
        How many frames are shown before the first one that is decoded.
    """

    stream: VideoStream
    clock: MediaClock
    sought_pts: int | None = None
    first_index: int = 0


def go_to_start(
    film: OpenFilm,
    path: Path | str,
    name: str,
    settings: SourceSettings,
    at: KeyFrame | None,
    *,
    alone: bool,
) -> FilmStart:
    """Seek to the last key frame before `SourceSettings.start`, and count the frames before it.

    Parameters
    ----------
    film
        The film, open. If it cannot seek, it is decoded from its beginning.
    path, name
        Where it is (a text is a URL), and what a person calls it.
    settings
        Which part of it is read, and how it is decoded.
    at
        That key frame, if it is known and seeking is known to lead to it.
    alone
        As for `motionlapse.sources.film_file.video_stream`.

    Raises
    ------
    ConfigError
        If the start is after the film's end.
    """
    stream = video_stream(film.container, name, settings, alone=alone)
    time_base = stream.time_base or Fraction(1, av.time_base)
    clock = MediaClock(time_base, stream.start_time, 1.0 / nominal_fps(stream))
    start_s = settings.start
    if start_s <= 0:
        return FilmStart(stream, clock)
    duration_s = duration_of(film.container, stream)
    if duration_s is not None and start_s >= duration_s:
        begin, end = format_duration(start_s), format_duration(duration_s)
        raise ConfigError(f"{name}: --start {begin} is after its end at {end}")
    if at is not None:
        film.container.seek(at.pts, stream=stream)
        return FilmStart(stream, clock, at.pts, at.index)
    with OpenFilm(path, name) as probe:
        place = find_key_frame(probe.container, stream.index, int(clock.seek(start_s)))
    if place is None:
        return FilmStart(stream, clock)
    film.container.seek(place.target, stream=stream)
    with OpenFilm(path, name) as counter:
        index = count_packets_before(counter.container, stream.index, place.key)
    return FilmStart(stream, clock, place.target, index)
