"""Two decoders that take turns: one works on a group of pictures, the other on the one after it.

The threads inside a decoder wait for each other's rows, which leaves a sixth of two cores idle.
Groups of pictures need nothing of each other. What the second decoder has done must wait for its
turn in a bounded room, and whole groups fit it where pictures that wait are thinned, as in a scan.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator
from enum import Enum
from itertools import chain
from typing import Self, TypeAlias

from av.video.stream import VideoStream

from motionlapse.closing import Closing
from motionlapse.sources.decoding import Decoded, PictureDecoder, read_packets
from motionlapse.sources.groups import Groups, Item
from motionlapse.sources.open_film import OpenFilm

Numbered: TypeAlias = Iterator[tuple[int, Item]]

_DECODERS = 2
# What waits may take so much: 10 pictures of 1080p, or 82 thinned ones, which are two groups of
# 2 s where some of each are left out. With 108 of these a scan was no faster.
_ROOM_BYTES = 32_000_000
# From so much of it on, 3 pictures of 1080p, what is decoded is thinned, but for the next few.
_WHOLE_BYTES = 8_000_000
_AT_HAND = 2  # that the decoder in turn may always be ahead, whole
# At most: three planes of the size of analysis. Pictures that take no more are not thinned.
_THINNED_BYTES = 450_000
# Times what fits the room: of longer groups too little is decoded at the same time.
_LONGEST = 5
_MOST_AHEAD = 300  # packets that are read to find the end of the first group


class _Mark(Enum):
    """What a decoder says between packets."""

    TURN = "the other one goes on"
    END = "that was the last"


class Leapfrog(Closing):
    """A film's packets, decoded by two decoders in threads of their own; see `begin`.

    Parameters
    ----------
    film
        The film, opened once more; it is closed with this.
    streams
        The film's stream as each decoder has it.
    decoders
        A decoder for each of these.
    packets
        All packets for each, with the numbers of their groups.
    """

    def __init__(
        self,
        film: OpenFilm,
        streams: tuple[VideoStream, VideoStream],
        decoders: tuple[PictureDecoder, PictureDecoder],
        packets: tuple[Numbered, Numbered],
    ) -> None:
        self._film = film
        self._changed = threading.Condition()
        self._turn = 0
        self._closing = False
        self._failure: BaseException | None = None
        self._done: tuple[deque[tuple[Decoded | _Mark, int]], ...] = (deque(), deque())
        self._waiting = [0] * _DECODERS  # items with pictures
        self._waiting_bytes = 0
        self._thins = _bytes_of(streams[0]) > _THINNED_BYTES
        threads = -(-(os.cpu_count() or 1) // _DECODERS)
        for stream in streams:
            stream.codec_context.thread_count = threads
        self._threads = [
            threading.Thread(target=self._work, args=work, name=f"decode-{work[0]}", daemon=True)
            for work in zip(range(_DECODERS), decoders, packets, strict=True)
        ]
        for thread in self._threads:
            thread.start()

    @classmethod
    def begin(
        cls,
        film: OpenFilm,
        stream: VideoStream,
        other: OpenFilm,
        again: VideoStream,
        decoders: tuple[PictureDecoder, PictureDecoder],
    ) -> Self | None:
        """Begin to decode where a film's groups are short enough; else return None.

        Parameters
        ----------
        film, stream
            The film, of which nothing has been read; where None is returned nothing is.
        other, again
            The same, opened once more and brought to the same place; closed with what is returned,
            or at once.
        decoders
            One for each of the two.
        """
        waiting = _bytes_of(stream)
        if decoders[0].can_thin:
            waiting = min(waiting, _THINNED_BYTES)
        longest = min(_LONGEST * _ROOM_BYTES // max(1, waiting), _MOST_AHEAD)
        ahead: list[tuple[int, Item]] = []
        rest = Groups(again).numbered(read_packets(other.container, again))
        for numbered in rest:
            ahead.append(numbered)
            if numbered[0] > 0 or len(ahead) > longest:
                break
        if not ahead or ahead[-1][0] == 0:
            other.close()
            return None
        packets = Groups(stream).numbered(read_packets(film.container, stream))
        streams = stream, again
        return cls(other, streams, decoders, (packets, chain(ahead, rest)))

    def __iter__(self) -> Iterator[Decoded]:
        """Yield what became of each packet, in their order."""
        while (item := self._next()) is not _Mark.END:
            if isinstance(item, Decoded):
                yield item

    def _next(self) -> Decoded | _Mark:
        with self._changed:
            done = self._done[self._turn]
            self._changed.wait_for(lambda: done or self._failure or self._closing)
            if self._failure is not None:
                raise self._failure
            if self._closing:
                return _Mark.END
            item, nbytes = done.popleft()
            self._waiting[self._turn] -= nbytes > 0
            self._waiting_bytes -= nbytes
            if isinstance(item, _Mark):
                self._turn = (self._turn + 1) % _DECODERS
            self._changed.notify_all()
            return item

    def close(self) -> None:
        """Stop decoding; may be called again."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        for done in self._done:
            done.clear()
        self._film.close()

    # ---- in the threads ------------------------------------------------------------------------

    def _work(self, own: int, decoder: PictureDecoder, packets: Numbered) -> None:
        try:
            self._decode(own, decoder, packets)
        except BaseException as error:  # raised again by the consumer
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    def _decode(self, own: int, decoder: PictureDecoder, packets: Numbered) -> None:
        """Decode every other group."""
        mine = False
        for number, packet in packets:
            before, mine = mine, number % _DECODERS == own
            if before and not mine:
                self._put(own, decoder.rest())
                self._put(own, _Mark.TURN)
            if mine:
                self._put(own, decoder.decode(packet, thins=self._is_crowded(own)))
            if self._closing:
                return
        if mine:
            self._put(own, _Mark.END)

    def _put(self, own: int, item: Decoded | _Mark) -> None:
        """Add an item when there is room for it."""
        nbytes = item.nbytes if isinstance(item, Decoded) else 0
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._has_room(own))
            self._done[own].append((item, nbytes))
            self._waiting[own] += nbytes > 0
            self._waiting_bytes += nbytes
            self._changed.notify_all()

    def _has_room(self, own: int) -> bool:
        return self._is_needed(own) or self._waiting_bytes < _ROOM_BYTES

    def _is_crowded(self, own: int) -> bool:
        """Tell whether what is decoded now shall wait thinned."""
        with self._changed:
            crowded = self._waiting_bytes >= _WHOLE_BYTES
            return self._thins and crowded and not self._is_needed(own)

    def _is_needed(self, own: int) -> bool:
        """Tell whether what is decoded now will be taken soon."""
        return own == self._turn and self._waiting[own] < _AT_HAND


def _bytes_of(stream: VideoStream) -> int:
    """Return what a whole picture takes."""
    return stream.codec_context.width * stream.codec_context.height * 3 // 2
