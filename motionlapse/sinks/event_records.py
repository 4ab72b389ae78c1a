"""An event as JSON and as a row of CSV: one form for ``scan`` and ``events``."""

from __future__ import annotations

from datetime import datetime

from motionlapse.types import KeptEvent

CSV_COLUMNS = (
    "source",
    "event",
    "start_s",
    "end_s",
    "start_frame",
    "end_frame",
    "start_wall",
    "end_wall",
    "peak_s",
    "peak_score",
    "peak_fraction",
    "reason",
    "regions",
    "snapshots",
    "clip",
)


def as_record(kept: KeptEvent) -> dict[str, object]:
    """Return the JSON object of an event; times in seconds to the millisecond."""
    event = kept.event
    return {
        "source": kept.source,
        "event": event.number,
        "start_s": round(event.start_s, 3),
        "end_s": round(event.end_s, 3),
        "start_frame": event.start_frame,
        "end_frame": event.end_frame,
        "start_wall": _iso(kept.start_wall),
        "end_wall": _iso(kept.end_wall),
        "peak_s": round(event.peak_s, 3),
        "peak_score": round(event.peak_score, 3),
        "peak_fraction": round(event.peak_fraction, 6),
        "reason": event.reason,
        "regions": list(event.regions),
        "snapshots": list(kept.snapshots),
        "clip": kept.clip,
    }


def as_row(kept: KeptEvent) -> list[object]:
    """Return the CSV row of an event, in the order of `CSV_COLUMNS`; lists joined by ``;``."""
    record = as_record(kept)
    return [_cell(record[column]) for column in CSV_COLUMNS]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds") if moment else None


def _cell(value: object) -> object:
    if value is None:
        return ""
    return ";".join(map(str, value)) if isinstance(value, list) else value
