"""What a film's container says of itself."""

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

# Containers round their durations, and the last frame lasts a while too.
_CUT_OFF_S = 1.0
_DEFAULT_FPS = 25.0
# Deblocking is a fifth of decoding H.264 and HEVC. Pictures that no other refers to go without:
# that spares 6 to 10 % where there are such, and masks agree to 0.996. Without any it spares 15 to
# 18 %, errors add up until the next key frame, and masks agree to 0.6 to 0.98.
LESS_DEBLOCKING = {"skip_loop_filter": "noref"}
WITHOUT_ANY_DEBLOCKING = {"skip_loop_filter": "all"}


def moving_pictures(container: InputContainer, name: str) -> VideoStream:
    """Return the first stream of moving pictures.

    Raises
    ------
    SourceError
        If there is none, or nothing to decode it with.
    """
    streams = _streams_of_pictures(container)
    if not streams:
        raise SourceError(f"{name}: has no video stream")
    if streams[0].codec_context is None:
        raise SourceError(f"{name}: there is no decoder for its codec")
    return streams[0]


def unread_streams(container: InputContainer) -> str:
    """Return a line if there are more streams of moving pictures than the one read, else ``""``."""
    streams = len(_streams_of_pictures(container))
    return f"has {streams} video streams; the first is read" if streams > 1 else ""


def _streams_of_pictures(container: InputContainer) -> list[VideoStream]:
    """Return the streams of moving pictures: a cover is none."""
    return [s for s in container.streams.video if "attached_pic" not in str(s.disposition)]


def video_stream(
    container: InputContainer, name: str, settings: SourceSettings, *, alone: bool = False
) -> VideoStream:
    """Return the first stream of moving pictures, its decoder set up; see `moving_pictures`.

    Parameters
    ----------
    container, name
        The film, and how a person calls it. A decoder that is at work is made ready to begin anew.
    settings
        How it is decoded.
    alone
        Whether one thread decodes it, where nobody said how many: each more has pictures in hand
        that may not be wanted, and costs 8 ms to begin.
    """
    stream = moving_pictures(container, name)
    if stream.codec_context.is_open:
        stream.codec_context.flush_buffers()
        return stream
    stream.thread_type = "AUTO"
    # One more than the cores: a frame thread that waits for its reference leaves a core idle.
    threads = settings.decoding_threads
    if threads == "auto":
        threads = 1 if alone else (os.cpu_count() or 1) + 1
    stream.codec_context.thread_count = threads
    stream.codec_context.options = WITHOUT_ANY_DEBLOCKING if settings.fast else LESS_DEBLOCKING
    return stream


def nominal_fps(stream: VideoStream) -> float:
    """Return the rate that the film claims, for what needs no more than a hint."""
    rate = stream.guessed_rate or stream.average_rate
    return float(rate) if rate else _DEFAULT_FPS


def duration_of(container: InputContainer, stream: VideoStream) -> float | None:
    """Return the length of the film in seconds, None where nobody knows."""
    kind = container.format.name
    if stream.duration and stream.time_base:
        # Of an AVI that is cut off FFmpeg makes it less, but leaves the number of pictures.
        pictures = stream.frames if kind == "avi" else 0
        return float(max(stream.duration, pictures) * stream.time_base)
    if not container.duration:
        return None
    if "matroska" not in kind:
        return container.duration / av.time_base
    longest_s = _longest_stream(container)
    if len(container.streams) == 1:
        return longest_s
    # Matroska states the time at which the longest of its streams ends; most programs add a tag to
    # each stream with its own. After a cut with another program that may be an old one.
    ends_s = _tagged_end(stream)
    if ends_s is None:
        return None
    begins_s = float((stream.start_time or 0) * (stream.time_base or 0))
    return max(0.0, min(ends_s - begins_s, longest_s))


def duration_of_part(
    container: InputContainer, stream: VideoStream, settings: SourceSettings
) -> float | None:
    """Return the length of what is read of the film in seconds, None where nobody knows."""
    whole_s = duration_of(container, stream)
    return None if whole_s is None else max(0.0, min(whole_s, settings.stop_s) - settings.start)


def _longest_stream(container: InputContainer) -> float:
    """Return the length of the longest stream of a Matroska film; 0 where nobody knows."""
    return ((container.duration or 0) - (container.start_time or 0)) / av.time_base


def _tagged_end(stream: VideoStream) -> float | None:
    """Return when a stream of a Matroska film ends, as its tag says; None without one."""
    for name, value in stream.metadata.items():
        # As mkvmerge used to write it, FFmpeg adds a language: DURATION-eng.
        if name.upper().partition("-")[0] == "DURATION":
            with contextlib.suppress(ValueError):
                return parse_duration(value)
    return None


def cut_off(container: InputContainer, stream: VideoStream, last_s: float) -> str:
    """Return a line if the film's last frame comes long before it should, else ``""``."""
    duration_s = duration_of(container, stream)
    slack_s = max(_CUT_OFF_S, 5 / nominal_fps(stream))
    if duration_s is None:
        # Pictures may end before the sound does, but not for want of bytes.
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
    """Tell whether a Matroska film on a disk is shorter than its header says."""
    path = Path(container.name.removeprefix("file:"))
    return "matroska" in container.format.name and path.is_file() and lacks_bytes(path)


def creation_time(container: InputContainer) -> datetime | None:
    """Return when the container says it was made, aware; None for the makers' zero dates."""
    try:
        moment = parse_wall(container.metadata["creation_time"].replace("Z", "+00:00"))
    except (KeyError, ValueError):
        return None
    return moment if moment.year > 1971 else None
