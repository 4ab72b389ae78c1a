"""One HTML page for browsing an archive, which needs nothing but a browser."""

from __future__ import annotations

import base64
import contextlib
import html
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from urllib.parse import quote

from motionlapse.errors import why
from motionlapse.files import check_writable, drop, reading, write_in_folder, writing
from motionlapse.made import Made, refuse_others
from motionlapse.report.packed_scores import packed_scores
from motionlapse.report.thumbnails import read_mask, read_small, thumbnail
from motionlapse.sinks.archive_reader import ArchiveReader, EventFilter
from motionlapse.sinks.archive_records import RecordedEvent, RunRecord
from motionlapse.types import KeptEvent

INSIDE = 300
"""Most events with thumbnails inside the page; further thumbnails lie in a folder beside it."""

_SCRIPTS = ("model.js", "timeline.js", "list.js", "detail.js")
_OWN_FILE = re.compile(r"event-\d+-\d+\.(webp|png)")
# The time of a clip's first picture in its name: wall time or media time.
_CLIP_TIME = re.compile(
    r"_(?:(\d+-\d\d-\d\dT\d\d-\d\d-\d\d\.\d+[+-]\d{4})|(\d+)-(\d\d)-(\d\d\.\d+))(?:-\d+)?$"
)


@dataclass(frozen=True, slots=True)
class Report:
    """A page that was written.

    Attributes
    ----------
    path
        Path of the page.
    events, sources
        How many events and sources it shows.
    size
        Size of the page in bytes.
    missing
        How many snapshots and clips the archive lists that were not found on disk.
    closed
        The first file in a folder that may not be read, and why; or ``""``.
    """

    path: Path
    events: int
    sources: int
    size: int
    missing: int = 0
    closed: str = ""


def write_report(
    archive: Path,
    path: Path | None = None,
    *,
    all_runs: bool = False,
    now: datetime,
    on_event: Callable[[int, int], None] = lambda _done, _total: None,
) -> Report:
    """Write the page of an archive.

    Parameters
    ----------
    archive
        Its folder.
    path
        The page; by default ``report.html`` in the archive.
    all_runs
        Whether to show every run of a source, or only the newest.
    now
        Wall time printed on the page, aware.
    on_event
        Called with the number of events done and the number of all events.

    Raises
    ------
    SourceError
        If there is no archive, or it cannot be read.
    SinkError
        If the page cannot be written.
    """
    path = archive / "report.html" if path is None else path
    with reading(archive):
        opened = ArchiveReader(archive)
    with opened as reader:
        runs = list(reader.runs(all_runs=all_runs))
        places = {run.run_id: place for place, run in enumerate(runs)}
        found = [
            event
            for event in reader.recorded_events(EventFilter(all_runs=all_runs))
            if event.run_id in places
        ]
        sources = [_source(run, reader) for run in runs]
    refuse_others(path, Made.PAGE)
    check_writable(path)
    writer = _Writer(path)
    rows: list[list[object]] = []
    with writer:
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoding and encoding hold no lock
            for event, small in zip(found, pool.map(_thumbnail, found), strict=True):
                inside = len(rows) < INSIDE
                rows.append(writer.row(event, small, places[event.run_id], inside=inside))
                on_event(len(rows), len(found))
        title = f"What moved: {archive.resolve().name}"
        page = _page(title, {"sources": sources, "events": rows}, now)
        write_in_folder(path, page)
    writer.tidy()  # an earlier page needs its pictures until this one has taken its place
    return Report(path, len(rows), len(sources), len(page), *_missing(found))


def _source(run: RunRecord, reader: ArchiveReader) -> dict[str, object]:
    scores = packed_scores(reader.scores(run.run_id))
    start = run.start_wall
    offset = start.utcoffset() if start else None
    bins = len(base64.b64decode(str(scores["high"]))) // 2
    seen_s = bins * float(str(scores["step"]))
    decision = run.settings.get("decision", {})
    enter, leave = decision.get("enter"), decision.get("exit")
    return {
        "name": run.source,
        "wall": start.timestamp() if start else None,
        "offset": offset.total_seconds() / 60 if offset else 0,
        "state": run.state,
        "length": min(seen_s, run.end_s) if run.end_s and run.start_wall is None else seen_s,
        "stays": round(leave / enter, 3) if enter and leave else 0.5,
        **scores,
    }


def _missing(found: Sequence[RecordedEvent]) -> tuple[int, str]:
    """Count the missing files of the events, and find the first in an unreadable folder."""
    kept = [event.kept for event in found]
    names = [name for item in kept for name in (*item.snapshots, item.clip) if name]
    missing = [name for name in names if not _is_there(Path(name))]
    closed = (f"{name}: {reason}" for name in missing if (reason := _closed(Path(name))))
    return len(missing), next(closed, "")


def _is_there(path: Path) -> bool:
    """Tell whether a file exists, as far as its folder may be read."""
    return not _closed(path) and path.exists()


def _closed(path: Path) -> str:
    """Return why the folder of a file cannot be read, or ``""``."""
    try:
        path.exists()
    except OSError as error:
        return why(error)
    return ""


def _thumbnail(recorded: RecordedEvent) -> bytes:
    picture = None if recorded.best is None else read_small(Path(recorded.best))
    return thumbnail(picture, read_mask(recorded.mask_png))


class _Writer:
    """Makes the rows of events, and the files of those whose pictures lie beside the page.

    Use in a with-statement: if the page fails, the files that were not there before go again.
    """

    def __init__(self, page: Path) -> None:
        self._base = page.resolve().parent
        self._beside = page.resolve().parent / f"{page.stem}_files"
        self._written: set[str] = set()
        self._new: list[Path] = []

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        if failed is not None and self._new:
            for path in self._new:
                drop(path)
            with contextlib.suppress(OSError):  # it holds pictures of an earlier page
                self._beside.rmdir()

    def row(
        self, recorded: RecordedEvent, small: bytes, source: int, *, inside: bool
    ) -> list[object]:
        """Return an event as the page's list of fields; see ``model.js``."""
        kept, event = recorded.kept, recorded.kept.event
        name = f"event-{recorded.source_id}-{event.number}"
        best = None if recorded.best is None else Path(recorded.best)
        return [
            source,
            event.number,
            round(event.start_s, 3),
            round(event.end_s, 3),
            round(event.peak_s, 3),
            round(event.peak_score, 3),
            round(event.peak_fraction, 6),
            event.reason,
            list(event.regions),
            self._link(best),
            self._link(None if kept.clip is None else Path(kept.clip)),
            round(clip_start(kept), 3),
            self._picture(small, f"{name}.webp", inside=inside),
            self._picture(recorded.mask_png, f"{name}.png", inside=inside),
            event.ending,
        ]

    def tidy(self) -> None:
        """Remove the pictures that an earlier page left in the folder beside it."""
        with writing(self._beside):
            for path in self._left_over():
                drop(path)

    def _left_over(self) -> Iterator[Path]:
        if self._beside.is_dir():
            for path in self._beside.iterdir():
                if _OWN_FILE.fullmatch(path.name) and path.name not in self._written:
                    yield path

    def _picture(self, content: bytes, name: str, *, inside: bool) -> str:
        if not content:
            return ""
        if inside:
            kind = "webp" if name.endswith(".webp") else "png"
            return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
        picture = self._beside / name
        new = not picture.exists()
        write_in_folder(picture, content)
        self._written.add(name)
        if new:
            self._new.append(picture)
        return quote(f"{self._beside.name}/{name}")

    def _link(self, path: Path | None) -> str:
        """Return a link from the page to a file; ``""`` if the file is gone."""
        if path is None or not _is_there(path):
            return ""
        return quote(os.path.relpath(path.resolve(), self._base).replace(os.sep, "/"))


def clip_start(kept: KeptEvent) -> float:
    """Return the media time at which an event's clip begins, from its name; else the event's."""
    start_s = kept.event.start_s
    match = _CLIP_TIME.search(Path(kept.clip).stem) if kept.clip else None
    if match and match[1]:  # of a live source
        wall = datetime.strptime(match[1], "%Y-%m-%dT%H-%M-%S.%f%z")
        return start_s - ((kept.start_wall or wall) - wall).total_seconds()
    return int(match[2]) * 3600 + int(match[3]) * 60 + float(match[4]) if match else start_s


def _page(title: str, content: dict[str, object], now: datetime) -> bytes:
    folder = resources.files("motionlapse.report") / "page"
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in _SCRIPTS}
    # Only "<" could end the script element.
    data = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    parts = {
        "title": html.escape(title),
        "css": (folder / "page.css").read_text(encoding="utf-8"),
        "js": "\n".join(texts.values()),
        "made": f"{now:%Y-%m-%d %H:%M}",
        "data": data.replace("<", "\\u003c"),
    }
    page = (folder / "page.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], page).encode()
