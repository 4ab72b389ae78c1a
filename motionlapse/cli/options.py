"""Makes command-line flags from declared settings, and settings from the given flags."""

from __future__ import annotations

import inspect
import os
import shlex
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from motionlapse.cli.completion import choices_of, offering
from motionlapse.cli.console import logger
from motionlapse.cli.given import path_given
from motionlapse.errors import ConfigError, SourceError
from motionlapse.measures.catalogue import MEASURES
from motionlapse.pipeline_settings import Settings
from motionlapse.settings import (
    Entry,
    Layer,
    Resolved,
    complaints,
    entries,
    resolve,
)
from motionlapse.settings_layers import LOCAL_FILE, environment_layers, file_layers

if TYPE_CHECKING:
    from motionlapse.sources.footage import Footage

F = TypeVar("F", bound=Callable[..., object])

# Settings whose flags only one command has.
WATCH_ONLY = (
    "sources.live.*",
    "decision.lapse.*",
    "sinks.hooks.*",
    "sinks.retention.*",
    "sinks.pre_roll",
)
FOOTAGE_ONLY = (
    "sources.start",
    "sources.end",
    "sources.duration",
    "sources.wall_start",
    "sources.fps",
    "sources.prescan",
    "sinks.pre",
    "sinks.join",
    "sinks.report",
    "batch.*",
)

_MEASURE, _THRESHOLD = "measures.measure", "measures.threshold"
_OF_MASKS_FILM = ("sinks.layers", "sinks.film_size")

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        parser=path_given,
        help="Read this file instead of ./motionlapse.toml.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Set any setting that 'config show' lists (repeatable)."
    ),
]


def parameter_name(key: str) -> str:
    """Return the parameter that stands for a dotted key."""
    return key.replace(".", "__")


def with_setting_flags(
    *, excluding: Iterable[str] = (), measures: bool = False
) -> Callable[[F], F]:
    """Add a flag to a command for every setting that declares one.

    The command receives them as keyword arguments named by `parameter_name`; None means that a
    flag was not given. Those of section ``measures`` are added only where `measures` is True.

    Parameters
    ----------
    excluding
        Keys whose flags are left out; ``*`` stands for any text.
    """
    left_out = tuple(excluding)

    def decorate(command: F) -> F:
        own = inspect.signature(command, eval_str=True)
        plain = [
            parameter
            for parameter in own.parameters.values()
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        flags = [
            _flag_parameter(entry)
            for entry in entries(Settings)
            if entry.flag
            and not any(fnmatch(entry.key, key) for key in left_out)
            and (measures or not entry.key.startswith("measures."))
        ]
        command.__signature__ = own.replace(parameters=[*plain, *flags])  # type: ignore[attr-defined]
        hints = {flag.name: flag.annotation for flag in flags}
        command.__annotations__ = {**command.__annotations__, **hints}
        command.__annotations__.pop("flags", None)
        return command

    return decorate


def _flag_parameter(entry: Entry) -> inspect.Parameter:
    help_text = entry.help[0].upper() + entry.help[1:] + _default_words(entry) + "."
    choices, several = choices_of(entry), "," in entry.metavar
    option = typer.Option(
        entry.flag,
        metavar=None if entry.is_switch else entry.metavar,
        help=help_text,
        autocompletion=offering(lambda: choices, several=several) if choices else None,
    )
    kind: Any = bool | None if entry.is_switch else str | None
    if entry.is_list:
        kind = list[str] | None
    return inspect.Parameter(
        parameter_name(entry.key),
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind, option],
    )


def _default_words(entry: Entry) -> str:
    if entry.default is None or entry.is_list or entry.help.endswith("]"):
        return ""
    if entry.is_switch:
        return f" [{'on' if entry.default else 'off'}]"
    return f" [{entry.show(entry.default).strip(chr(34))}]"


def flag_layers(flags: Mapping[str, object]) -> list[Layer]:
    """Return one layer for each flag that was given."""
    layers = []
    for entry in entries(Settings):
        value = flags.get(parameter_name(entry.key))
        if entry.flag and value is not None and value != []:
            layers.append(Layer(_flag_given(entry, value), {entry.key: value}))
    return layers


def _flag_given(entry: Entry, value: object) -> str:
    """Return the flag as it was typed."""
    names = (entry.flag or "").split("/")
    return names[-1] if value is False else names[0]


def set_layers(pairs: Iterable[str]) -> list[Layer]:
    """Return one layer for each ``--set KEY=VALUE``.

    Raises
    ------
    ConfigError
        For one without ``=``.
    """
    layers = []
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise ConfigError(f"--set {pair}: write --set section.key=value")
        layers.append(Layer(f"--set {key.strip()}", {key.strip(): value.strip()}))
    return layers


def load_settings(
    config: Path | None, pairs: Iterable[str] | None, flags: Mapping[str, object]
) -> Resolved[Settings]:
    """Return the settings from files, environment, ``--set`` and flags, in that order.

    Raises
    ------
    ConfigError
        For whatever is unknown or not allowed, naming its place.
    """
    files = file_layers(config, os.environ, Path())
    lasting = [*files, *environment_layers(os.environ)]
    layers = [*lasting, *set_layers(pairs or ()), *flag_layers(flags)]
    try:
        resolved = resolve(Settings, layers)
    except ConfigError as error:
        if str(error) not in complaints(Settings, lasting):
            raise
        file = "" if config is None else f" {shlex.quote(str(config))}"
        raise ConfigError(
            f"{error} (to see every mistake: motionlapse config check{file})"
        ) from None
    # Only as flags: in a file they may be meant for other runs.
    for layer in flag_layers(flags):
        if min(layer.values) in _OF_MASKS_FILM and not resolved.settings.sinks.masks_film:
            raise ConfigError(
                f"{layer.origin} applies only to the film of --masks; add --masks FILM.mp4"
            )
    resolved = _without_another_measures_threshold(resolved, files, layers)
    _check_threshold(resolved)
    return resolved


def _check_threshold(resolved: Resolved[Settings]) -> None:
    """Refuse a threshold outside the measure's range: every picture would differ, or none.

    A threshold of 95 for ssim, whose highest value is 1, was meant as 0.95.
    """
    chosen = resolved.settings.measures
    entry = MEASURES[chosen.measure]
    if chosen.threshold == "auto":
        return
    least, most = sorted((entry.identical, entry.worst))
    if least <= chosen.threshold <= most:
        return
    ends = f"{entry.identical:g} (identical pictures) to {entry.worst:g}".replace("inf", "∞")
    raise ConfigError(
        f"{resolved.origins[_THRESHOLD]}: {chosen.threshold:g} is not a value of {entry.name}, "
        f"which goes from {ends}"
    )


def _without_another_measures_threshold(
    resolved: Resolved[Settings], files: Iterable[Layer], layers: Iterable[Layer]
) -> Resolved[Settings]:
    """Return the settings without a threshold that a file gives for another measure.

    A threshold of 0.95 makes sense for ssim, but for background it would keep nothing.
    """
    chosen = resolved.settings.measures.measure
    for file in files:
        meant = file.values.get(_MEASURE, chosen)
        if resolved.origins.get(_THRESHOLD) == file.origin and meant != chosen:
            kept = {key: value for key, value in file.values.items() if key != _THRESHOLD}
            logger.info("%s: its threshold is for %s, not for %s", file.origin, meant, chosen)
            return resolve(
                Settings,
                [Layer(one.origin, kept) if one is file else one for one in layers],
            )
    return resolved


def check_fps(flags: Mapping[str, object], found: Iterable[Footage | SourceError]) -> None:
    """Refuse ``--fps`` where no source consists of stills.

    Raises
    ------
    ConfigError
        Naming one of them.
    """
    footage = [item for item in found if not isinstance(item, SourceError)]
    given = flags.get(parameter_name("sources.fps")) is not None
    if given and footage and not any(item.stills for item in footage):
        raise ConfigError(f"--fps is for stills; {footage[0].name} is a film and has its own times")


def load_and_log_settings(
    config: Path | None, pairs: Iterable[str] | None, flags: Mapping[str, object]
) -> Settings:
    """Return the settings as `load_settings` does, and log where they come from.

    A ./motionlapse.toml that was found without being named is always logged; where each value came
    from, only with ``--verbose``.
    """
    resolved = load_settings(config, pairs, flags)
    if LOCAL_FILE in resolved.origins.values():
        logger.info("settings from %s", LOCAL_FILE)
    for key, origin in resolved.origins.items():
        logger.debug("%s = %s (%s)", key, resolved.value(key), origin)
    return resolved.settings
