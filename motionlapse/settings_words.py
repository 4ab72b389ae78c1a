"""Messages about wrong settings, for the people who write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pydantic_core import ErrorDetails

from motionlapse.credentials import redact, redact_within
from motionlapse.errors import nearest

# Plainer words for pydantic's messages, which are meant for programmers.
_PLAINER = {
    "path_type": "not a path; write the name of a file or folder",
    "float_parsing": "not a number",
    "float_type": "not a number",
    "int_parsing": "not a whole number",
    "int_type": "not a whole number",
    "int_from_float": "not a whole number",
    "bool_parsing": "neither true nor false",
    "bool_type": "neither true nor false",
}
_QUOTED = re.compile(r"'([^']*)'")


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Return a message about an unknown dotted key."""
    known = list(known)
    if any(name.startswith(f"{key}.") for name in known):
        return f"'{key}' is a section; name one of its keys, as 'config show' lists them"
    alike = [name for name in known if name.endswith(f".{key}")]
    meant = f"; did you mean '{alike[0]}'?" if len(alike) == 1 else nearest(key, known)
    return f"unknown key '{key}'{meant}"


def complaint_words(complaint: ErrorDetails, origins: Mapping[str, str]) -> str:
    """Return one line for an error of pydantic: where, what, and what is allowed."""
    key = ".".join(str(part) for part in complaint["loc"] if not isinstance(part, int))
    message = complaint["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    value = complaint["input"]
    if value is None and key in origins:  # it was given as an empty text
        value, message = "", message.replace("'None'", "''")
    if isinstance(value, str) and value:
        shown = redact_within(redact(value))
        message, value = message.replace(value, shown), shown
    if complaint["type"] in _PLAINER:
        message = f"'{value}' is {_PLAINER[complaint['type']]}"
    if complaint["type"] == "literal_error":
        message += nearest(str(value), _QUOTED.findall(complaint["ctx"]["expected"]))
    if isinstance(value, (str, int, float)) and f"'{value}'" not in message:
        message = f"'{value}': {message}"
    inside = [name for name in origins if name == key or name.startswith(f"{key}.")]
    places = sorted({f"{origins[name]}" for name in inside})
    flags = all(place.startswith("--") and not place.startswith("--set ") for place in places)
    where = ", ".join(places) or "settings"
    named = (places and flags) or places == [f"--set {key}"]
    return f"{where}: {message}" if named else f"{where}: {key}: {message}"
