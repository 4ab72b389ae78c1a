"""Reading settings from TOML files and from the environment, each as a layer."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from motionlapse.errors import ConfigError, why
from motionlapse.files import read_text
from motionlapse.settings import Layer

ENV_PREFIX = "MOTIONLAPSE__"
LOCAL_FILE = "./motionlapse.toml"


def flatten(tree: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Return nested tables as dotted keys."""
    flat: dict[str, object] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def toml_layer(path: Path, *, origin: str | None = None) -> Layer:
    """Read a TOML file.

    Raises
    ------
    ConfigError
        If it cannot be read or is not TOML; the message has the line.
    """
    try:
        tree = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {why(error)}") from None
    return Layer(origin or str(path), flatten(tree))


def environment_layers(environ: Mapping[str, str]) -> list[Layer]:
    """Return one layer for each ``MOTIONLAPSE__SECTION__KEY``."""
    layers = []
    for name in sorted(environ):
        if name.startswith(ENV_PREFIX):
            key = name.removeprefix(ENV_PREFIX).replace("__", ".").lower()
            layers.append(Layer(name, {key: environ[name]}))
    return layers


def file_layers(config: Path | None, environ: Mapping[str, str], folder: Path) -> list[Layer]:
    """Return the layers of the user's and the project's file, as far as they exist.

    Parameters
    ----------
    config
        The file that was asked for instead of ``motionlapse.toml``, or None.
    environ
        For ``XDG_CONFIG_HOME`` and ``HOME``.
    folder
        Where ``motionlapse.toml`` is looked for.
    """
    home = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "")) / ".config"
    user = Path(home) / "motionlapse" / "config.toml"
    layers = [toml_layer(user)] if user.is_file() else []
    if config is not None:
        return [*layers, toml_layer(config)]
    local = folder / "motionlapse.toml"
    return [*layers, toml_layer(local, origin=LOCAL_FILE)] if local.is_file() else layers
