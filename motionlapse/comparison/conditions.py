"""Conditions of ``--fail-if``, such as ``ssim<0.95``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from motionlapse.errors import ConfigError
from motionlapse.measures import MeasureEntry, chosen_measures

_HOW: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FORM = re.compile(r"\s*(\w+)\s*(<=|>=|<|>)\s*(\S+?)(%?)\s*")


@dataclass(frozen=True, slots=True)
class Condition:
    """A measure compared with a number.

    Attributes
    ----------
    text
        As typed.
    entry
        The measure.
    how
        ``<``, ``<=``, ``>`` or ``>=``.
    limit
        The number.
    """

    text: str
    entry: MeasureEntry
    how: str
    limit: float

    def holds(self, value: float) -> bool:
        """Tell whether a value fulfils the condition."""
        return _HOW[self.how](value, self.limit)


def parse_condition(text: str) -> Condition:
    """Return the condition that a text stands for.

    Raises
    ------
    ConfigError
        If it is not a condition, or names an unknown measure.
    """
    match = _FORM.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        limit = float(match[3]) / (100 if match[4] else 1)
        if limit != limit:  # noqa: PLR0124  # NaN
            raise ValueError
    except ValueError:
        raise ConfigError(
            f"--fail-if '{text}': write a measure, <, <=, > or >=, and a number: 'ssim<0.95'"
        ) from None
    try:
        entry = chosen_measures([match[1]])[0]
    except ConfigError as error:
        raise ConfigError(f"--fail-if '{text}': {error}") from None
    return Condition(text.strip(), entry, match[2], limit)
