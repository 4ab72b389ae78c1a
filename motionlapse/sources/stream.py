"""Network streams, and films played at their own pace, through PyAV. No read blocks for ever."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial

import av
import av.error
import av.logging
from av.container import InputContainer
from av.stream import Discard
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from motionlapse.clock import Clock
from motionlapse.errors import SourceError
from motionlapse.sources.address import Address, Kind
from motionlapse.sources.connection import Arrival, PacketTap, Picture
from motionlapse.sources.damage import Damage, FirstFaults
from motionlapse.sources.film_file import (
    LESS_DEBLOCKING,
    WITHOUT_ANY_DEBLOCKING,
    cut_off,
    streams_of_pictures,
)
from motionlapse.sources.holding import Holding
from motionlapse.sources.hosts import check_host
from motionlapse.sources.live_settings import LiveSettings
from motionlapse.sources.planes import bgr_of, planes_of, upright_size
from motionlapse.sources.stream_decoder import Item, Shown, StreamDecoder
from motionlapse.sources.stream_opening import open_stream, say
from motionlapse.sources.timestamps import MediaClock

# These formats have no timestamps; FFmpeg makes them up from a frame rate that it guesses.
_TIMELESS = frozenset({"mpjpeg", "mjpeg", "h264", "hevc"})
# HLS and DASH deliver seconds of pictures at once; they are paced as a player would.
_BY_SEGMENTS = frozenset({"hls", "hls,applehttp", "dash"})


class StreamConnection:
    """One connection to a stream, or one showing of a film.

    Parameters
    ----------
    address
        Of kind ``stream`` or ``file``.
    settings
        Time-outs and transport.
    clock
        Dates the packets of streams that have no timestamps.
    tap
        Receives every packet; None for nobody.
    holding
        Decides which packets of a stream in real time are held undecoded; None to decode all.
    fast
        Whether to decode without deblocking; see `motionlapse.sources.settings.SourceSettings`.

    Attributes
    ----------
    still
        True if the address leads to one or more pictures, after which the connection ends, and not
        to a stream.

    Raises
    ------
    SourceError
        If it cannot be opened; the message is without the name.
    """

    def __init__(
        self,
        address: Address,
        settings: LiveSettings,
        clock: Clock,
        tap: PacketTap | None = None,
        holding: Holding | None = None,
        *,
        fast: bool = False,
    ) -> None:
        av.logging.set_level(None)  # FFmpeg's own lines on stderr are not for people
        self.finite = address.kind is Kind.FILE
        self._timeout_s = settings.read_timeout
        if address.kind is Kind.STREAM:
            check_host(address)
        self._container = open_stream(address, settings, clock)
        try:
            self._stream = _video_stream(self._container)
            self._set_up = partial(_set_up, fast=fast)
            self._set_up(self._stream.codec_context)
        except SourceError:
            self._container.close()
            raise
        names = self._container.format.name
        self.paced = self.finite or names in _BY_SEGMENTS
        self.still = (names == "image2" or names.endswith("pipe")) and not self.finite
        self._timeless = self.still or (names in _TIMELESS and not self.finite)
        self._transport = ""
        if names == "rtsp":
            self._transport = f" over {settings.transport.upper()}"
        self.detail = ""
        self._faults = FirstFaults()
        self._clock = clock
        self._tap = None if self.still else tap  # single pictures make no clip
        self._holding = None if self.paced or self._timeless else holding
        self._last_tick = 0
        self._undated: av.Packet[VideoStream] | None = None
        if self._tap is not None:
            self._tap.attach(self._stream)

    @property
    def damage(self) -> str:
        """Return the damage that was found in a film so far; see `Connection`."""
        return str(self._faults) if self.finite else ""

    def pictures(self) -> Iterator[Arrival]:
        """Yield the undamaged pictures; those from damage up to the next key frame are left out.

        Raises
        ------
        SourceError
            If the stream breaks; or at the end of a film, if it is cut off or was damaged.
        """
        rate = self._stream.guessed_rate or self._stream.average_rate or 25
        damage = Damage(1 / float(rate), loses_silently=False)
        base, time = self._stream.time_base, self._media_time(float(rate))
        last_s = 0.0
        for item in self._dated(self._decoded(damage), float(rate)):
            if not isinstance(item, Shown):
                yield item
                continue
            frame = item.frame
            pts_s = time(frame.pts)
            last_s = last_s if pts_s is None else pts_s
            damage.take(frame, pts_s or 0.0, 0)
            if damage.stretch:
                self._faults.add(damage.stretch)
            if damage.open:
                continue
            if not self.detail:
                width, height = upright_size(frame)
                codec = self._stream.codec_context.name
                self.detail = f"{width}×{height} {codec}{self._transport}"
            stamp_s = None if frame.pts is None or base is None else float(frame.pts * base)
            yield Picture(
                planes_of(frame),
                partial(bgr_of, frame),
                None if self._timeless else pts_s,
                stamp_s,
                item.arrived_s,
                item.in_turn,
            )
        if self.finite and (early := cut_off(self._container, self._stream, last_s)):
            self._faults.add(early)
        elif damage.open:
            self._faults.add(damage.end())
        # If there was no picture at all, the caller reports that instead.
        if self.detail and self.damage:
            raise SourceError(self.damage)

    def _media_time(self, rate: float) -> Callable[[int | None], float | None]:
        """Return a function that turns a picture's timestamp into seconds.

        Missing and wrong timestamps of a film are repaired, as in a scan.
        """
        base = self._stream.time_base
        if self.finite and base is not None:
            return MediaClock(base, self._stream.start_time, 1 / rate).time
        return lambda pts: None if pts is None or base is None else float(pts * base)

    def _dated(self, items: Iterator[Item], rate: float) -> Iterator[Item]:
        """Give the first picture a timestamp one frame before the second, if it has none.

        The first packet of RTSP often has none. Dated by its arrival, its picture seemed to be only
        milliseconds older than the second.
        """
        first = next(items, None)
        if isinstance(first, Shown) and first.frame.pts is None:
            second = next(items, None)
            if isinstance(second, Shown):
                known = second.frame
                if known.pts is not None and known.time_base:
                    first.frame.pts = known.pts - round(1 / (rate * known.time_base))
                yield first
                yield second
            else:
                yield first
        elif first is not None:
            yield first
        yield from items

    def _decoded(self, damage: Damage) -> Iterator[Item]:
        decoder = StreamDecoder(
            self._stream, self._clock, self._holding, self._set_up, damage.begin
        )
        came_s = self._clock.monotonic()
        try:
            for packet in self._packets():
                for item in decoder.take(packet):
                    yield item
                    came_s = self._clock.monotonic()  # after yielding, where a paced film waits
                # Not every packet gives a picture: they may all be impossible to decode.
                if not self.finite and self._clock.monotonic() - came_s > self._timeout_s:
                    raise SourceError(f"no picture was received for {self._timeout_s:g} s")
        except SourceError:
            yield from decoder.let_go()
            raise

    def _packets(self) -> Iterator[av.Packet[VideoStream]]:
        try:
            for packet in self._container.demux(self._stream):
                if self._timeless:
                    self._date(packet)
                yield packet
                self._pass_on(packet)  # after decoding, because the tap may modify it
        except av.error.ExitError:
            raise SourceError(f"nothing was received for {self._timeout_s:g} s") from None
        except (av.error.FFmpegError, OSError, IndexError) as error:
            raise SourceError(say(error)) from None

    def _pass_on(self, packet: av.Packet[VideoStream]) -> None:
        """Give a packet to the tap, with timestamps."""
        if self._tap is None or not packet.size:
            return
        stamp = packet.dts if packet.pts is None else packet.pts
        first, self._undated = self._undated, None
        if stamp is None:  # such as RTSP's first packet, a key frame: it is dated by the next
            self._undated = packet if packet.is_keyframe else None
            return
        if first is not None:
            rate = self._stream.guessed_rate or self._stream.average_rate or 25
            ticks = max(1, round(1 / (rate * packet.time_base)))
            first.pts = first.dts = (stamp if packet.dts is None else packet.dts) - ticks
            self._tap.add(first, float(first.dts * first.time_base))
        self._tap.add(packet, float(stamp * packet.time_base))

    def _date(self, packet: av.Packet[VideoStream]) -> None:
        """Date a packet by its arrival: it has no timestamp of its own."""
        ticks = int(self._clock.monotonic() / packet.time_base)
        self._last_tick = max(ticks, self._last_tick + 1)
        packet.pts = packet.dts = self._last_tick

    def close(self) -> None:
        """Close the connection; may be called again."""
        if self._tap is not None:
            self._tap.detach()
        self._container.close()


def _video_stream(container: InputContainer) -> VideoStream:
    streams = streams_of_pictures(container)
    if not streams:
        raise SourceError("there is no video in it")
    stream = streams[0]
    if stream.codec_context is None:
        raise SourceError("there is no decoder for its codec")
    # Not frame threads: each of them would delay pictures by one more frame.
    stream.thread_type = "SLICE"
    # With other streams, sound that goes on would keep reading from timing out without pictures.
    for other in container.streams:
        if other is not stream:
            other.discard = Discard.all
    return stream


def _set_up(context: VideoCodecContext, *, fast: bool) -> None:
    context.thread_count = os.cpu_count() or 1
    # Pictures with errors are refused, not filled in with grey. All else is as in a scan: when
    # pixels differed, a change of light was found at another frame, and events ended 0.9 s earlier.
    deblocking = WITHOUT_ANY_DEBLOCKING if fast else LESS_DEBLOCKING
    context.options = {"err_detect": "explode", **deblocking}
