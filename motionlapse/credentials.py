"""Credentials in addresses and commands, which are used but never shown."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from typing import Annotated

from pydantic import BeforeValidator, Secret

MOST_PORT = 65_535

_USER = re.compile(r"([A-Za-z][\w+.-]*://)(.*)@(.*)", re.DOTALL)
# Not in a bucket's name (arn:aws:…), nor at the ``::`` of chained fsspec addresses (zip://a::…).
_PORT = re.compile(
    r"((?!s3a?://)[A-Za-z][\w+.-]*://(?:\[[^\]]*\]|[^/?#:\[]*):(?!:(?:/|[A-Za-z][\w+.-]*://)))"
    r"([^/?#]*).*",
    re.DOTALL,
)
_BEGINNING = re.compile(r"(?<![\w+.:/@-])[A-Za-z][\w+.-]*://")
_QUERY = re.compile(r"([?&][^=&#]*(?:pass|pwd|token|key|secret|auth)[^=&#]*=)[^&#]*", re.IGNORECASE)


def is_port(text: str) -> bool:
    """Tell whether a text is the number of a port."""
    return bool(re.fullmatch(r"0*\d{1,5}", text, re.ASCII)) and 0 < int(text[-5:]) <= MOST_PORT


def redact(address: str) -> str:
    """Return an address without password and tokens: ``rtsp://user:***@host/…``.

    A password may contain any character, so everything up to the last ``@`` counts as credentials.
    Without an ``@``, anything in the place of a port that is not a port counts, with all that
    follows.
    """
    match = _USER.fullmatch(address)
    if match:
        user, colon, _ = match[2].partition(":")
        address = f"{match[1]}{user + ':' if colon else ''}***@{match[3]}"
    elif (match := _PORT.fullmatch(address)) and match[2] and not is_port(match[2]):
        address = f"{match[1]}***"
    return _QUERY.sub(r"\1***", address)


def redact_within(text: str) -> str:
    """Return a text in which no address shows its password or tokens.

    As a password may contain spaces, everything from the beginning of an address to the last ``@``
    before the next address counts as credentials.
    """
    begins = [match.start() for match in _BEGINNING.finditer(text)]
    parts = [text[: begins[0]] if begins else text]
    for begin, end in pairwise([*begins, len(text)]):
        part = text[begin:end]
        parts.append(redact(part) if "@" in part else re.sub(r"\S+", lambda m: redact(m[0]), part))
    return "".join(parts)


def redact_command(command: str) -> str:
    """Return a command line without passwords and tokens, as it is typed; see `redact_within`."""
    try:
        words = shlex.split(command)
    except ValueError:  # shown only to the person who typed it
        return redact_within(command)
    shown = [redact_within(word) for word in words]
    return command if shown == words else shlex.join(shown)


class HiddenAddress(Secret[str]):
    """A setting that holds an address; as text it is redacted."""

    def _display(self) -> str:
        return redact(self.get_secret_value())

    def __str__(self) -> str:
        return self._display()


class HiddenCommand(Secret[str]):
    """A setting that holds a command line; as text the addresses in it are redacted."""

    def _display(self) -> str:
        return redact_command(self.get_secret_value())

    def __str__(self) -> str:
        return self._display()


def _as_text(value: object) -> object:
    """Return numbers as text, such as the index of a camera in TOML."""
    plain_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if plain_number else value


SourceAddress = Annotated[HiddenAddress, BeforeValidator(_as_text)]
"""A live source; its credentials are not shown."""
