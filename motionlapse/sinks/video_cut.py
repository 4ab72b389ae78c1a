"""Cutting a piece out of a film: copied from a key frame on, or encoded exactly."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from motionlapse.errors import SinkError, why
from motionlapse.sinks.video import GOOD, VideoWriter
from motionlapse.sinks.video_copy import PacketCopier, film_suffix, sound_fits_mp4
from motionlapse.sinks.video_file import AnyPacket, Placing

_ROUNDING_S = 1e-6  # media times are floats
_USUAL_FPS = 25.0
# Sound may lie this much after the pictures that belong to it.
_INTERLEAVED_S = 2.0
# Timestamps may be repaired, or of decoding alone; that is less.
_INEXACT_S = 1.0
FindKey = Callable[[InputContainer, int, int], tuple[int, int] | None]
"""Given a container, a stream's index and a timestamp: where to seek, and the timestamp of the key
frame that one gets; None where the file cannot seek."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a film in seconds of media time, both ends included.

    Attributes
    ----------
    start_s, end_s
        Its ends; the film may end before.
    event_end_s
        The picture of this time is there.
    """

    start_s: float
    end_s: float
    event_end_s: float


class FilmCutter:
    """Cuts pieces out of one film.

    Parameters
    ----------
    source
        The film.
    find_key
        Finds the key frame before a time.

    Raises
    ------
    SinkError
        From every method, if the film cannot be read or the piece cannot be written.
    """

    def __init__(self, source: Path, find_key: FindKey) -> None:
        self._source = source
        self._find_key = find_key
        self._templates = contextlib.ExitStack()
        self._interval_s = 1 / _USUAL_FPS

    def suffix(self, *, copied: bool) -> str:
        """Return the suffix of the pieces: ``.mp4``, or ``.mkv`` for what that cannot hold."""
        with self._open() as film:
            video, audio = _streams(film)
            if copied:
                return film_suffix(video, audio)
            return ".mp4" if sound_fits_mp4(audio) else ".mkv"

    def key_before(self, time_s: float) -> float:
        """Return the media time of the last key frame at or before a time."""
        with self._open() as film:
            video, _ = _streams(film)
            zero, base = _clock(video)
            found = self._find_key(film, video.index, zero + int((time_s + _ROUNDING_S) / base))
            return max(0.0, float((found[1] - zero) * base)) if found else 0.0

    def copy(
        self,
        spans: list[Span],
        path: Path,
        placing: Placing | None = None,
        *,
        made: bool = False,
    ) -> None:
        """Write the pieces one after another, each from the key frame before its start.

        Of `placing` and `made` see `motionlapse.sinks.video_file.VideoFile`.
        """
        with self._open() as film:
            video, audio = _streams(film)
            zero, base = _clock(video)
            with PacketCopier(path, video, audio, placing=placing, made=made) as copier:
                for span in spans:
                    copier.begin_piece()
                    end = zero + int((span.end_s + _ROUNDING_S) / base)
                    self._seek(film, video, span.start_s)
                    for packet in _until(film, video, audio, end):
                        if packet.stream is video:
                            copier.write_video(packet)
                        else:
                            copier.write_audio(packet)
                    end_s = copier.end_s
                    self._check(span, None if end_s is None else float(end_s - zero * base))

    def encode(
        self,
        spans: list[Span],
        path: Path,
        placing: Placing | None = None,
        *,
        made: bool = False,
    ) -> None:
        """Write the pieces one after another, exactly from start to end; otherwise as `copy`."""
        writer: VideoWriter | None = None
        shown_s = 0.0
        try:
            for span in spans:
                last_s = None
                for item, time_s in self._decoded(span):
                    if isinstance(item, av.VideoFrame):
                        if writer is None:
                            writer = self._writer(path, item, placing, made=made)
                        last_s = shown_s + time_s
                        writer.write_frame(item, last_s)
                    elif writer is not None:
                        writer.copy_audio(item, shown_s + time_s)
                shown_s = shown_s if last_s is None else last_s + self._interval_s
            if writer is not None:
                writer.close()
        except BaseException:
            if writer is not None:
                writer.discard()
            raise
        finally:
            self._templates.close()

    def _writer(
        self, path: Path, first: av.VideoFrame, placing: Placing | None, *, made: bool
    ) -> VideoWriter:
        """Return a writer of pictures like the first; the film stays open for its sound."""
        film = self._templates.enter_context(self._open())
        video, audio = _streams(film)
        rate = video.guessed_rate or video.average_rate
        fps = float(rate) if rate else _USUAL_FPS
        self._interval_s = 1 / fps
        return VideoWriter(
            path,
            (first.width, first.height),
            GOOD,
            fps=fps,
            rotation=first.rotation,
            audio=audio,
            like=first,
            placing=placing,
            made=made,
        )

    def _decoded(self, span: Span) -> Iterator[tuple[av.VideoFrame | AnyPacket, float]]:
        """Yield pictures and packets of sound with their seconds since the first picture."""
        first_s = reached_s = None
        early: list[tuple[AnyPacket, float]] = []
        with self._open() as film:
            video, audio = _streams(film)
            video.thread_type = "AUTO"
            zero, base = _clock(video)
            end = zero + int((span.end_s + _ROUNDING_S) / base)
            self._seek(film, video, span.start_s)
            for packet in _until(film, video, audio, end):
                if packet.stream is not video:
                    heard_s = _media_s(packet.pts, packet.time_base, zero * base)
                    if first_s is None:
                        early.append((packet, heard_s))
                    else:
                        yield packet, heard_s - first_s
                    continue
                for frame, time_s in _pictures(video, packet, span, zero * base):
                    first_s = time_s if first_s is None else first_s
                    reached_s = time_s
                    yield frame, time_s - first_s
                    for sound, heard_s in early:
                        yield sound, heard_s - first_s
                    early = []
            for frame, time_s in _pictures(video, None, span, zero * base):
                first_s = time_s if first_s is None else first_s
                reached_s = time_s
                yield frame, time_s - first_s
        self._check(span, reached_s)

    def _check(self, span: Span, reached_s: float | None) -> None:
        """Refuse a piece without its event: timestamps must be media times.

        There may be none, and they begin anew where one recording was written after another.
        """
        if reached_s is None or reached_s < span.event_end_s - _INEXACT_S:
            raise SinkError(
                f"{self._source}: cannot be cut: its timestamps are missing or start again"
            )

    def _seek(self, film: InputContainer, video: VideoStream, time_s: float) -> None:
        zero, base = _clock(video)
        with self._open() as probe:
            found = self._find_key(probe, video.index, zero + int((time_s + _ROUNDING_S) / base))
        if found is not None:
            film.seek(found[0], stream=video)

    @contextlib.contextmanager
    def _open(self) -> Iterator[InputContainer]:
        try:
            with av.open(f"file:{self._source}", metadata_errors="replace") as film:
                yield film
        except (av.error.FFmpegError, OSError) as error:
            raise SinkError(f"{self._source}: cannot be cut: {why(error)}") from None


def _streams(film: InputContainer) -> tuple[VideoStream, AudioStream | None]:
    """Return the first stream of moving pictures, and the first of sound that can be copied."""
    videos = [s for s in film.streams.video if "attached_pic" not in str(s.disposition)]
    sounds = [s for s in film.streams.audio if getattr(s, "codec_context", None) is not None]
    if not videos:
        raise SinkError(f"{film.name}: cannot be cut: it has no video stream")
    return videos[0], sounds[0] if sounds else None


def _clock(video: VideoStream) -> tuple[int, Fraction]:
    """Return the timestamp of media time 0, and the seconds of a tick."""
    return video.start_time or 0, video.time_base or Fraction(1, av.time_base)


def _media_s(pts: int | None, base: Fraction | None, zero_s: Fraction) -> float:
    return float((pts or 0) * (base or Fraction(1, av.time_base)) - zero_s)


def _pictures(
    video: VideoStream, packet: AnyPacket | None, span: Span, zero_s: Fraction
) -> Iterator[tuple[av.VideoFrame, float]]:
    """Yield the good pictures of a span that a packet gives, with their media times.

    Damage is told of by who reads the film. None gives what the decoder has held back.
    """
    try:
        frames = video.codec_context.decode(packet)
    except av.error.FFmpegError:
        return
    for frame in frames:
        time_s = _media_s(frame.pts, frame.time_base or video.time_base, zero_s)
        inside = span.start_s - _ROUNDING_S <= time_s <= span.end_s + _ROUNDING_S
        if inside and frame.pts is not None and not frame.is_corrupt:
            yield frame, time_s


def _until(
    film: InputContainer, video: VideoStream, audio: AudioStream | None, end: int
) -> Iterator[AnyPacket]:
    """Yield the packets that are needed up to a timestamp of the video, it included.

    In the order of decoding a picture that is shown after the end may come before ones that are
    shown earlier and are made from it.
    """
    base = video.time_base or Fraction(1, av.time_base)
    waiting: list[AnyPacket] = []
    heard = audio is None
    for packet in film.demux([video] if audio is None else [video, audio]):
        if packet.pts is None and packet.dts is None:
            continue  # the empty packet that ends a stream
        if packet.stream is not video:
            seen = packet.pts if packet.pts is not None else packet.dts or 0
            heard = heard or seen * (packet.time_base or base) > end * base
            if not heard:
                yield packet
            continue
        shown = packet.dts if packet.pts is None else packet.pts
        decoded = shown if packet.dts is None else packet.dts
        if shown is not None and shown <= end:
            yield from waiting
            waiting = []
            yield packet
        else:
            waiting.append(packet)
        late = (decoded or 0) - end
        if late > 0 and (heard or late * base > _INTERLEAVED_S):
            break
