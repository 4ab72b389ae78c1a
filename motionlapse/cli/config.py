"""``motionlapse config``: what is set, and where it was set."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from motionlapse.cli.console import Column, Json, print_json, print_table, printing, say
from motionlapse.cli.given import path_given
from motionlapse.cli.options import Config, Set, load_settings
from motionlapse.errors import ConfigError

app = typer.Typer(
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    help="Show, create or check the configuration.",
)


@app.command()
def show(*, config: Config = None, set_: Set = None, json: Json = False) -> None:
    """Show every setting, its value and where the value came from."""
    from motionlapse.pipeline_settings import Settings
    from motionlapse.settings import entries

    resolved = load_settings(config, set_, {})
    rows = [
        (entry, resolved.value(entry.key), resolved.origins.get(entry.key, "default"))
        for entry in entries(Settings)
    ]
    if json:
        plain = resolved.settings.model_dump(mode="json")
        for entry, _, origin in rows:
            value = plain
            for part in entry.key.split("."):
                value = value[part]
            print_json({"key": entry.key, "value": value, "origin": origin})
        return
    print_table(
        (Column("key"), Column("value"), Column("origin", rank=1), Column("what it does", rank=2)),
        [(entry.key, entry.show(value), origin, entry.help) for entry, value, origin in rows],
    )


@app.command()
def init(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE",
            parser=path_given,
            show_default=False,
            help="Write to this file; '-' is stdout [motionlapse.toml].",
        ),
    ] = Path("motionlapse.toml"),
) -> None:
    """Write a commented config file with every setting at its default."""
    from motionlapse.cli.console import stdout_or_file
    from motionlapse.files import writing

    with writing(out):
        if str(out) != "-" and out.exists():
            raise ConfigError(f"{out}: already exists; name another file with --out")
    with stdout_or_file(out) as write:
        write(commented_toml())
    if str(out) != "-":
        say(f"written to {out}")


@app.command()
def check(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            parser=path_given,
            help="File to check [everything that 'scan' would read].",
        ),
    ] = None,
    *,
    config: Config = None,
) -> None:
    """Check a config file and report every mistake in it.

    For a misspelt name, the nearest valid one is suggested. Whether regions lie inside the picture
    can only be checked with footage.
    """
    from motionlapse.pipeline_settings import Settings
    from motionlapse.settings import complaints
    from motionlapse.settings_layers import environment_layers, file_layers

    if file is not None and config is not None:
        raise ConfigError("FILE and --config mean the same thing; give only one")
    layers = file_layers(file or config, os.environ, Path()) + environment_layers(os.environ)
    wrong = complaints(Settings, layers)
    for line in wrong:
        say(f"error: {line}")
    if wrong:
        raise typer.Exit(ConfigError.exit_code)
    read = [layer.origin for layer in layers]
    with printing():
        typer.echo(f"{', '.join(read)}: all right" if read else "nothing is configured")


def commented_toml() -> str:
    """Return a TOML file in which every setting stands commented out at its default."""
    from motionlapse.pipeline_settings import Settings
    from motionlapse.settings import entries

    lines = ["# motionlapse: every setting, at its default. Remove a '#' to change one."]
    section = ""
    for entry in entries(Settings):
        table, _, name = entry.key.rpartition(".")
        if table != section:
            section = table
            lines += ["", f"[{table}]"]
        flag = f" ({entry.flag})" if entry.flag else ""
        lines += [f"# {entry.help}{flag}", f"#{name} = {entry.show(entry.default)}"]
    return "\n".join(lines) + "\n"
