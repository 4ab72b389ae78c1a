"""What was typed and cannot be meant, in one line as all other errors."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import typer

from motionlapse.errors import nearest

# How pydantic, which reads the words for typer, says what is asked for.
_NOT_READ = re.compile(r"Input should be a valid (number|integer), unable to parse string.*$")


def usage_fault(error: typer.TyperException) -> str:
    """Return one line on a mistake in the words of a command line, and where to look it up.

    A command that needs words and got none is told with its whole help page: several lines.
    """
    text = error.format_message()
    if text.startswith("Usage: "):
        return text
    option = getattr(error, "option_name", None)
    possibilities = getattr(error, "possibilities", None)
    if option and text.startswith("No such option"):
        text = f"no option '{option}'{nearest(option, possibilities or ())}"
        if film := _file_named(option):
            return f"{text.partition(';')[0]}; to name a file, write ./{film}"
    text = _NOT_READ.sub(r"it is not a valid \1", text)
    text = text[:1].lower() + text[1:].removesuffix(".")
    context: Any = getattr(error, "ctx", None)
    if context is None or text.endswith("?"):  # a name that fits says more than the help page
        return text
    return f"{text}; see '{context.command_path} {context.help_option_names[0]}'"


def _file_named(option: str) -> str:
    """Return the word that was taken for an option and is the name of a file, or ``""``."""
    words = (word for word in sys.argv[1:] if word.startswith(option))
    return next((word for word in words if Path(word).exists()), "")
