"""Recorded video through PyAV: the decoder's own planes and exact presentation times."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import av
import av.error

from motionlapse.closing import Closing
from motionlapse.errors import ConfigError, SourceError, why
from motionlapse.frames import Fault, Frame, Shrink, SourceInfo
from motionlapse.opening import Opening
from motionlapse.sources.ahead import Ahead, fitting
from motionlapse.sources.damage import Damage, PendingPackets, tell_damage
from motionlapse.sources.disposable import Demand, Disposable
from motionlapse.sources.film_decoder import FilmDecoder
from motionlapse.sources.film_file import (
    creation_time,
    cut_off,
    duration_of_part,
    nominal_fps,
    unread_streams,
)
from motionlapse.sources.film_frames import film_frame
from motionlapse.sources.film_start import go_to_start
from motionlapse.sources.open_film import OpenFilm
from motionlapse.sources.planes import upright_size
from motionlapse.sources.seeking import KeyFrame
from motionlapse.sources.settings import SourceSettings
from motionlapse.sources.thinned import Picture, Whole, bytes_of
from motionlapse.units import format_duration

_AHEAD, _AHEAD_BYTES = 4, 32_000_000  # frames that wait, and bytes that they may take
_THINNED_BYTES = 14_000_000  # 72 thinned pictures of 1080p; those left out take nothing

_Shown: TypeAlias = tuple[int, Picture, float]  # index, picture, media time
_Waiting: TypeAlias = tuple[Frame, int]  # and how many bytes its picture took


class Recording(Closing):
    """A recorded film. Decoding begins at once, in threads, a few frames ahead of iteration.

    Damaged frames, and those after them up to the next key frame, are left out and reported. If
    only a disposable picture is damaged, that is reported when its pixels are asked for.

    Parameters
    ----------
    path
        The file; a text is a URL.
    settings
        Which part of it is read, and when it was taken.
    name, label
        As in `SourceInfo`; by default the path and its stem.
    at
        The key frame before `SourceSettings.start`, if it is known and seeking leads to it.
    opening
        What will be asked of `Source.opening`: it is read at once, in a thread, for one call.
    in_turn
        Whether two decoders may take turns, which pays if much is read without a break.
    film
        The film, open already, with packets that are known to be in order. It is decoded by one
        thread, and stays open.
    ahead
        How many pictures may wait; fewer if they are large, alone or together.
    until
        From this media time on pictures are decoded only when asked for, not ahead.
    shrink, demand
        As for `motionlapse.sources.film_decoder.FilmDecoder`.

    Raises
    ------
    ConfigError
        If `SourceSettings.start` is after the end.
    SourceError
        If it cannot be opened, is no film, or no picture of it can be decoded; and from iterating,
        if the disk fails in the middle.
    """

    def __init__(
        self,
        path: Path | str,
        settings: SourceSettings | None = None,
        *,
        name: str = "",
        label: str = "",
        at: KeyFrame | None = None,
        opening: Opening | None = None,
        in_turn: bool = True,
        film: OpenFilm | None = None,
        ahead: int = _AHEAD,
        until: float = float("inf"),
        shrink: Shrink | None = None,
        demand: Demand | None = None,
    ) -> None:
        self._name = name or str(path)
        self._path, self._at = path, at
        self._settings = settings or SourceSettings()
        self.faults: list[Fault] = []
        self._to_close = ExitStack()
        self._file = film or self._to_close.enter_context(OpenFilm(path, self._name))
        self._container = self._file.container
        try:
            self._stream, self._clock, sought_pts, self._base_index = go_to_start(
                self._file, path, self._name, self._settings, at, alone=film is not None
            )
            self._decoder = FilmDecoder(
                path,
                self._name,
                self._settings,
                self._file,
                self._stream,
                sought_pts=sought_pts,
                in_turn=in_turn,
                shrink=shrink,
                in_order=film is not None,
                demand=demand,
            )
            self._to_close.callback(self._decoder.close)
            self._decoded = self._decode()
            first, whole = self._first()
        except (av.error.FFmpegError, SourceError, ConfigError) as error:
            self._to_close.close()
            if isinstance(error, av.error.FFmpegError):
                raise SourceError(f"{self._name}: cannot be read: {why(error)}") from None
            raise
        self.info = self._describe(whole, label or Path(path).stem)
        most_bytes = _AHEAD_BYTES if shrink is None or in_turn else _THINNED_BYTES
        self._ahead = self._ahead_of(self._frames(first, whole), ahead, until, most_bytes)
        self._early = self._unread = self._read_early(opening)

    def _ahead_of(
        self, frames: Generator[_Waiting], depth: int, until: float, most_bytes: int
    ) -> Ahead[_Waiting] | Generator[_Waiting]:
        """Return frames as they are read ahead, unless one thread is to do everything.

        Two decoders that take turns are ahead without another thread.
        """
        if self._settings.decoding_threads == 1 or self._decoder.takes_turns:
            return frames
        return Ahead(
            frames,
            depth,
            lambda waiting: waiting[0].time < until,
            size=lambda waiting: waiting[1],
            most=most_bytes,
        )

    def _read_early(self, opening: Opening | None) -> Ahead[Frame] | None:
        """Begin to read what will be asked of `opening`, if that is known and a thread may."""
        if opening is None or opening.seconds <= 0 or self._settings.decoding_threads == 1:
            return None
        frame_bytes = self.info.width * self.info.height * 3 // 2
        depth = fitting(opening.pictures, frame_bytes, _AHEAD_BYTES)
        return Ahead(opening.chosen(self._again()), depth)

    # ---- reading -----------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Frame]:
        for frame, _ in self._ahead:
            yield frame
        for noticed in filter(None, (unread_streams(self._container), self._clock.repairs())):
            self._fault(noticed, lost=False)

    def opening(self) -> Iterator[Frame]:
        """Read the frames a second time, with a decoder of their own; see `Source.opening`."""
        early, self._unread = self._unread, None
        return self._again() if early is None else iter(early)

    def _again(self) -> Iterator[Frame]:
        # In one thread: it is short, and each more thread would hold pictures in memory.
        alone = self._settings.model_copy(update={"decoding_threads": 1})
        try:
            with Recording(self._path, alone, name=self._name, at=self._at) as again:
                yield from again
        except SourceError:
            return

    def close(self) -> None:
        """Stop decoding and close the file; may be called again."""
        for ahead in (self._ahead, self._early):
            if ahead is not None:
                ahead.close()
        self._decoded.close()  # it refers to this object, which else only the cycle collector frees
        self._to_close.close()

    def _first(self) -> tuple[_Shown, Whole]:
        """Return the first frame that can be decoded, and its picture."""
        for shown in self._decoded:
            _, picture, time = shown
            whole = picture.picture() if isinstance(picture, Disposable) else picture
            if whole is not None and not whole.is_corrupt:
                return shown, whole
            self._fault(f"damaged at {format_duration(time)}; it begins after that", lost=True)
        raise self._nothing_decoded()

    def _frames(self, first: _Shown, whole: Whole) -> Generator[_Waiting]:
        """Yield the frames from --start to --end, and how many bytes their pictures take."""
        size, start = upright_size(whole), self.info.start_wall
        # Not a method: frames may be kept for long, and must not keep this object's decoders alive.
        damaged = partial(tell_damage, self.faults, self._name)
        for index, picture, time in chain((first,), self._decoded):
            if isinstance(picture, Disposable):
                self._decoder.demand.passed(left_out=picture.left_out)
            else:
                whole = picture
            if upright_size(whole) != size:
                old, size = size, upright_size(whole)
                self._fault(
                    f"picture size changes from {old[0]}×{old[1]} to {size[0]}×{size[1]} at "
                    f"{format_duration(time)}; the background is learned anew",
                    lost=False,
                )
            yield film_frame(index, time, start, picture, whole, damaged), bytes_of(picture)

    def _decode(self) -> Generator[_Shown]:
        """Yield the undamaged pictures from --start to --end."""
        damage = Damage(1 / nominal_fps(self._stream), self._container.format.name == "mpegts")
        pending = PendingPackets()
        index, time = self._base_index - 1, 0.0
        for frame in self._pictures(damage, pending):
            passed = pending.passed_by(frame.pts)
            time = self._clock.time(frame.pts)
            if time >= self._settings.stop_s:
                if damage.open:
                    self._fault(damage.end(), lost=True)
                return
            index += 1 + damage.take(frame, time, passed)
            if damage.stretch:
                self._fault(damage.stretch, lost=True)
            if not damage.open and time >= self._settings.start:
                yield index, frame, time
        if early := cut_off(self._container, self._stream, time):
            self._fault(early, lost=True)
        elif damage.open:
            self._fault(damage.end(), lost=True)

    def _pictures(self, damage: Damage, pending: PendingPackets) -> Iterator[Picture]:
        """Yield all pictures that the decoder returns, in order of display."""
        for decoded in self._decoder:
            pending.add(decoded.pts)
            if decoded.broken:
                damage.begin()
            if decoded.stopped:
                self._fault(f"reading stops: {decoded.stopped}", lost=True)
            yield from decoded.frames

    # ---- what is said of the film ------------------------------------------------------------

    def _nothing_decoded(self) -> SourceError | ConfigError:
        if self._settings.start > 0 and not self.faults:
            begin = f"--start {format_duration(self._settings.start)}"
            return ConfigError(f"{self._name}: there is no picture from {begin} on")
        reasons = "; ".join(fault.text.removeprefix(f"{self._name}: ") for fault in self.faults)
        why_not = f" ({reasons})" if reasons else ""
        return SourceError(f"{self._name}: no picture can be decoded{why_not}")

    def _describe(self, first: Whole, label: str) -> SourceInfo:
        width, height = upright_size(first)
        return SourceInfo(
            name=self._name,
            label=label,
            kind="recording",
            width=width,
            height=height,
            fps=nominal_fps(self._stream),
            duration_s=duration_of_part(self._container, self._stream, self._settings),
            start_wall=self._settings.wall_start or creation_time(self._container),
        )

    def _fault(self, text: str, *, lost: bool) -> None:
        self.faults.append(Fault(f"{self._name}: {text}", lost))
