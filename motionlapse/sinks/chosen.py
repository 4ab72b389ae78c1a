"""The sinks that the settings ask for, besides the archive."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from motionlapse.frames import SourceInfo
from motionlapse.sinks.clips import Clip, ClipSink
from motionlapse.sinks.mask_film import MaskFilm
from motionlapse.sinks.masks import MaskFolder
from motionlapse.sinks.metrics import MetricsFile
from motionlapse.sinks.settings import SinkSettings, own_name
from motionlapse.sinks.snapshots import Snapshot, SnapshotSink
from motionlapse.sinks.video_cut import FindKey
from motionlapse.sinks.video_file import Placing
from motionlapse.types import Sink


@dataclass(frozen=True, slots=True)
class Recorded:
    """A film that clips can be cut out of.

    Attributes
    ----------
    film
        Its path.
    find_key
        As of `motionlapse.sinks.video_cut.FilmCutter`.
    keep
        Told of each clip.
    tally
        As of `motionlapse.sinks.clips.ClipSink`.
    """

    film: Path
    find_key: FindKey
    keep: Callable[[Clip], None]
    tally: Callable[[str, str, float], None]


def chosen_sinks(
    settings: SinkSettings,
    info: SourceInfo,
    folder: Path,
    *,
    many: bool,
    live: bool,
    kept_in: Path | None = None,
    exit_ratio: float,
    keep: Callable[[Snapshot], None],
    may_write: Callable[[float], bool] = lambda _: True,
    recorded: Recorded | None = None,
    placing: Placing | None = None,
) -> list[Sink]:
    """Return the sinks in the order in which they take frames; the archive comes after them.

    Parameters
    ----------
    settings
        Which sinks, and how they write.
    info
        The source.
    folder
        The source's folder in the archive.
    many
        True if the source is one of several: then what it leaves outside the archive is named
        after its folder.
    live
        True for a camera.
    kept_in
        Where snapshots and clips are written instead of `folder`.
    exit_ratio
        The score from which an open event stays open.
    keep
        Told of each snapshot.
    may_write
        Tells whether a snapshot may be written at a media time.
    recorded
        The film, where the source is one that is scanned.
    placing
        For films outside the archive; as in `motionlapse.sinks.video_file.VideoFile`.

    Raises
    ------
    SinkError
        If a file or folder cannot be made.
    """
    sinks: list[Sink] = []
    own = folder if kept_in is None else kept_in
    source = folder.name if many else ""
    with ExitStack() as undo:

        def add(sink: Sink) -> None:
            sinks.append(sink)
            undo.callback(sink.close)  # else a watch that goes on would keep it open

        if settings.masks is not None:
            add(_masks(settings, settings.masks, info, source, exit_ratio, placing))
        if settings.metrics is not None:
            add(_metrics(own_name(settings.metrics, source), live=live))
        if settings.snapshots != "none":
            add(SnapshotSink(own, settings, live=live, keep=keep, may_write=may_write))
        if settings.clips != "none" and recorded is not None:
            joined = settings.join
            add(
                ClipSink(
                    recorded.film,
                    own,
                    settings,
                    find_key=recorded.find_key,
                    joined=None if joined is None else own_name(joined, source),
                    keep=recorded.keep,
                    tally=recorded.tally,
                    placing=placing,
                )
            )
        undo.pop_all()
    return sinks


def films_made(sinks: Iterable[Sink]) -> tuple[Path, ...]:
    """Return the films outside the archive that sinks have put in their places."""
    made = (sink.made for sink in sinks if isinstance(sink, MaskFilm | ClipSink))
    return tuple(film for film in made if film is not None)


def _masks(
    settings: SinkSettings,
    place: Path,
    info: SourceInfo,
    source: str,
    exit_ratio: float,
    placing: Placing | None,
) -> Sink:
    if not settings.masks_film:
        return MaskFolder(place / source, info.label)
    return MaskFilm(
        own_name(place, source),
        layers=settings.layers.split(","),
        size=(info.width, info.height),
        most=settings.film_width,
        text=settings.film_text,
        stays=exit_ratio,
        fps=info.fps,
        placing=placing,
    )


def _metrics(path: Path, *, live: bool) -> Sink:
    if path.suffix.lower() == ".parquet":
        from motionlapse.sinks.metrics_parquet import MetricsParquet

        return MetricsParquet(path, live=live)
    return MetricsFile(path, live=live)
