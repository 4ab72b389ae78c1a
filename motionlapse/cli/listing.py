"""``motionlapse list``: what there is to choose from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import typer

from motionlapse.cli.console import Column, Json, print_json, print_table

if TYPE_CHECKING:
    from motionlapse.measures.entry import MeasureEntry

app = typer.Typer(
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    help="List the available models, cameras or measures.",
)


@app.callback()
def _group() -> None:
    """List the available models, cameras or measures."""


@app.command()
def models(*, json: Json = False) -> None:
    """List the background models for --background."""
    from motionlapse.background import MODELS

    if json:
        for name, entry in MODELS.items():
            print_json({"model": name, "summary": entry.summary})
        return
    columns = (Column("model"), Column("what it is"))
    print_table(columns, [(name, entry.summary) for name, entry in MODELS.items()])


@app.command()
def cameras(*, json: Json = False) -> None:
    """List the cameras of this machine, without opening them."""
    from motionlapse.sources.camera import local_cameras

    found = local_cameras()
    if json:
        for camera in found:
            print_json({"index": camera.index, "device": camera.device, "name": camera.name})
        return
    if not found:
        typer.echo("no cameras found", err=True)
        return
    columns = (Column("index", number=True), Column("device"), Column("name"))
    print_table(columns, [(str(c.index), c.device, c.name) for c in found])


@app.command()
def measures(*, json: Json = False) -> None:
    """List the measures for compare, sift and calibrate."""
    from motionlapse.measures.catalogue import MEASURES

    if json:
        for entry in MEASURES.values():
            print_json(_measure_record(entry))
        return
    columns = (
        Column("measure"),
        Column("identical", number=True),
        Column("worst", number=True),
        Column("ms", number=True, rank=1),
        Column("good at", rank=2),
        Column("bad at", rank=3),
        Column("reference", rank=4),
    )
    print_table(
        columns,
        [
            (
                entry.name,
                _shown(entry.identical),
                _shown(entry.worst),
                f"{entry.cost_ms:g}",
                entry.good,
                entry.bad,
                entry.reference,
            )
            for entry in MEASURES.values()
        ],
    )


def _shown(value: float) -> str:
    return "∞" if math.isinf(value) else f"{value:g}"


def _measure_record(entry: MeasureEntry) -> dict[str, object]:
    return {
        "measure": entry.name,
        "identical": None if math.isinf(entry.identical) else entry.identical,
        "worst": None if math.isinf(entry.worst) else entry.worst,
        "direction": "grows" if entry.grows else "falls",
        "some": entry.some,
        "clear": entry.clear,
        "cost_ms": entry.cost_ms,
        "good": entry.good,
        "bad": entry.bad,
        "reference": entry.reference,
    }
