"""Pieces of a stream as they are: packets copied from a key frame on, nothing encoded again."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from motionlapse.closing import Finishing
from motionlapse.errors import SinkError
from motionlapse.sinks.video_file import AnyPacket, Placing, VideoFile
from motionlapse.sinks.video_sound import PlainSound

# What players take from an MP4 file; anything else goes into Matroska, which holds all there is.
_NO_SHIFT = Fraction(0)
_USUAL_S = Fraction(1, 25)  # how long a last picture lasts that does not say so
_MP4_VIDEO = frozenset({"h264", "hevc", "av1", "mpeg4", "vp9"})
_MP4_AUDIO = frozenset({"aac", "mp3", "ac3", "eac3", "opus", "alac"})


def film_suffix(
    video: VideoStream, audio: AudioStream | None = None, *, growing: bool = False
) -> str:
    """Return ``.mp4`` where that can hold the streams and players expect it, else ``.mkv``.

    Parameters
    ----------
    video, audio
        The streams.
    growing
        As in `motionlapse.sinks.video_file.VideoFile`.
    """
    fits = _codec(video) in _MP4_VIDEO and sound_fits_mp4(audio)
    if growing and audio is not None:
        # Sound from a transport stream has no header of its own. FFmpeg makes one while it writes a
        # plain MP4 file, and refuses to in a fragmented one.
        context = audio.codec_context
        fits = fits and not (context.name == "aac" and not context.extradata)
    return ".mp4" if fits else ".mkv"


def sound_fits_mp4(audio: AudioStream | None) -> bool:
    """Tell whether players take this sound from an MP4 file."""
    return audio is None or _codec(audio) in _MP4_AUDIO


def _codec(stream: VideoStream | AudioStream) -> str:
    """Return the name of what is coded, not that of its decoder (``av1``, not ``libdav1d``)."""
    return stream.codec_context.codec.canonical_name


class Copied:
    """One stream of a film whose packets come from another.

    Parameters
    ----------
    file
        The film; nothing has been written to it yet.
    template
        A stream of an open file or camera. Its codec's parameters are copied at once.
    """

    def __init__(self, file: VideoFile, template: VideoStream | AudioStream) -> None:
        self._file = file
        with file.writing():
            try:
                # Opaque: by what is coded. Else PyAV asks for an encoder with the decoder's name,
                # and of AV1 there is none.
                self._stream = file.container.add_stream_from_template(template, opaque=True)
            except ValueError:
                raise _unfit(file, template) from None
        self._time_base = template.time_base or Fraction(1, av.time_base)
        self._last_dts: int | None = None

    def write(self, packet: AnyPacket, time_s: Fraction | float) -> None:
        """Add a packet.

        Parameters
        ----------
        packet
            Of the template's stream, with at least one of its two timestamps; not modified.
        time_s
            When it is shown, in seconds of the film; packets before 0 are left out.
        """
        pts = packet.dts if packet.pts is None else packet.pts
        if pts is None or time_s < 0:
            return
        zero = pts - round(time_s / self._time_base)
        shown = pts - zero
        decoded = shown if packet.dts is None else packet.dts - zero
        if self._last_dts is not None and decoded <= self._last_dts:
            # A camera's clock that steps back; containers want every packet after the last.
            decoded = self._last_dts + 1
        self._last_dts = decoded
        before = packet.pts, packet.dts, packet.time_base, packet.stream
        packet.pts, packet.dts = max(shown, decoded), decoded
        packet.time_base, packet.stream = self._time_base, self._stream
        try:
            self._file.mux(packet)
        finally:  # the same packet may go into another film too
            packet.stream, packet.time_base = before[3], before[2]
            packet.pts, packet.dts = before[:2]


def sound_of(file: VideoFile, template: AudioStream) -> Copied | PlainSound:
    """Return what writes a stream of sound into a film, as it is where the container takes it."""
    try:
        return Copied(file, template)
    except SinkError:
        with file.writing():
            try:
                return PlainSound(file, template)
            except ValueError:
                pass
        raise


class PacketCopier(Finishing):
    """Copies packets of video and sound into a film of its own that starts at 0.

    It begins with the first key frame; what comes before that, and pictures that are shown before
    it, cannot be decoded without what is missing and are left out. Sound begins with the first
    packet that is not heard before the first picture is seen.

    Parameters
    ----------
    path
        See `film_suffix` for its suffix.
    video, audio
        Streams of one open file or camera.
    growing, placing, made
        As in `motionlapse.sinks.video_file.VideoFile`.

    Attributes
    ----------
    start_s
        The timestamp in the source of the first picture of this piece, in seconds; None before it.
    end_s
        The latest timestamp of a picture, likewise.

    Raises
    ------
    ConfigError
        For another suffix.
    SinkError
        From every method, if the film cannot be written, or its kind cannot hold a stream.
    """

    def __init__(
        self,
        path: Path,
        video: VideoStream,
        audio: AudioStream | None = None,
        *,
        growing: bool = False,
        placing: Placing | None = None,
        made: bool = False,
    ) -> None:
        self.start_s: Fraction | None = None
        self.end_s: Fraction | None = None
        self._file = VideoFile(path, growing=growing, placing=placing, made=made)
        self._base_s = Fraction(0)
        self._last_s = _USUAL_S
        self._early: list[tuple[AnyPacket, Fraction]] = []
        try:
            self._video = Copied(self._file, video)
            self._audio = None if audio is None else sound_of(self._file, audio)
            with self._file.writing():
                try:
                    self._file.container.start_encoding()
                except ValueError:  # pictures that are not coded at all are refused here
                    raise _unfit(self._file, video) from None
        except BaseException:
            self._file.discard()
            raise

    def begin_piece(self) -> None:
        """Begin a new piece with the next key frame; it is shown after what is there already."""
        if self.start_s is not None and self.end_s is not None:
            self._base_s += self.end_s - self.start_s + self._last_s
        self.start_s = self.end_s = None
        self._early = []

    def write_video(self, packet: AnyPacket, shift_s: Fraction = _NO_SHIFT) -> None:
        """Add a packet of video.

        Parameters
        ----------
        packet
            In order of decoding; not modified.
        shift_s
            How much later than its timestamp it is to count: after a jump of timestamps.
        """
        time_s = _time(packet)
        if time_s is None:
            return
        time_s += shift_s
        if self.start_s is None:
            if not packet.is_keyframe:
                return
            self.start_s = self.end_s = time_s
            for sound, heard_s in self._early:
                self._copy_audio(sound, heard_s)
            self._early = []
        if time_s < self.start_s:
            return  # shown before the key frame, and made from pictures before it
        self.end_s = max(self.end_s or time_s, time_s)
        if packet.duration:
            self._last_s = packet.duration * (packet.time_base or Fraction(1, av.time_base))
        self._video.write(packet, self._base_s + time_s - self.start_s)

    def write_audio(self, packet: AnyPacket) -> None:
        """Add a packet of sound; not modified. Those before the first picture are left out."""
        time_s = _time(packet)
        if time_s is None:
            return
        if self.start_s is None:
            # Containers interleave loosely: sound for the first picture may come before it.
            self._early.append((packet, time_s))
            return
        self._copy_audio(packet, time_s)

    def close(self) -> None:
        """Finish the film and put it in its place; one without a key frame is not kept."""
        self._early = []
        self._file.close()

    def discard(self) -> None:
        """Stop without keeping the film; may be called again."""
        self._early = []
        self._file.discard()

    def _copy_audio(self, packet: AnyPacket, time_s: Fraction) -> None:
        if self._audio is not None and self.start_s is not None and time_s >= self.start_s:
            self._audio.write(packet, self._base_s + time_s - self.start_s)


def _unfit(file: VideoFile, template: VideoStream | AudioStream) -> SinkError:
    return SinkError(
        f"{file.path}: cannot be written: a {file.path.suffix} film cannot hold "
        f"{_codec(template)} as it is; it must be encoded (--clips encode)"
    )


def _time(packet: AnyPacket) -> Fraction | None:
    """Return when a packet is shown, in seconds of its source; None for an empty one."""
    ticks = packet.dts if packet.pts is None else packet.pts
    if ticks is None or not packet.size:
        return None
    return ticks * (packet.time_base or Fraction(1, av.time_base))
