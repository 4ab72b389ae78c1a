"""What a worker does: scan one source, and report to wherever its results are recorded."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from motionlapse.allocator import return_large_pieces
from motionlapse.batch.channel import Channel
from motionlapse.batch.parts import analyzer_maker, shrink_of
from motionlapse.batch.result import Outcome
from motionlapse.batch.same_file import path_mark
from motionlapse.errors import SinkError
from motionlapse.opening import Opening
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.footage import Footage
from motionlapse.sources.opening import open_footage

if TYPE_CHECKING:
    from motionlapse.frames import Source, SourceInfo
    from motionlapse.pipeline import RunResult
    from motionlapse.prescan.film import Stretches
    from motionlapse.sinks.archive import ArchiveSink
    from motionlapse.sinks.archive_store import StoredRun
    from motionlapse.sinks.chosen import Recorded
    from motionlapse.sinks.video_file import Placing
    from motionlapse.types import Sink


@dataclass(frozen=True, slots=True)
class Job:
    """One source to scan.

    Attributes
    ----------
    number
        Its place among all sources, from 1.
    footage
        The source.
    settings
        As this worker needs them.
    many
        True if it is one of several: then what it leaves outside the archive is named after its
        folder.
    kept_in
        Where snapshots and clips are written first; None for the source's folder in the archive.
    """

    number: int
    footage: Footage
    settings: Settings
    many: bool
    kept_in: Path | None = None


def scan_source(job: Job, channel: Channel) -> None:
    """Scan a source from its beginning to its end.

    Raises
    ------
    SourceError, ConfigError, SinkError
        If the scan cannot begin; what goes wrong later is reported to the channel.
    """
    footage, settings = job.footage, job.settings
    return_large_pieces()
    with _open(job, channel) as source:
        # Only now are OpenCV and all that needs it imported: decoding goes on meanwhile.
        import cv2

        from motionlapse.decision.decider import Decider
        from motionlapse.pipeline import run
        from motionlapse.prescan.film import Stretches
        from motionlapse.sinks.archive import ArchiveSink
        from motionlapse.sinks.chosen import films_made

        # Pictures of analysis are too small for several threads, and the decoder needs the cores.
        cv2.setNumThreads(1)
        info = source.info
        make_analyzer = analyzer_maker(settings)
        make_analyzer((info.width, info.height))  # raises if regions do not fit
        stored = channel.begin(info)
        archive = ArchiveSink(
            channel, stored, footage.place, info.start_wall, channel.keep, show=str
        )
        sinks = _sinks(job, info, stored, archive, channel)
        decider = Decider(settings.decision, archive.next_number)
        if isinstance(source, Stretches):
            source.follow(lambda: decider.undecided)
        try:
            ran = run(
                source,
                make_analyzer,
                decider,
                [*sinks, archive],
                should_stop=channel.should_stop,
                on_frame=lambda analysis, _: channel.frame(analysis.frame.time),
                pacing=settings.pace(),
            )
        except BaseException:
            # Such as a second Ctrl-C. Films in their places must be known to be this run's.
            with suppress(SinkError):
                channel.abandon("it was ended before it could end itself", films_made(sinks))
            raise
        of_frames = source.of_frames if isinstance(source, Stretches) else ran.frames
        channel.end(stored, _outcome(ran, of_frames, films_made(sinks)), source.faults)


def _open(job: Job, channel: Channel) -> Source | Stretches:
    """Open the source, or only the stretches of it that a prescan has chosen."""
    settings = job.settings
    shrink = shrink_of(settings)
    if settings.sources.prescan:
        from motionlapse.prescan.prescan import prescan

        make = analyzer_maker(settings)
        if chosen := prescan(
            job.footage, settings, make, channel.note, channel.should_stop, channel.search, shrink
        ):
            return chosen
    return open_footage(job.footage, settings.sources, Opening(settings.opening_s), shrink)


def _sinks(
    job: Job, info: SourceInfo, stored: StoredRun, archive: ArchiveSink, channel: Channel
) -> list[Sink]:
    """Return the sinks before the archive; a run that cannot have them is discarded."""
    from motionlapse.sinks.chosen import chosen_sinks

    try:
        return chosen_sinks(
            job.settings.sinks,
            info,
            stored.folder,
            kept_in=job.kept_in,
            many=job.many,
            live=False,
            exit_ratio=job.settings.decision.exit_ratio,
            keep=archive.keep,
            recorded=_recorded(job, archive, channel),
            placing=_noted(stored, channel),
        )
    except SinkError:
        channel.discard_run(stored)  # it would hide the events of the run before
        raise


def _outcome(ran: RunResult, of_frames: int, films: tuple[Path, ...]) -> Outcome:
    return Outcome(
        frames=ran.frames,
        of_frames=of_frames,
        end_s=ran.end_s,
        state=ran.state,
        failure=ran.failure,
        unwritten=tuple(str(unwritten) for unwritten in ran.unwritten),
        overlay=ran.overlay,
        films=films,
    )


def _noted(run: StoredRun, channel: Channel) -> Placing:
    """Return a function that notes a film in the archive before it is put in its place.

    A process that is killed right after that could no longer tell which film was made.
    """

    def placing(part: Path, place: Path) -> None:
        try:
            mark = path_mark(part)
        except OSError:  # unknown films are refused when the scan is resumed; nothing worse
            return
        # A broken channel means that the main process was killed: then the film is not put there.
        with suppress(SinkError):
            channel.note_film(run, place, mark)

    return placing


def _recorded(job: Job, archive: ArchiveSink, channel: Channel) -> Recorded | None:
    """Return the film that clips are cut out of, if the footage is a film on a disk."""
    footage = job.footage
    if footage.stills or footage.url:
        if job.settings.sinks.clips != "none":
            what = "stills" if footage.stills else "footage at a URL"
            channel.warning(f"{footage.name}: no clips can be made of {what}")
        return None
    from motionlapse.sinks.chosen import Recorded
    from motionlapse.sources.seeking import find_key_frame

    return Recorded(footage.path, find_key_frame, archive.keep_clip, channel.tally)
