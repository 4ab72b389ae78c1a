"""What a film's container says of itself, and setting up its decoder."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from motionlapse.errors import SourceError
from motionlapse.sources.matroska import lacks_bytes
from motionlapse.sources.settings import SourceSettings
from motionlapse.units import format_duration, parse_duration, parse_wall

# How long before the stated end the last frame may begin: containers round their durations, and the
# last frame has a duration too.
_CUT_OFF_S = 1.0
_DEFAULT_FPS = 25.0
# Deblocking takes a fifth of the time for decoding H.264 and HEVC. It is skipped for disposable
# pictures, to which no other refers: that saves 6 to 10 % if there are any, and masks agree to
# 0.996. Skipping it for all pictures saves 15 to 18 %, but errors add up until the next key frame,
# and masks agree to 0.6 to 0.98.
LESS_DEBLOCKING = {"skip_loop_filter": "noref"}
WITHOUT_ANY_DEBLOCKING = {"skip_loop_filter": "all"}


def moving_pictures(container: InputContainer, name: str) -> VideoStream:
    """Return the first video stream that is not a cover picture.

    Raises
    ------
    SourceError
        If there is none, or no decoder for it.
    """
    streams = streams_of_pictures(container)
    if not streams:
        raise SourceError(f"{name}: has no video stream")
    if streams[0].codec_context is None:
        raise SourceError(f"{name}: there is no decoder for its codec")
    return streams[0]


def unread_streams(container: InputContainer) -> str:
    """Return a line if there are more video streams than the one that is read, else ``""``."""
    streams = len(streams_of_pictures(container))
    return f"has {streams} video streams; the first is read" if streams > 1 else ""


def streams_of_pictures(container: InputContainer) -> list[VideoStream]:
    """Return the video streams without cover pictures, which containers also store as video."""
    return [s for s in container.streams.video if "attached_pic" not in str(s.disposition)]


def video_stream(
    container: InputContainer, name: str, settings: SourceSettings, *, alone: bool = False
) -> VideoStream:
    """Return the first video stream, its decoder set up; see `moving_pictures`.

    Parameters
    ----------
    container, name
        The film, and what a person calls it. A decoder that is in use already is only reset.
    settings
        How it is decoded.
    alone
        Whether one thread decodes it if the settings leave that open: each more thread takes 8 ms
        to start, and decodes pictures that may not be wanted.
    """
    stream = moving_pictures(container, name)
    if stream.codec_context.is_open:
        stream.codec_context.flush_buffers()
        return stream
    stream.thread_type = "AUTO"
    # One more than there are cores: a thread that waits for a reference picture leaves one idle.
    threads = settings.decoding_threads
    if threads == "auto":
        threads = 1 if alone else (os.cpu_count() or 1) + 1
    stream.codec_context.thread_count = threads
    stream.codec_context.options = WITHOUT_ANY_DEBLOCKING if settings.fast else LESS_DEBLOCKING
    return stream


def nominal_fps(stream: VideoStream) -> float:
    """Return the frame rate that the film claims: a hint, not to be relied on."""
    rate = stream.guessed_rate or stream.average_rate
    return float(rate) if rate else _DEFAULT_FPS


def duration_of(container: InputContainer, stream: VideoStream) -> float | None:
    """Return the length of the film in seconds, None if it is not known."""
    kind = container.format.name
    if stream.duration and stream.time_base:
        # For an AVI that is cut off, FFmpeg shortens the duration but keeps the number of pictures.
        pictures = stream.frames if kind == "avi" else 0
        return float(max(stream.duration, pictures) * stream.time_base)
    if not container.duration:
        return None
    if "matroska" not in kind:
        return container.duration / av.time_base
    longest_s = _longest_stream(container)
    if len(container.streams) == 1:
        return longest_s
    # Matroska states the time at which its longest stream ends; most programs add a tag with its
    # own end to each stream. If another program cut the film since, the tag may be outdated.
    ends_s = _tagged_end(stream)
    if ends_s is None:
        return None
    begins_s = float((stream.start_time or 0) * (stream.time_base or 0))
    return max(0.0, min(ends_s - begins_s, longest_s))


def duration_of_part(
    container: InputContainer, stream: VideoStream, settings: SourceSettings
) -> float | None:
    """Return the length of the part that is read, in seconds; None if it is not known."""
    whole_s = duration_of(container, stream)
    return None if whole_s is None else max(0.0, min(whole_s, settings.stop_s) - settings.start)


def _longest_stream(container: InputContainer) -> float:
    """Return the length of a Matroska film's longest stream in seconds; 0 if it is not known."""
    return ((container.duration or 0) - (container.start_time or 0)) / av.time_base


def _tagged_end(stream: VideoStream) -> float | None:
    """Return when a stream of a Matroska film ends, according to its tag; None without one."""
    for name, value in stream.metadata.items():
        # Of a tag as mkvmerge used to write it, FFmpeg appends the language: DURATION-eng.
        if name.upper().partition("-")[0] == "DURATION":
            with contextlib.suppress(ValueError):
                return parse_duration(value)
    return None


def cut_off(container: InputContainer, stream: VideoStream, last_s: float) -> str:
    """Return a line if the film's last frame comes too early, else ``""``.

    Parameters
    ----------
    container, stream
        The film.
    last_s
        Media time of the last frame.
    """
    duration_s = duration_of(container, stream)
    slack_s = max(_CUT_OFF_S, 5 / nominal_fps(stream))
    if duration_s is None:
        # Pictures may end before the sound does; then no bytes are missing from the file.
        early = last_s + slack_s < _longest_stream(container)
        return (
            f"is cut off: it ends at {format_duration(last_s)}"
            if early and _short(container)
            else ""
        )
    if last_s + slack_s >= duration_s:
        return ""
    return f"is cut off: it ends at {format_duration(last_s)} of {format_duration(duration_s)}"


def _short(container: InputContainer) -> bool:
    """Return whether the file of a Matroska film is shorter than its header says."""
    path = Path(container.name.removeprefix("file:"))
    return "matroska" in container.format.name and path.is_file() and lacks_bytes(path)


def creation_time(container: InputContainer) -> datetime | None:
    """Return the creation time that the container states, aware.

    None without one, and for dates of devices whose clock was never set.
    """
    try:
        moment = parse_wall(container.metadata["creation_time"].replace("Z", "+00:00"))
    except (KeyError, ValueError):
        return None
    return moment if moment.year > 1971 else None
