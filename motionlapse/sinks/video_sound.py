"""Sound that a film's container does not take as it is: decoded, and kept as plain samples."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from typing import cast

import av
import av.error
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from motionlapse.sinks.video_file import AnyPacket, VideoFile

_PLAIN = "pcm_s16le"


class PlainSound:
    """Sound of a film, decoded: G.711 of most cameras, say, loses nothing by that.

    Parameters
    ----------
    file
        The film; nothing has been written to it yet.
    template
        The stream of an open file that is decoded.

    Raises
    ------
    ValueError
        If the container does not take plain samples either, or the stream has no rate.
    """

    def __init__(self, file: VideoFile, template: AudioStream) -> None:
        self._file = file
        self._decoder = template.codec_context
        rate = self._decoder.sample_rate
        if not rate:
            raise ValueError("sound without a rate")
        layout = self._decoder.layout.name
        plain = file.container.add_stream(_PLAIN, rate=rate, layout=layout)
        self._stream = cast("AudioStream", plain)
        self._resampler = AudioResampler(format="s16", layout=layout, rate=rate)
        self._tick_s = Fraction(1, rate)
        self._next = 0

    def write(self, packet: AnyPacket, time_s: Fraction | float) -> None:
        """Add a packet; one that is damaged is left out.

        Parameters
        ----------
        packet
            Of the template's stream; not modified.
        time_s
            When it is heard, in seconds of the film; packets before 0 are left out.
        """
        if time_s < 0:
            return
        frames: list[av.AudioFrame] = []
        with contextlib.suppress(av.error.FFmpegError):
            frames = [frame for frame in self._decoder.decode(packet) if frame.samples]
        start = round(time_s / self._tick_s)
        for frame in frames:
            frame.pts = None  # the resampler would wait for what lies between two pieces
            for samples in self._resampler.resample(frame):
                # Timestamps in whole milliseconds may lie before the end of the packet before.
                samples.pts = start = max(start, self._next)
                samples.time_base = self._tick_s
                self._next = start = start + samples.samples
                for plain in self._stream.encode(samples):
                    self._file.mux(plain)
