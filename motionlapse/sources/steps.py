"""Decoding a film: with one decoder or with two in turn, and late what had been left out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import av.error
from av.video.stream import VideoStream

from motionlapse.closing import Closing
from motionlapse.errors import SourceError
from motionlapse.frames import Shrink
from motionlapse.sources.decoding import Decoded, PictureDecoder, read_packets
from motionlapse.sources.disposable import Demand
from motionlapse.sources.film_file import video_stream
from motionlapse.sources.late import LateDecoder
from motionlapse.sources.leapfrog import Leapfrog
from motionlapse.sources.open_film import OpenFilm
from motionlapse.sources.settings import SourceSettings

# To open a film once more costs as much as to decode half a second of it.
_WORTH_S = 8.0


class Steps(Closing):
    """What becomes of a film's packets, in order.

    Parameters
    ----------
    place, name
        As in `OpenFilm`.
    settings
        How it is decoded.
    film, stream
        The film, brought to where decoding begins; it stays open.
    begins_at
        The timestamp that was asked for to bring it there; None: its beginning.
    in_turn
        Whether two decoders may take turns.
    shrink
        What is kept of pictures that wait for long, and without turns of all; None: everything.
    in_order
        Whether timestamps are known to be good, where there are no turns.
    demand
        How much disposable pictures are asked for, where that is known from other parts of the
        film; None: it is not.

    Attributes
    ----------
    demand
        How much disposable pictures are asked for.
    """

    def __init__(
        self,
        place: Path | str,
        name: str,
        settings: SourceSettings,
        film: OpenFilm,
        stream: VideoStream,
        *,
        begins_at: int | None,
        in_turn: bool,
        shrink: Shrink | None = None,
        in_order: bool = False,
        demand: Demand | None = None,
    ) -> None:
        self._place, self._name, self._settings = place, name, settings
        self._film, self._stream = film, stream
        self._begins_at = begins_at
        self.demand = demand or Demand()
        # Functions without this object: it would refer to itself, and the decoders would wait for a
        # search for cycles.
        self._late = LateDecoder(
            partial(OpenFilm, place, name), partial(_stream_alone, name, settings)
        )
        self._shrink, self._in_order = shrink, in_order
        self._thins = shrink is not None and not in_turn
        self._pair = self._take_turns() if in_turn else None

    @property
    def pair(self) -> bool:
        """True if two decoders take turns, in threads of their own."""
        return self._pair is not None

    def __iter__(self) -> Iterator[Decoded]:
        if self._pair is not None:
            return iter(self._pair)
        # A URL is read once.
        late = self._late if isinstance(self._place, Path) else None
        decoder = PictureDecoder(
            self._stream, self.demand, late, self._shrink, in_order=self._in_order
        )
        decode = partial(decoder.decode, thins=self._thins)
        return map(decode, read_packets(self._film.container, self._stream))

    def close(self) -> None:
        """Stop decoding; may be called again."""
        if self._pair is not None:
            self._pair.close()
        self._late.close()

    def _take_turns(self) -> Leapfrog | None:
        """Have two decoders take turns, where nobody said how many threads there shall be."""
        settings = self._settings
        worth = settings.stop_s - settings.start >= _WORTH_S and os.cpu_count() != 1
        if settings.decoding_threads != "auto" or not worth or not isinstance(self._place, Path):
            return None
        other = OpenFilm(self._place, self._name)
        try:
            again = video_stream(other.container, self._name, settings)
            if self._begins_at is not None:
                other.container.seek(self._begins_at, stream=again)
        except (av.error.FFmpegError, SourceError):
            other.close()
            return None
        decoders = (
            PictureDecoder(self._stream, self.demand, self._late, self._shrink),
            PictureDecoder(again, self.demand, self._late, self._shrink),
        )
        return Leapfrog.begin(self._film, self._stream, other, again, decoders)


def _stream_alone(name: str, settings: SourceSettings, film: OpenFilm) -> VideoStream:
    """Return a film's stream, decoded by one thread: that one has no pictures in hand."""
    alone = settings.model_copy(update={"decoding_threads": 1})
    return video_stream(film.container, name, alone)
