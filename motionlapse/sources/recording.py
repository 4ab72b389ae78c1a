"""Recorded video through PyAV: the decoder's own planes and exact presentation times."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from fractions import Fraction
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
from motionlapse.sources.film_file import (
    creation_time,
    cut_off,
    duration_of,
    duration_of_part,
    nominal_fps,
    unread_streams,
    video_stream,
)
from motionlapse.sources.film_frames import film_frame
from motionlapse.sources.open_film import OpenFilm
from motionlapse.sources.planes import upright_size
from motionlapse.sources.seeking import KeyFrame, count_packets_before, find_key_frame
from motionlapse.sources.settings import SourceSettings
from motionlapse.sources.steps import Steps
from motionlapse.sources.thinned import Picture, Whole, bytes_of
from motionlapse.sources.timestamps import MediaClock
from motionlapse.units import format_duration

_AHEAD, _AHEAD_BYTES = 4, 32_000_000
_THINNED_BYTES = 14_000_000  # 72 thinned ones of 1080p, and those between that are left out

_Shown: TypeAlias = tuple[int, Picture, float]  # index, picture, media time
_Waiting: TypeAlias = tuple[Frame, int]  # and how many bytes its picture took


class Recording(Closing):
    """A film. Decoding starts with the object, in threads, a few frames ahead.

    Frames with damage, and those after it up to the next key frame, are left out and reported.
    Where nothing else is damaged than one that is disposable, it is reported when it is asked for.

    Parameters
    ----------
    path
        The file; a text is the URL of one.
    settings
        Which part of it, and when it was taken.
    name, label
        As in `SourceInfo`; by default the path and its stem.
    at
        The key frame before `SourceSettings.start`, where it is known and seeking leads to it.
    opening
        What will be wanted of `Source.opening`: it is read at once, in a thread, and given once.
    in_turn
        Whether two decoders may take turns, which is of use where much is read without a break.
    film
        It, open, its packets known to be in order; one thread decodes it, and it stays open.
    ahead
        How many pictures may wait; of large ones, or large together, fewer.
    shrink, demand
        As for `motionlapse.sources.steps.Steps`.
    until
        From this media time on none waits: what comes then may not be wanted.

    Raises
    ------
    ConfigError
        If `SourceSettings.start` is after its end.
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
        self._begins_at: int | None = None
        self._to_close = ExitStack()
        self._file = film or self._to_close.enter_context(OpenFilm(path, self._name))
        self._container = self._file.container
        try:
            self._stream = video_stream(
                self._container, self._name, self._settings, alone=film is not None
            )
            self._clock = MediaClock(
                self._stream.time_base or Fraction(1, av.time_base),
                self._stream.start_time,
                1.0 / nominal_fps(self._stream),
            )
            self._base_index = 0
            if self._settings.start > 0:
                self._seek()
            self._steps = Steps(
                path,
                self._name,
                self._settings,
                self._file,
                self._stream,
                begins_at=self._begins_at,
                in_turn=in_turn,
                shrink=shrink,
                in_order=film is not None,
                demand=demand,
            )
            self._to_close.callback(self._steps.close)
            self._decoded = self._decode()
            first, whole = self._first()
        except (av.error.FFmpegError, SourceError, ConfigError) as error:
            self._to_close.close()
            if isinstance(error, av.error.FFmpegError):
                raise SourceError(f"{self._name}: cannot be read: {why(error)}") from None
            raise
        self.info = self._describe(whole, label or Path(path).stem)
        frame_bytes = self.info.width * self.info.height * 3 // 2
        one_thread = self._settings.decoding_threads == 1
        frames = self._frames(first, whole)
        self._ahead: Ahead[_Waiting] | Generator[_Waiting] = frames
        if not one_thread and not self._steps.pair:
            thins = shrink is not None and not in_turn
            most = _THINNED_BYTES if thins else _AHEAD_BYTES
            self._ahead = Ahead(
                frames, ahead, lambda item: item[0].time < until, size=lambda i: i[1], most=most
            )
        self._early: Ahead[Frame] | None = None
        if opening is not None and opening.seconds > 0 and not one_thread:
            early = opening.chosen(self._again())
            self._early = Ahead(early, fitting(opening.pictures, frame_bytes, _AHEAD_BYTES))
        self._unread = self._early

    # ---- reading -----------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Frame]:
        for frame, _ in self._ahead:
            yield frame
        for noticed in filter(None, (unread_streams(self._container), self._clock.repairs())):
            self._fault(noticed, lost=False)

    def opening(self) -> Iterator[Frame]:
        """Read the frames once more, with a decoder of its own; see `Source.opening`."""
        early, self._unread = self._unread, None
        return self._again() if early is None else iter(early)

    def _again(self) -> Iterator[Frame]:
        # One thread: it is short, and pictures that threads hold beside each other take memory.
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
        self._decoded.close()  # generators refer to this: it would wait for a search for cycles
        self._to_close.close()

    def _first(self) -> tuple[_Shown, Whole]:
        """Return the first frame that there is a picture of."""
        for shown in self._decoded:
            _, picture, time = shown
            whole = picture.picture() if isinstance(picture, Disposable) else picture
            if whole is not None and not whole.is_corrupt:
                return shown, whole
            self._fault(f"damaged at {format_duration(time)}; it begins after that", lost=True)
        raise self._nothing_decoded()

    def _frames(self, first: _Shown, whole: Whole) -> Generator[_Waiting]:
        """Yield the frames from --start to --end."""
        size, start = upright_size(whole), self.info.start_wall
        # Without this object: frames may be kept for long, and it has decoders.
        damaged = partial(tell_damage, self.faults, self._name)
        for index, picture, time in chain((first,), self._decoded):
            if isinstance(picture, Disposable):
                self._steps.demand.passed(left_out=picture.left_out)
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
        """Yield the good frames from --start to --end."""
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
        """Yield all that the decoder gives, in order of display."""
        for step in self._steps:
            pending.add(step.pts)
            if step.broken:
                damage.begin()
            if step.stopped:
                self._fault(f"reading stops: {step.stopped}", lost=True)
            yield from step.frames

    # ---- beginning and end -------------------------------------------------------------------

    def _seek(self) -> None:
        """Go to the key frame before --start, and count the frames before the one that shows."""
        duration_s = duration_of(self._container, self._stream)
        start_s = self._settings.start
        if duration_s is not None and start_s >= duration_s:
            begin, end = format_duration(start_s), format_duration(duration_s)
            raise ConfigError(f"{self._name}: --start {begin} is after its end at {end}")
        if self._at is not None:
            self._begin_at(self._at.pts)
            self._base_index = self._at.index
            return
        wanted = int(self._clock.seek(start_s))
        with OpenFilm(self._path, self._name) as probe:
            place = find_key_frame(probe.container, self._stream.index, wanted)
        if place is None:
            return  # this kind of file cannot seek: it is decoded from its beginning
        self._begin_at(place.target)
        with OpenFilm(self._path, self._name) as counter:
            place_of = counter.container, self._stream.index
            self._base_index = count_packets_before(*place_of, place.key)

    def _begin_at(self, target: int) -> None:
        self._begins_at = target
        self._container.seek(target, stream=self._stream)

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
