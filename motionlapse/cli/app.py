"""The entry point: finds the command, and turns what goes wrong into one line and an exit code.

Only typer is imported here. Commands, and all that they need, wait until they are asked for, so
that ``--help`` answers at once.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
import traceback
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from motionlapse._version import __version__
from motionlapse.cli.streams import never_lack_a_character, stand_in
from motionlapse.errors import TRACEBACK_VARIABLE, MotionlapseError, unexpected

# name → (module with an `app`, what the command does)
COMMANDS = {
    "scan": ("motionlapse.cli.scan", "Find the events in recorded video or stills."),
    "watch": ("motionlapse.cli.watch", "Watch a live camera."),
    "calibrate": (
        "motionlapse.cli.calibrate",
        "Learn the noise of a quiet scene and propose thresholds.",
    ),
    "evaluate": ("motionlapse.cli.evaluate", "Measure accuracy against ground truth."),
    "compare": ("motionlapse.cli.compare", "Compare two pictures by every measure."),
    "sift": ("motionlapse.cli.sift", "Keep only the stills that changed."),
    "explain": (
        "motionlapse.cli.explain",
        "Show every layer of one frame, and why it did or did not count.",
    ),
    "events": ("motionlapse.cli.events", "List, filter and export what an archive holds."),
    "report": ("motionlapse.cli.report", "Write an HTML page for browsing an archive."),
    "regions": ("motionlapse.cli.regions", "Draw the regions to watch and to ignore."),
    "lapse": ("motionlapse.cli.lapse", "Make a time-lapse film of what was kept."),
    "config": ("motionlapse.cli.config", "Show, create or check the configuration."),
    "list": ("motionlapse.cli.listing", "List the available models, cameras or measures."),
}

_STDOUT_CLOSED = 141
# Imports make many objects that stay. Searching them for cycles again and again takes a tenth of
# the time before a scan's first frame, and there are hardly any cycles later.
_OBJECTS_BETWEEN_COLLECTIONS = 100_000


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are called or completed."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Import a command; None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in self.commands:
            module = importlib.import_module(COMMANDS[cmd_name][0])
            self.commands[cmd_name] = typer.main.get_command(module.app)
        return self.commands[cmd_name]

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find a command; a mistyped one gets the nearest name."""
        from motionlapse.errors import nearest

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"no command '{args[0]}'{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=LazyGroup,
    help="Watch footage and keep only what changed.",
    rich_markup_mode=None,  # plain help is as clear and twice as fast
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"motionlapse {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Watch footage and keep only what changed."""


def main() -> None:
    """Run the command line and end the process with the contract's exit code."""
    stand_in()
    never_lack_a_character()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    try:
        _run()
    except SystemExit as leaving:
        # typer exits with 1 if nobody reads its help page, and wraps standard output like this.
        if leaving.code == 1 and type(sys.stdout).__name__ == "PacifyFlushWrapper":
            sys.exit(_STDOUT_CLOSED)
        raise
    except typer.TyperException as error:
        _complain_of_usage(error)
        sys.exit(error.exit_code)
    except MotionlapseError as error:
        if error.exit_code != _STDOUT_CLOSED:
            _complain(str(error))
        sys.exit(error.exit_code)
    except ImportError as error:
        from motionlapse.cli.libraries import explain

        _complain(str(explain(error)))
        sys.exit(2)
    except Exception as error:
        if os.environ.get(TRACEBACK_VARIABLE):
            raise
        _complain(unexpected(error))
        sys.exit(1)


def _run() -> NoReturn:
    try:
        sys.exit(app(prog_name="motionlapse", standalone_mode=False))
    except OSError as error:
        *_, (innermost, _line) = traceback.walk_tb(error.__traceback__)
        if not innermost.f_globals["__name__"].startswith("typer."):
            raise
        from motionlapse.cli.console import printing

        with printing():  # typer could not print a help page
            raise


def _complain_of_usage(error: typer.TyperException) -> None:
    from motionlapse.cli.usage import usage_fault

    fault = usage_fault(error)
    if fault.startswith("Usage: "):  # a help page
        _say(fault)
    else:
        _complain(fault)


def _complain(text: str) -> None:
    """Report what ended the program, in the same place and form as the errors before it."""
    import logging

    logger = logging.getLogger("motionlapse")
    if logger.handlers:  # stderr, and the file of --log-file
        logger.error("%s", text)
    else:
        from motionlapse.units import printable

        _say(f"error: {printable(text)}")


def _say(text: str) -> None:
    """Print on stderr; if that fails, the exit code alone must do."""
    with contextlib.suppress(OSError):
        typer.echo(text, err=True)
