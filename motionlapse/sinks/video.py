"""Pictures in, a film out: H.264 with the exact time of every picture."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from motionlapse.closing import Finishing
from motionlapse.errors import SinkError
from motionlapse.frames import Image
from motionlapse.sinks.video_copy import sound_of
from motionlapse.sinks.video_file import AnyPacket, Placing, VideoFile
from motionlapse.sinks.work_queue import WorkQueue

# Divides evenly by 24, 25, 30 and 60 frames a second, by 30000/1001, and by milliseconds.
_TICKS = 90_000
_FALLBACK_FPS = 25.0
_LONGEST_SIDE = 16_384  # x264's own limit
# x264's own threads cost a tenth more, and up to this size the one behind keeps up without them.
_ONE_THREAD_PIXELS = 1_000_000
# Codes of ISO/IEC 23091-2: BT.601 as SMPTE 170M; ranges as FFmpeg counts them.
_BT601 = 6
_LIMITED, _FULL = 1, 2


@dataclass(frozen=True, slots=True)
class Encoding:
    """How pictures are compressed.

    Attributes
    ----------
    crf
        x264's constant rate factor: 0 loses nothing, 17 looks like the original, 23 is a film.
    preset
        x264's name for how long it tries.
    key_every_s
        Longest time between two key frames, and so the step of seeking.
    """

    crf: int
    preset: str
    key_every_s: float = 2.0


LOSSLESS = Encoding(crf=0, preset="ultrafast")
VISUALLY_LOSSLESS = Encoding(crf=17, preset="ultrafast")
GOOD = Encoding(crf=20, preset="veryfast")


class VideoWriter(Finishing):
    """Encodes pictures as they come. Use in a with-statement, or end with `close` or `discard`.

    Rates may vary: each picture lasts until the next, the last one as long as the one before it.

    Parameters
    ----------
    path
        Ends in ``.mp4`` (times to 1/90,000 s) or ``.mkv`` (to a millisecond).
    size
        (width, height) of the pictures in pixels. H.264 wants even numbers: of an odd picture the
        last row or column is shown twice.
    encoding
        How well.
    fps
        The nominal rate, a hint for the encoder alone.
    growing, placing, made
        As in `motionlapse.sinks.video_file.VideoFile`.
    rotation
        Degrees counter-clockwise that players are to turn the pictures by.
    audio
        A stream of an open file whose packets `copy_audio` will bring; copied as it is, or as plain
        samples where the container does not take it so.
    like
        A decoded picture: those of `write_frame` have its kind of colours.
    behind
        Whether a thread of its own encodes, a few pictures behind. An error then comes from a later
        call than its picture.

    Raises
    ------
    ConfigError
        For another suffix.
    SinkError
        From every method, if the film cannot be written.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        encoding: Encoding = VISUALLY_LOSSLESS,
        *,
        fps: float | None = None,
        growing: bool = False,
        placing: Placing | None = None,
        made: bool = False,
        rotation: int = 0,
        audio: AudioStream | None = None,
        like: av.VideoFrame | None = None,
        behind: bool = False,
    ) -> None:
        width, height = _even(size)
        if max(width, height) > _LONGEST_SIDE:
            raise SinkError(
                f"{path}: cannot be written: its pictures would be {width}×{height} pixels, and "
                f"H.264 takes at most {_LONGEST_SIDE}"
            )
        self._size = size
        self._like = like
        self._lossless = encoding.crf == 0
        self._full = self._lossless
        if like is not None:
            self._full = like.color_range == _FULL or like.format.name.startswith("yuvj")
        self._behind = WorkQueue() if behind else None
        self._file = VideoFile(path, growing=growing, placing=placing, made=made)
        try:
            with self._file.writing():
                self._stream = self._add_stream(encoding, fps or _FALLBACK_FPS, rotation)
            self._audio = None if audio is None else sound_of(self._file, audio)
        except BaseException:
            self._file.discard()
            raise
        self._waiting: av.VideoFrame | None = None
        self._interval = round(_TICKS / (fps or _FALLBACK_FPS))
        self._planar: Image = np.empty((height * 3 // 2, width), np.uint8)

    @property
    def kept(self) -> bool:
        """True once the film is finished under its name."""
        return self._file.kept

    def write(self, picture: Image, time_s: float) -> None:
        """Add a picture.

        Parameters
        ----------
        picture
            BGR uint8 ``(H, W, 3)`` or grey ``(H, W)``, of the size that was promised; it may be
            used again at once. Lossless films are for grey pictures.
        time_s
            When it is shown, in seconds of the film; each later than the one before.
        """
        self.write_frame(self._frame_of(picture), time_s)

    def write_frame(self, frame: av.VideoFrame, time_s: float) -> None:
        """Add a decoded picture of any format; otherwise as `write`. Its times are overwritten."""
        width, height = _even(self._size)
        changed = (frame.format.name, frame.width, frame.height) != ("yuv420p", width, height)
        with self._file.writing():
            if changed:
                shades = "JPEG" if self._full else "MPEG"
                frame = frame.reformat(width, height, "yuv420p", dst_color_range=shades)
            frame.pts, frame.time_base = round(time_s * _TICKS), Fraction(1, _TICKS)
            frame.pict_type = 0  # the encoder chooses, not the film that it came from
        before, self._waiting = self._waiting, frame
        if before is not None and before.pts is not None and frame.pts is not None:
            if frame.pts <= before.pts:
                frame.pts = before.pts + 1
            self._interval = frame.pts - before.pts
            self._encode(before)

    def copy_audio(self, packet: AnyPacket, time_s: float) -> None:
        """Add a packet of sound.

        Parameters
        ----------
        packet
            Of the stream that was given as `audio`; not modified.
        time_s
            When it is heard, in seconds of the film; packets before 0 are left out.
        """
        if self._audio is not None:
            self._audio.write(packet, time_s)

    def close(self) -> None:
        """Finish the film and put it in its place; may be called again."""
        try:
            if self._waiting is not None:
                self._encode(self._waiting)
                self._waiting = None
                if self._behind is not None:
                    self._behind.finish()
                self._mux(None)
        except BaseException:
            self.discard()
            raise
        self._file.close()

    def discard(self) -> None:
        """Stop without keeping the film; may be called again."""
        self._waiting = None
        if self._behind is not None:
            self._behind.drop()
        self._file.discard()

    def _add_stream(self, encoding: Encoding, fps: float, rotation: int) -> VideoStream:
        rate = Fraction(fps).limit_denominator(1001)
        options = {"preset": encoding.preset, "crf": str(encoding.crf)}
        if self._lossless:
            options = {"preset": encoding.preset, "qp": "0"}
        stream = self._file.container.add_stream("libx264", rate=rate, options=options)
        stream.width, stream.height = _even(self._size)
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = Fraction(1, _TICKS)
        context.gop_size = max(1, round(fps * encoding.key_every_s))
        # With B-frames MP4 sums up the times of decoding, and says a wrong length at varying rates.
        context.max_b_frames = 0
        # A mask's 0 and 255 stay what they are only at full range.
        context.color_range = _FULL if self._full else _LIMITED
        context.colorspace = context.color_primaries = context.color_trc = _BT601
        if self._like is not None and self._like.format.name.startswith("yuv"):
            context.colorspace = self._like.colorspace
            context.color_primaries = self._like.color_primaries
            context.color_trc = self._like.color_trc
        if self._behind is not None and stream.width * stream.height <= _ONE_THREAD_PIXELS:
            context.thread_count = 1
        if rotation:
            stream.set_display_rotation(rotation)
        return stream

    def _frame_of(self, picture: Image) -> av.VideoFrame:
        """Return a picture as the encoder takes it."""
        height, width = picture.shape[:2]
        if width % 2 or height % 2:
            padding = ((0, height % 2), (0, width % 2), (0, 0))[: picture.ndim]
            picture = np.pad(picture, padding, mode="edge")
        if picture.ndim == 2:
            return _grey_frame(picture, full=self._lossless)
        # OpenCV does in a third of FFmpeg's time what BT.601 asks for.
        planar = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420, dst=self._planar)
        return av.VideoFrame.from_ndarray(np.asarray(planar, np.uint8), format="yuv420p")

    def _encode(self, frame: av.VideoFrame) -> None:
        frame.duration = self._interval
        if self._behind is None:
            self._mux(frame)
        else:
            self._behind.do(partial(self._mux, frame))

    def _mux(self, frame: av.VideoFrame | None) -> None:
        with self._file.writing():
            packets = self._stream.encode(frame)
        for packet in packets:
            self._file.mux(packet)


def _even(size: tuple[int, int]) -> tuple[int, int]:
    return size[0] + size[0] % 2, size[1] + size[1] % 2


def _grey_frame(grey: Image, *, full: bool) -> av.VideoFrame:
    """Return a grey picture of even size with neutral chroma; its luma is not changed if `full`."""
    height, width = grey.shape
    luma = grey if full else np.rint(16 + grey * (219 / 255)).astype(np.uint8)
    planar = np.full((height * 3 // 2, width), 128, np.uint8)
    planar[:height] = luma
    return av.VideoFrame.from_ndarray(planar, format="yuv420p")
