"""Two decoders that take turns: one decodes a group of pictures, the other the group after it.

The threads within one decoder wait for each other's rows, which leaves a sixth of two cores idle.
Closed groups of pictures (GOPs) do not depend on each other. The pictures of the second decoder
wait for their turn in bounded memory. Whole groups fit in there if waiting pictures are thinned:
reduced to small copies, as in a scan.
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
# What waiting pictures may take: 10 pictures of 1080p, or 82 thinned ones, which are two groups of
# 2 s if disposable pictures are left out. With room for 108 a scan was no faster.
_ROOM_BYTES = 32_000_000
# Once this much is in use (3 pictures of 1080p), pictures are thinned, except those needed next.
_WHOLE_BYTES = 8_000_000
_AT_HAND = 2  # pictures by which the decoder whose turn it is may always be ahead, unthinned
# At most: three planes at the size of analysis. Pictures that take no more are not thinned.
_THINNED_BYTES = 450_000
# Longest group, as a multiple of what fits the room: with longer ones too little runs in parallel.
_LONGEST = 5
_MOST_AHEAD = 300  # packets that are read, at most, to find the end of the first group


class _Mark(Enum):
    """What a decoding thread puts between the pictures."""

    TURN = "the other one goes on"
    END = "that was the last"


class Leapfrog(Closing):
    """Decodes a film with two decoders, each in a thread of its own; made by `begin`.

    Parameters
    ----------
    film
        The second opening of the film; it is closed with this object.
    streams
        The film's stream in each of the two openings.
    decoders
        A decoder for each stream.
    packets
        All packets of each stream, with the numbers of their groups.
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
        """Begin to decode if the film's groups are short enough; if not, return None.

        Parameters
        ----------
        film, stream
            The film, before its first packet has been read. If None is returned, it still is.
        other, again
            The film opened a second time, at the same place, and its stream. It is closed with the
            object that is returned, or at once if there is none.
        decoders
            One for each of the two streams.
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
        """Yield what became of each packet, in the order of the packets."""
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
        """Decode every other group of pictures; skip the packets of the rest."""
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
        """Return whether a picture that is decoded now is to be thinned while it waits."""
        with self._changed:
            crowded = self._waiting_bytes >= _WHOLE_BYTES
            return self._thins and crowded and not self._is_needed(own)

    def _is_needed(self, own: int) -> bool:
        """Return whether a picture that is decoded now will be taken soon."""
        return own == self._turn and self._waiting[own] < _AT_HAND


def _bytes_of(stream: VideoStream) -> int:
    """Return how many bytes a whole picture takes, as 4:2:0."""
    return stream.codec_context.width * stream.codec_context.height * 3 // 2
