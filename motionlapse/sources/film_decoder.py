"""Decoding a film with one decoder or with two in turn, and late what had been left out."""

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

# A shorter part is decoded by one decoder: to open the film a second time costs as much as decoding
# half a second of it.
_WORTH_S = 8.0


class FilmDecoder(Closing):
    """Decodes a film; iterating yields what became of each packet, in order.

    Parameters
    ----------
    place, name
        As for `OpenFilm`.
    settings
        How it is decoded.
    film, stream
        The film, at the place where decoding begins; it stays open.
    sought_pts
        The timestamp that was sought to bring it there; None for its beginning.
    in_turn
        Whether two decoders may take turns.
    shrink
        Makes the small copies that are kept in place of pictures that wait for long, or of all
        pictures if decoders may not take turns; None to keep pictures whole.
    in_order
        Whether timestamps are known to be good; not used when decoders take turns.
    demand
        Knows from other parts of the film how often disposable pictures are asked for; None to
        learn that anew.

    Attributes
    ----------
    demand
        Decides whether disposable pictures are left out.
    """

    def __init__(
        self,
        place: Path | str,
        name: str,
        settings: SourceSettings,
        film: OpenFilm,
        stream: VideoStream,
        *,
        sought_pts: int | None,
        in_turn: bool,
        shrink: Shrink | None,
        in_order: bool,
        demand: Demand | None,
    ) -> None:
        self._place, self._name, self._settings = place, name, settings
        self._film, self._stream = film, stream
        self._sought_pts = sought_pts
        self.demand = demand or Demand()
        # Not methods: in a cycle of references, decoders would live on until it is collected.
        self._late = LateDecoder(
            partial(OpenFilm, place, name), partial(_stream_alone, name, settings)
        )
        self._shrink, self._in_order = shrink, in_order
        self._thins = shrink is not None and not in_turn
        self._pair = self._take_turns() if in_turn else None

    @property
    def takes_turns(self) -> bool:
        """True if two decoders take turns, in threads of their own."""
        return self._pair is not None

    def __iter__(self) -> Iterator[Decoded]:
        if self._pair is not None:
            return iter(self._pair)
        # Pictures are not decoded late from a URL: it would be downloaded again.
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
        """Start two decoders that take turns; None where that is unwanted or does not pay."""
        settings = self._settings
        worth = settings.stop_s - settings.start >= _WORTH_S and os.cpu_count() != 1
        if settings.decoding_threads != "auto" or not worth or not isinstance(self._place, Path):
            return None
        other = OpenFilm(self._place, self._name)
        try:
            again = video_stream(other.container, self._name, settings)
            if self._sought_pts is not None:
                other.container.seek(self._sought_pts, stream=again)
        except (av.error.FFmpegError, SourceError):
            other.close()
            return None
        decoders = (
            PictureDecoder(self._stream, self.demand, self._late, self._shrink),
            PictureDecoder(again, self.demand, self._late, self._shrink),
        )
        return Leapfrog.begin(self._film, self._stream, other, again, decoders)


def _stream_alone(name: str, settings: SourceSettings, film: OpenFilm) -> VideoStream:
    """Return a film's stream, decoded by one thread, which returns each picture without delay."""
    alone = settings.model_copy(update={"decoding_threads": 1})
    return video_stream(film.container, name, alone)
