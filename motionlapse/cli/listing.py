"""``motionlapse list``: what there is to choose from."""

from __future__ import annotations

import typer

from motionlapse.cli.console import Column, Json, print_json, print_table

app = typer.Typer(
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    help="List what there is: models, cameras.",
)


@app.callback()
def _group() -> None:
    """List what there is: models, cameras."""


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
        typer.echo("no cameras here", err=True)
        return
    columns = (Column("index", number=True), Column("device"), Column("name"))
    print_table(columns, [(str(c.index), c.device, c.name) for c in found])
