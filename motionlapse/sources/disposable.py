"""Pictures that no other picture refers to, and that are decoded only if somebody wants them.

Half of the pictures that encoders make of a quiet scene are such, and they are a third of what
decoding costs. While frames are looked at now and then, those that are not disposable are looked at
(`Frame.disposable`), and the others are left out. When something stirs and they are wanted after
all, they are decoded late, by another decoder, from the key frame before them on; and no more are
left out until for a while nobody has asked for any.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import av
import av.error
from av.video.codeccontext import VideoCodecContext

from motionlapse.closing import Closing

if TYPE_CHECKING:
    from motionlapse.sources.open_film import OpenFilm
    from motionlapse.sources.units import VideoPacket

# So many disposable pictures in a row that nobody asks for, 3 to 4 s of a film: then the next ones
# are left out. As many more each time that this has cost more than it saved, up to the most.
_UNWANTED = 50
_MOST_UNWANTED = 1600


class Demand:
    """How much disposable pictures are asked for.

    When something stirs, what was left out since the last key frame is decoded late, with all that
    it is built on. Where that happens too often more is decoded than is left out, as long as nobody
    waits longer before leaving out any.
    """

    def __init__(self) -> None:
        self._patience = self._owed = _UNWANTED
        self._left_out = self._decoded_late = 0

    @property
    def is_low(self) -> bool:
        """True while they may be left out."""
        return self._owed <= 0

    def passed(self, *, left_out: bool) -> None:
        """Take note of one that was handed on; whether it is wanted will be seen."""
        self._left_out += left_out
        self._owed -= 1
        if self._owed == 0:
            self._learn()

    def asked(self, decoded: int = 0) -> None:
        """Take note of one that is wanted, and of how many had to be decoded late for it."""
        self._decoded_late += decoded
        self._owed = max(self._owed, self._patience)

    def _learn(self) -> None:
        costly = self._decoded_late > self._left_out
        wanted = self._patience * 2 if costly else self._patience // 2
        self._patience = min(max(wanted, _UNWANTED), _MOST_UNWANTED)
        self._left_out = self._decoded_late = 0


class Passage:
    """The packets of a film from one on with which decoding can begin.

    Attributes
    ----------
    packets
        In the order of decoding; it grows.
    left_out
        Timestamps of those that were not decoded.
    """

    def __init__(self) -> None:
        self.packets: list[VideoPacket] = []
        self.left_out: set[int] = set()


class Disposable:
    """A picture that no other one refers to.

    Parameters
    ----------
    pts
        Its timestamp.
    demand
        Told when it is asked for.

    Attributes
    ----------
    key_frame, is_corrupt
        False, as of a good picture: where it is damaged nothing else is, and it may never be known.
    decoded
        The picture, once it has been decoded.
    late
        Decodes it, where it has been left out; None: it has not, or there is no more to do.
    """

    key_frame = False
    is_corrupt = False

    def __init__(self, pts: int, demand: Demand) -> None:
        self.pts = pts
        self.decoded: av.VideoFrame | None = None
        self.late: Callable[[], av.VideoFrame | None] | None = None
        self._demand = demand

    def picture(self) -> av.VideoFrame | None:
        """Return the picture; None if it cannot be decoded."""
        late = self.late
        if late is None:
            self._demand.asked()
        else:
            self.decoded = late()
            self.late = None  # it holds all packets from the key frame on
        return self.decoded


Picture: TypeAlias = "av.VideoFrame | Disposable"


class LateDecoder(Closing):
    """Decodes what was left out; from any thread, one at a time.

    Parameters
    ----------
    open_film
        Opens the film once more.
    stream_of
        Returns its stream, the decoder set up.
    demand
        Told of what it costs.
    """

    def __init__(
        self,
        open_film: Callable[[], OpenFilm],
        stream_of: Callable[[OpenFilm], av.VideoStream],
        demand: Demand,
    ) -> None:
        self._open_film, self._stream_of = open_film, stream_of
        self._demand = demand
        self._lock = threading.Lock()
        self._film: OpenFilm | None = None
        self._context: VideoCodecContext | None = None
        self._passage: Passage | None = None
        self._fed = 0
        self._asked = 0
        self._found: dict[int, av.VideoFrame] = {}

    def picture(self, passage: Passage, pts: int) -> av.VideoFrame | None:
        """Return a picture that was left out; it costs least to ask for them in order of time."""
        with self._lock:
            context = self._context or self._open()
            if passage is not self._passage or pts < self._asked:
                context.flush_buffers()
                self._found.clear()
                self._passage, self._fed = passage, 0
            self._asked = pts
            decoded = 0
            while pts not in self._found and self._fed < len(passage.packets):
                packet = passage.packets[self._fed]
                self._fed += 1
                if packet.pts in passage.left_out and packet.pts < pts:
                    continue
                decoded += 1
                self._keep(context, passage, packet)
            self._demand.asked(decoded)
            if pts not in self._found:
                self._keep(context, passage, None)
                self._passage = None  # after its end a decoder takes nothing more
            return self._found.pop(pts, None)

    def _open(self) -> VideoCodecContext:
        self._film = self._film or self._open_film()
        self._context = self._stream_of(self._film).codec_context
        return self._context

    def _keep(
        self, context: VideoCodecContext, passage: Passage, packet: VideoPacket | None
    ) -> None:
        """Decode a packet; keep those pictures that were left out and may be asked for."""
        try:
            frames = context.decode(packet)
        except av.error.FFmpegError:
            return
        for frame in frames:
            if frame.pts in passage.left_out and frame.pts >= self._asked:
                self._found[frame.pts] = frame

    def close(self) -> None:
        """Close the film; what is asked for later opens it once more."""
        with self._lock:
            if self._film is not None:
                self._film.close()
            self._film = self._context = self._passage = None
            self._found.clear()
