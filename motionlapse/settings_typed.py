"""Writing a setting's value to a file so that reading it gives the same value again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from motionlapse.units import format_duration, format_share, parse_duration, parse_share


@dataclass(frozen=True, slots=True)
class Typed:
    """Annotates a setting whose plain text would not be read back as the same value."""

    as_text: Callable[[Any], str]


def as_toml(value: object, info: FieldInfo) -> str:
    """Return a TOML literal; ``""`` stands for a value that is not set."""
    if value is None:
        return '""'
    for meta in _metadata(info):
        if isinstance(meta, Typed):
            value = meta.as_text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(as_toml(item, info) for item in value) + "]"
    if isinstance(value, float):
        return _float_as_toml(value, info)
    if isinstance(value, int):
        return str(value)
    # TOML's basic strings are those of JSON except for one character.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _float_as_toml(value: float, info: FieldInfo) -> str:
    """Return the shortest text that gives the same number again, with the unit that it has."""
    plain = format(Decimal(repr(value)), "f").removesuffix(".0")
    validators = [meta.func for meta in _metadata(info) if isinstance(meta, BeforeValidator)]
    if parse_duration in validators:
        clock = format_duration(value)
        return f'"{clock}"' if value >= 600 and parse_duration(clock) == value else f'"{plain}s"'
    if parse_share in validators:
        percent = format_share(value)
        return f'"{percent if parse_share(percent) == value else plain}"'
    return plain


def _metadata(info: FieldInfo) -> Iterator[object]:
    yield from info.metadata
    for part in getattr(info.annotation, "__args__", ()):
        yield from getattr(part, "__metadata__", ())
