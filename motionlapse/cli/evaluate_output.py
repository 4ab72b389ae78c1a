"""What an evaluation found, as tables or JSON Lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from motionlapse.cli.console import Column, logger, print_json, print_table, printing
from motionlapse.cli.evaluate_progress import EvaluationProgress
from motionlapse.evaluation.counts import mean_measures
from motionlapse.evaluation.event_counts import EventCounts
from motionlapse.evaluation.event_labels import read_event_labels
from motionlapse.evaluation.sequences import find_sequences
from motionlapse.pipeline_settings import Settings

if TYPE_CHECKING:
    from motionlapse.evaluation.events import ClipScore
    from motionlapse.evaluation.masks import MaskScore

S = TypeVar("S", "MaskScore", "ClipScore")

_MASK_NOTES = """\
spec. specificity, prec. precision, F F-measure, PWC percentage of wrong classifications
fps: frames a second of the model and its cleanup alone, on one core (processor time around each \
step of the analyzer; decoding, shrinking and scoring are left out)"""
_CLIP_NOTES = """\
quiet, event: share of quiet and of event frames inside detections; \
per event: detections on events / events
delay: from an event's first frame to the first detected frame in it"""


def _by_model(scores: Sequence[S], models: Sequence[str]) -> list[list[S]]:
    """Return the scores of each model that has any."""
    each = [[score for score in scores if score.model == name] for name in models]
    return [own for own in each if own]


# ---- masks -----------------------------------------------------------------------------------


def show_masks(
    progress: EvaluationProgress,
    folders: Sequence[Path],
    models: Sequence[str],
    settings: Settings,
    worst: int | None,
    out: Path | None,
) -> None:
    """Score sequences and print them, then their mean, one row a model."""
    sequences = find_sequences(folders, progress.failed)
    from motionlapse.evaluation.masks import evaluate_masks
    from motionlapse.evaluation.worst import Gallery

    gallery = None if worst is None or out is None else Gallery(worst, out)
    scores: list[MaskScore] = []
    results = evaluate_masks(sequences, models, settings, progress, gallery)
    for result in progress.until_interrupted(results):
        scores += result
        if progress.json:
            for score in result:
                print_json(_mask_record(score))
    progress.close()
    if not scores:
        return
    means = [_mean_record(own) for own in _by_model(scores, models)]
    if progress.json:
        for mean in means:
            print_json(mean)
    else:
        _print_records("sequence", _MASK_COLUMNS, [*map(_mask_record, scores), *means])
        _print_lines([_MASK_NOTES])
    if gallery is not None:
        written = gallery.write()
        logger.info("%d pictures of the worst frames in %s", len(written), out)


def _mask_record(score: MaskScore) -> dict[str, object]:
    counts = score.counts
    return {
        "sequence": score.sequence,
        "model": score.model,
        "frames": score.frames,
        "labelled": score.labelled,
        "tp": counts.tp,
        "fp": counts.fp,
        "fn": counts.fn,
        "tn": counts.tn,
        **counts.measures(),
        "frames_per_second": _rate([score]),
    }


def _mean_record(scores: Sequence[MaskScore]) -> dict[str, object]:
    return {
        "sequence": "mean",
        "model": scores[0].model,
        "sequences": len(scores),
        "frames": sum(score.frames for score in scores),
        "labelled": sum(score.labelled for score in scores),
        **mean_measures([score.counts for score in scores]),
        "frames_per_second": _rate(scores),
    }


def _rate(scores: Sequence[MaskScore]) -> float | None:
    """Return frames a second: all frames ÷ all the time that the model took for them."""
    model_s = sum(score.model_s for score in scores)
    return sum(score.frames for score in scores) / model_s if model_s > 0 else None


# Heading → (key of the record, how its value is written).
_MASK_COLUMNS = {
    "recall": ("recall", "{:.3f}"),
    "spec.": ("specificity", "{:.3f}"),
    "FPR": ("fpr", "{:.4f}"),
    "FNR": ("fnr", "{:.3f}"),
    "PWC": ("pwc", "{:.2f}"),
    "prec.": ("precision", "{:.3f}"),
    "F": ("f_measure", "{:.3f}"),
    "fps": ("frames_per_second", "{:.0f}"),
}
_CLIP_COLUMNS = {
    "events": ("events", "{:d}"),
    "found": ("found", "{:d}"),
    "false": ("false", "{:d}"),
    "quiet": ("quiet_covered", "{:.1%}"),
    "event": ("event_covered", "{:.1%}"),
    "detections": ("detections", "{:d}"),
    "per event": ("detections_per_event", "{:.2f}"),
    "delay": ("mean_delay_s", "{:.2f} s"),
    "longest": ("max_delay_s", "{:.2f} s"),
}


def _print_lines(lines: Iterable[str]) -> None:
    with printing():
        for line in lines:
            typer.echo(line)


def _print_records(
    first: str,
    columns: dict[str, tuple[str, str]],
    records: Sequence[dict[str, object]],
) -> None:
    """Print a row a record; the model is named where there are several."""
    several = len({record["model"] for record in records}) > 1
    names = (first, "model") if several else (first,)
    rows = [
        [str(record[name]) for name in names]
        + [_cell(record[key], form) for key, form in columns.values()]
        for record in records
    ]
    headings = [*(Column(name) for name in names), *(Column(name, number=True) for name in columns)]
    print_table(headings, rows)


def _cell(value: object, form: str) -> str:
    return "–" if value is None else form.format(value)


# ---- events ----------------------------------------------------------------------------------


def show_events(
    progress: EvaluationProgress,
    table: Path,
    folder: Path,
    models: Sequence[str],
    settings: Settings,
) -> None:
    """Score clips and print them, then their total, one row a model; then what went wrong."""
    labels = read_event_labels(table)
    from motionlapse.evaluation.events import evaluate_events

    scores: list[ClipScore] = []
    results = evaluate_events(labels, folder, models, settings, progress)
    for score in progress.until_interrupted(results):
        scores.append(score)
        if progress.json:
            print_json(_clip_record(score))
    progress.close()
    if not scores:
        return
    totals = [_total_record(own) for own in _by_model(scores, models)]
    if progress.json:
        for total in totals:
            print_json(total)
        return
    _print_records("clip", _CLIP_COLUMNS, [*map(_clip_record, scores), *totals])
    _print_lines([_CLIP_NOTES])
    for score in scores:
        _print_lines(_wrong(score))


def _clip_record(score: ClipScore) -> dict[str, object]:
    counts = score.counts
    return {
        "clip": score.clip,
        "model": score.model,
        "frames": score.frames,
        **counts.summary(),
        "missed": [
            {"start_frame": label.start_frame, "end_frame": label.end_frame, "what": label.what}
            for label in counts.missed
        ],
        "false_detections": [
            {
                "start_frame": event.start_frame,
                "end_frame": event.end_frame,
                "start_s": round(event.start_s, 6),
                "end_s": round(event.end_s, 6),
                "peak_score": event.peak_score,
            }
            for event in counts.false
        ],
    }


def _total_record(scores: Sequence[ClipScore]) -> dict[str, object]:
    return {
        "clip": "total",
        "model": scores[0].model,
        "frames": sum(score.frames for score in scores),
        **sum((score.counts for score in scores), EventCounts()).summary(),
    }


def _wrong(score: ClipScore) -> Iterator[str]:
    """Yield a line for each event that was missed and each detection that is false."""
    for label in score.counts.missed:
        yield (
            f"missed  {score.model}  {score.clip}  frames {label.start_frame}–{label.end_frame}: "
            f"{label.what}"
        )
    for event in score.counts.false:
        yield (
            f"false   {score.model}  {score.clip}  frames {event.start_frame}–{event.end_frame}: "
            f"{event.reason}"
        )
