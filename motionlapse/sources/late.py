"""Pictures of a film that are decoded late, or a second time, because somebody asks for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import av
import av.error
from av.video.codeccontext import VideoCodecContext

from motionlapse.closing import Closing

if TYPE_CHECKING:
    from motionlapse.sources.open_film import OpenFilm
    from motionlapse.sources.units import VideoPacket


# Pictures that are kept for the next calls, because the decoder returned them along with the one
# asked for. Usually there are two or three; if that one is damaged there may be many.
_MOST_FOUND = 4


class Passage:
    """The packets of a film from a closed key frame on: all that its pictures can refer to.

    Attributes
    ----------
    packets
        In the order of decoding; the list grows.
    spare
        The indices in it of disposable packets.
    ambiguous
        Timestamps that more than one of them has, and that therefore identify no picture.
    """

    def __init__(self) -> None:
        self.packets: list[VideoPacket] = []
        self.spare: set[int] = set()
        self.ambiguous: set[int] = set()
        self._stamps: set[int] = set()

    def add(self, packet: VideoPacket, *, spare: bool) -> None:
        """Add the next packet."""
        if spare:  # first: another thread may read the packet as soon as it is in the list
            self.spare.add(len(self.packets))
        if packet.pts is not None:
            if packet.pts in self._stamps:
                self.ambiguous.add(packet.pts)
            self._stamps.add(packet.pts)
        self.packets.append(packet)


class LateDecoder(Closing):
    """Decodes single pictures on demand; may be used from any thread, one at a time.

    Parameters
    ----------
    open_film
        Opens the film a second time.
    stream_of
        Returns the video stream of an open film, its decoder set up.
    """

    def __init__(
        self,
        open_film: Callable[[], OpenFilm],
        stream_of: Callable[[OpenFilm], av.VideoStream],
    ) -> None:
        self._open_film, self._stream_of = open_film, stream_of
        self._lock = threading.Lock()
        self._closed = False
        self._film: OpenFilm | None = None
        self._context: VideoCodecContext | None = None
        self._passage: Passage | None = None
        self._fed = 0
        self._asked = 0
        self._found: dict[int, av.VideoFrame] = {}

    def picture(self, passage: Passage, pts: int) -> tuple[av.VideoFrame | None, int]:
        """Return a picture, and how many pictures had to be decoded for it.

        The picture is None if it cannot be decoded. Asking in order of time costs least, because
        decoding goes on from the picture before.

        Parameters
        ----------
        passage
            The packets that it can be decoded from.
        pts
            Its presentation timestamp.
        """
        with self._lock:
            try:
                return self._picture(passage, pts)
            finally:
                if self._closed:
                    self._release()

    def _picture(self, passage: Passage, pts: int) -> tuple[av.VideoFrame | None, int]:
        context = self._context or self._open()
        if passage is not self._passage or pts < self._asked:
            context.flush_buffers()
            self._found.clear()
            self._passage, self._fed = passage, 0
        self._asked = pts
        decoded = 0
        while pts not in self._found and self._fed < len(passage.packets):
            place, self._fed = self._fed, self._fed + 1
            packet = passage.packets[place]
            before = packet.pts is not None and packet.pts < pts
            if before and place in passage.spare:
                continue
            decoded += 1
            self._keep(context, packet)
        if pts not in self._found:
            self._keep(context, None)
            self._passage = None  # a decoder that has been drained takes no more packets
        found = self._found.pop(pts, None)
        self._found = {at: picture for at, picture in self._found.items() if at > pts}
        return found, decoded

    def _open(self) -> VideoCodecContext:
        self._film = self._film or self._open_film()
        self._context = self._stream_of(self._film).codec_context
        return self._context

    def _keep(self, context: VideoCodecContext, packet: VideoPacket | None) -> None:
        """Decode a packet; keep the picture that is asked for, and a few after it."""
        try:
            frames = context.decode(packet)
        except av.error.FFmpegError:
            return
        for frame in frames:
            pts = self._asked - 1 if frame.pts is None else frame.pts
            if pts == self._asked or (pts > self._asked and len(self._found) < _MOST_FOUND):
                self._found.setdefault(pts, frame)  # of equal timestamps, the first is meant

    def close(self) -> None:
        """Close the film; a picture that is asked for later opens and closes it again."""
        with self._lock:
            self._closed = True
            self._release()

    def _release(self) -> None:
        if self._film is not None:
            self._film.close()
        self._film = self._context = self._passage = None
        self._found.clear()
