"""A group of pictures whose packets are held, and decoding them if they are wanted."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import av
import av.error
from av.video.codeccontext import VideoCodecContext

from motionlapse.frames import Image, Planes
from motionlapse.sources.connection import Undecoded
from motionlapse.sources.picture_guard import is_unfilled
from motionlapse.sources.planes import bgr_of, planes_of
from motionlapse.sources.units import VideoPacket


def copy_of(packet: VideoPacket) -> VideoPacket:
    """Return a copy of a packet that stays valid when the stream is closed or others modify it."""
    copied: VideoPacket = av.Packet(bytes(packet))  # type: ignore[assignment]  # of no stream
    copied.pts, copied.dts, copied.time_base = packet.pts, packet.dts, packet.time_base
    return copied


class HeldGroup:
    """A key frame, which has been decoded, and the packets after it, which are held.

    Parameters
    ----------
    decoded
        Copies of the packets that have been decoded: the key frame's, and those after it if holding
        began in the middle of the group. Disposable ones may be missing.
    newest
        The last picture of these; it stands in for held ones that cannot be decoded.
    stamp_s, arrived_s
        The key frame's timestamp, and its arrival on the monotonic clock.
    make_context
        Makes a decoder; given the number of held packets.

    Attributes
    ----------
    packets
        Copies of the key frame's packet and of those after it, in the order of decoding.
    first
        The place of the first one that has not been decoded.
    """

    def __init__(
        self,
        decoded: list[VideoPacket],
        newest: av.VideoFrame,
        stamp_s: float,
        arrived_s: float,
        make_context: Callable[[int], VideoCodecContext],
    ) -> None:
        self.packets, self.first = [*decoded], len(decoded)
        self._stamp_s, self._arrived_s = stamp_s, arrived_s
        self._make_context = make_context
        self._context: VideoCodecContext | None = None
        self._fed, self._broken = 0, False
        self._found: dict[int, av.VideoFrame] = {}
        self._last = newest
        self._filled = True  # False if `_last` itself looks unfilled: then it shows a grey wall

    def arrived_s(self, stamp_s: float) -> float:
        """Return when a picture of the group would have arrived if all came at even intervals.

        Real arrivals do not help: packets come in the order of decoding, not of display.
        """
        return self._arrived_s + stamp_s - self._stamp_s

    def undecoded(self) -> list[Undecoded]:
        """Return all pictures that have not been decoded, in the order of display."""
        found = []
        for packet in sorted(self.packets[self.first :], key=lambda packet: packet.pts or 0):
            pts = packet.pts or 0
            stamp_s = float(pts * packet.time_base)
            picture = cache(partial(self._picture, pts))
            found.append(
                Undecoded(
                    partial(_planes, picture),
                    partial(_bgr, picture),
                    stamp_s,
                    stamp_s,
                    self.arrived_s(stamp_s),
                )
            )
        return found

    def _picture(self, pts: int) -> av.VideoFrame:
        """Return a picture, for which the group is decoded up to it.

        Asking in order of time costs least. If a picture cannot be decoded, the last one before it
        stands in for it and for all that follow, because they may refer to it.
        """
        if self._context is None:
            self._context = self._make_context(len(self.packets) - self.first)
            self._filled = not is_unfilled(planes_of(self._last))
        while pts not in self._found and self._fed <= len(self.packets) and not self._broken:
            packet = self.packets[self._fed] if self._fed < len(self.packets) else None
            self._fed += 1
            self._feed(self._context, packet)
        for earlier in sorted(found for found in self._found if found <= pts):
            self._last = self._found.pop(earlier)
        return self._last

    def _feed(self, context: VideoCodecContext, packet: VideoPacket | None) -> None:
        """Decode a packet, and keep its pictures until the first that is damaged."""
        try:
            frames = context.decode(packet)
        except av.error.FFmpegError:
            self._broken, frames = True, []
        for frame in frames:
            self._broken |= frame.is_corrupt or (self._filled and is_unfilled(planes_of(frame)))
            if not self._broken and frame.pts is not None:
                self._found[frame.pts] = frame


def _planes(picture: Callable[[], av.VideoFrame]) -> Planes:
    return planes_of(picture())


def _bgr(picture: Callable[[], av.VideoFrame]) -> Image:
    return bgr_of(picture())
