"""Clips: the pieces of a recording that show its events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from motionlapse.errors import SinkError
from motionlapse.files import make_folder
from motionlapse.sinks.left_parts import drop_dead
from motionlapse.sinks.settings import SinkSettings
from motionlapse.sinks.video_cut import FilmCutter, FindKey, Span
from motionlapse.sinks.video_file import Placing
from motionlapse.types import Analysis, Decision, Event
from motionlapse.units import format_duration

_WORTH_SAYING_S = 0.05


@dataclass(frozen=True, slots=True)
class Clip:
    """A piece of video that was kept.

    Attributes
    ----------
    event
        The number of its event.
    path
        Its file.
    start_s
        Media time of its first picture.
    """

    event: int
    path: Path
    start_s: float


class ClipSink:
    """Cuts a clip of each event out of the film, once the event has ended.

    A clip is named after the media time of its first picture. Copied clips begin at the key frame
    before their event, and a remark says how much earlier that is.

    Parameters
    ----------
    film
        The recording that is scanned.
    folder
        Where clips go; made with the first one. Half-written files of killed scans are removed.
    settings
        How clips are cut, and how much they show before and after the event.
    find_key
        As of `motionlapse.sinks.video_cut.FilmCutter`.
    joined
        Where the film of all clips goes, if one is wanted.
    keep
        Told of each clip.
    tally
        Told of each clip that begins early, as in `motionlapse.batch.channel.Channel.tally`.
    placing
        For the film of all clips; as in `motionlapse.sinks.video_file.VideoFile`.

    Attributes
    ----------
    made
        The film of all clips, once it is in its place.
    """

    def __init__(
        self,
        film: Path,
        folder: Path,
        settings: SinkSettings,
        *,
        find_key: FindKey,
        joined: Path | None,
        keep: Callable[[Clip], None],
        tally: Callable[[str, str, float], None],
        placing: Placing | None = None,
    ) -> None:
        self._cutter = FilmCutter(film, find_key)
        self._folder = folder
        self._settings = settings
        self._copied = settings.clips == "copy"
        self._write = self._cutter.copy if self._copied else self._cutter.encode
        self._joined = joined
        self._keep = keep
        self._tally = tally
        self._placing = placing
        self._suffix = ""
        self._spans: list[Span] = []
        self._finished = False
        self.made: Path | None = None
        drop_dead(folder)

    def write(self, analysis: Analysis, decision: Decision) -> None:  # noqa: ARG002
        """Take one frame; see `motionlapse.types.Sink`."""
        self._finished = False
        if decision.closed:
            self._cut(decision.closed)

    def finish(self, decision: Decision) -> None:
        """Cut the clip of the event that has ended, if any; see `motionlapse.types.Sink`."""
        self._finished = True  # unless frames follow
        if decision.closed:
            self._cut(decision.closed)

    def close(self) -> None:
        """Make the film of all clips, if the run was finished; may be called again."""
        spans, self._spans = self._spans, []
        if self._joined is not None and self._finished and spans:
            self._write(spans, self._joined, self._placing, made=True)
            self.made = self._joined

    def _cut(self, event: Event) -> None:
        wanted_s = max(0.0, event.start_s - self._settings.pre)
        start_s = self._cutter.key_before(wanted_s) if self._copied else wanted_s
        span = Span(start_s, event.end_s + self._settings.post, event.end_s)
        self._suffix = self._suffix or self._cutter.suffix(copied=self._copied)
        moment = format_duration(start_s, decimals=3).replace(":", "-")
        path = self._folder / f"event-{event.number:04d}_{moment}{self._suffix}"
        if path.exists():
            raise SinkError(f"{path}: cannot be written: it already exists")
        make_folder(self._folder)
        self._write([span], path)
        self._add(span)
        self._keep(Clip(event.number, path, start_s))
        earlier_s = wanted_s - start_s
        if earlier_s > _WORTH_SAYING_S:
            before_s = event.start_s - start_s
            self._tally(
                f"{path}: begins {before_s:.1f} s before its event, {earlier_s:.1f} s more than "
                "--pre, at a key frame",
                "{} more likewise, none earlier",
                earlier_s,
            )

    def _add(self, span: Span) -> None:
        """Add a span to the film of all clips, merged with the last if they overlap."""
        if self._spans and span.start_s <= self._spans[-1].end_s:
            span = replace(span, start_s=self._spans.pop().start_s)
        self._spans.append(span)
