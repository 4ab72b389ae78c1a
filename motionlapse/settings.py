"""What every settings class shares: declaring, precedence, and where a value came from.

A setting is declared once, as a field of a pydantic class beside the code that it configures::

    class DecisionSettings(SettingsModel):
        hold: Duration = setting(2.0, "how long ...", flag="--hold", metavar="TIME")

Its validation, TOML key, flag, help, ``config show`` line and README row all derive from that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo
from pydantic.fields import FieldInfo

from motionlapse.errors import ConfigError, nearest
from motionlapse.settings_typed import Typed, as_toml
from motionlapse.settings_words import complaint_words, unknown_key
from motionlapse.units import (
    parse_duration,
    parse_share,
    parse_size,
    size_as_typed,
)

Duration = Annotated[float, BeforeValidator(parse_duration)]
"""Seconds; typed as ``90``, ``90s``, ``1m30s`` or ``00:01:30.5``."""

Share = Annotated[float, BeforeValidator(parse_share)]
"""A share of one; typed as ``0.004`` or ``0.4%``."""


_BY_A_PERSON = "by a person"


def _parse_size_given(value: object, info: ValidationInfo) -> int:
    """Return bytes; a bare number in a file also lacks its unit."""
    bare = info.context == _BY_A_PERSON and type(value) in (int, float)
    return parse_size(str(value) if bare else value)


Size = Annotated[int, BeforeValidator(_parse_size_given), Typed(size_as_typed)]
"""Bytes; typed as ``20GB`` or ``2GiB``."""


def _split_texts(value: object) -> object:
    """Return the parts of a text at ``;``: ``--set`` and the environment hold one text."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(";") if part.strip())
    return value


Texts = Annotated[tuple[str, ...], BeforeValidator(_split_texts)]
"""Several texts: a TOML list, a repeated flag, or parts split at ``;``."""


def auto_or_whole(what: str, most: int) -> BeforeValidator:
    """Validate ``auto`` or a whole number from 1 to `most`; messages call it `what`."""

    def parse(value: object) -> object:
        number = int(value) if isinstance(value, str) and value.isdecimal() else value
        if number == "auto" or (type(number) is int and 1 <= number <= most):
            return number
        raise ValueError(
            f"'{value}' is not a {what}; write auto or a whole number from 1 to "
            f"{most}{nearest(str(value), ['auto'])}"
        )

    return BeforeValidator(parse)


M = TypeVar("M", bound=BaseModel)


class SettingsModel(BaseModel):
    """The base of all settings: unknown keys are errors, and values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def setting(
    default: Any,
    help: str,  # noqa: A002  # it is the flag's help
    *,
    flag: str | None = None,
    metavar: str = "VALUE",
    choices: Iterable[str] = (),
    **limits: Any,
) -> Any:
    """Declare one setting.

    Parameters
    ----------
    default
        The value unless another is given.
    help
        One phrase for ``--help``, ``config show`` and the README.
    flag
        The command-line flag, for settings that have one; ``--yes/--no`` for switches.
    metavar
        What stands for the value in help.
    choices
        Names for shell completion, if the type does not list them.
    limits
        Passed to `pydantic.Field`: ``ge``, ``le``, ``gt``, ``lt``, ``pattern`` …
    """
    extra: dict[str, Any] = {"flag": flag, "metavar": metavar, "choices": list(choices)}
    return Field(default, description=help, json_schema_extra=extra, **limits)


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting of a settings tree.

    Attributes
    ----------
    key
        Dotted: ``decision.hold``.
    help
        What it does.
    flag, metavar
        Its flag, or None; what stands for its value.
    default
        As its class declares it.
    info
        pydantic's own record.
    """

    key: str
    help: str
    flag: str | None
    metavar: str
    default: Any
    info: FieldInfo

    @property
    def is_switch(self) -> bool:
        """True for on/off settings."""
        return self.info.annotation is bool

    @property
    def is_list(self) -> bool:
        """True for settings that may be given several times."""
        return isinstance(self.default, tuple)

    def show(self, value: object) -> str:
        """Return `value` as it would be typed in TOML."""
        return as_toml(value, self.info)


def entries(model: type[BaseModel], prefix: str = "") -> Iterator[Entry]:
    """Yield every setting below `model`, in the order of declaration."""
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from entries(kind, f"{prefix}{name}.")
            continue
        extra = info.json_schema_extra
        if not isinstance(extra, dict):
            raise TypeError(f"{model.__name__}.{name} is not declared with setting()")
        flag = extra["flag"]
        yield Entry(
            key=prefix + name,
            help=info.description or "",
            flag=None if flag is None else str(flag),
            metavar=str(extra["metavar"]),
            default=info.default,
            info=info,
        )


@dataclass(frozen=True, slots=True)
class Layer:
    """Values from one place; later layers win.

    Attributes
    ----------
    origin
        Where they came from, in words: ``./motionlapse.toml``, ``--hold``.
    values
        Dotted key → raw value.
    """

    origin: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Resolved(Generic[M]):
    """Settings with their origins.

    Attributes
    ----------
    settings
        The validated tree.
    origins
        Dotted key → where its value came from; keys not in it have their default.
    """

    settings: M
    origins: Mapping[str, str]

    def value(self, key: str) -> object:
        """Return the value of a dotted key."""
        value: object = self.settings
        for part in key.split("."):
            value = getattr(value, part)
        return value


def resolve(model: type[M], layers: Iterable[Layer]) -> Resolved[M]:
    """Lay the layers over the defaults and validate the whole.

    Raises
    ------
    ConfigError
        For an unknown key (with the nearest known one) or a value that is not allowed, naming the
        place where it was set.
    """
    found = _laid(model, layers)
    if isinstance(found, list):
        raise ConfigError(found[0])
    return found


def complaints(model: type[BaseModel], layers: Iterable[Layer]) -> list[str]:
    """Return everything that `resolve` would refuse, one line each."""
    found = _laid(model, layers)
    return found if isinstance(found, list) else []


def _laid(model: type[M], layers: Iterable[Layer]) -> Resolved[M] | list[str]:
    """Return the settings, or the messages about what is wrong with them."""
    known = [entry.key for entry in entries(model)]
    tree: dict[str, Any] = {}
    origins: dict[str, str] = {}
    wrong: list[str] = []
    for layer in layers:
        for key, value in layer.values.items():
            if key in known:
                _put(tree, key.split("."), None if value == "" else value)
                origins[key] = layer.origin
            else:
                wrong.append(f"{layer.origin}: {unknown_key(key, known)}")
    try:
        settings = model.model_validate(tree, context=_BY_A_PERSON)
    except ValidationError as error:
        return wrong + [complaint_words(one, origins) for one in error.errors(include_url=False)]
    return wrong or Resolved(settings, origins)


def _put(tree: dict[str, Any], path: list[str], value: object) -> None:
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
    tree[path[-1]] = value
