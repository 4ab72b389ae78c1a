from __future__ import annotations

from pathlib import Path

import pytest

from motionlapse.errors import ConfigError
from motionlapse.settings_layers import environment_layers, file_layers, flatten, toml_layer


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_tables_become_dotted_keys() -> None:
    tree = {"decision": {"hold": "1s"}, "background": {"model": "mog2", "gaussian": {"k": 3}}}
    assert flatten(tree) == {
        "decision.hold": "1s",
        "background.model": "mog2",
        "background.gaussian.k": 3,
    }


def test_a_file_is_a_layer(tmp_path: Path) -> None:
    layer = toml_layer(write(tmp_path / "a.toml", '[decision]\nhold = "1s"\n'))
    assert layer.values == {"decision.hold": "1s"}
    assert layer.origin == str(tmp_path / "a.toml")


def test_faults_of_a_file_are_config_errors(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read: no such file"):
        toml_layer(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match=r"bad\.toml: not valid TOML: .*line 2"):
        toml_layer(write(tmp_path / "bad.toml", "[decision]\nhold =\n"))
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9\n")
    with pytest.raises(ConfigError, match=r"latin\.toml: cannot be read"):
        toml_layer(tmp_path / "latin.toml")


def test_a_file_that_begins_with_a_mark_as_editors_on_windows_write_it(tmp_path: Path) -> None:
    path = tmp_path / "marked.toml"
    path.write_text("[decision]\nhold = 3\n", encoding="utf-8-sig")
    assert toml_layer(path).values == {"decision.hold": 3}


def test_the_environment_gives_one_layer_a_name() -> None:
    environ = {
        "MOTIONLAPSE__DECISION__HOLD": "3s",
        "MOTIONLAPSE__BACKGROUND__GAUSSIAN__WARM_UP": "1s",
        "MOTIONLAPSE_DATA": "/elsewhere",
        "HOME": "/home",
    }
    layers = environment_layers(environ)
    assert {layer.origin: dict(layer.values) for layer in layers} == {
        "MOTIONLAPSE__BACKGROUND__GAUSSIAN__WARM_UP": {"background.gaussian.warm_up": "1s"},
        "MOTIONLAPSE__DECISION__HOLD": {"decision.hold": "3s"},
    }


def test_the_projects_file_comes_after_the_users(tmp_path: Path) -> None:
    write(tmp_path / "xdg/motionlapse/config.toml", "[decision]\n")
    write(tmp_path / "project/motionlapse.toml", "[decision]\n")
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "xdg"), "HOME": "/nowhere"}
    origins = [layer.origin for layer in file_layers(None, environ, tmp_path / "project")]
    assert origins == [str(tmp_path / "xdg/motionlapse/config.toml"), "./motionlapse.toml"]


def test_the_users_file_is_below_home_by_default(tmp_path: Path) -> None:
    path = write(tmp_path / ".config/motionlapse/config.toml", "[decision]\n")
    (layer,) = file_layers(None, {"HOME": str(tmp_path)}, tmp_path / "empty")
    assert layer.origin == str(path)


def test_a_file_that_was_asked_for_stands_instead_of_the_projects(tmp_path: Path) -> None:
    write(tmp_path / "motionlapse.toml", "[decision]\n")
    chosen = write(tmp_path / "night.toml", "[decision]\n")
    environ = {"HOME": "/nowhere"}
    assert [layer.origin for layer in file_layers(chosen, environ, tmp_path)] == [str(chosen)]
    with pytest.raises(ConfigError, match=r"gone\.toml"):
        file_layers(tmp_path / "gone.toml", environ, tmp_path)


def test_without_files_there_are_no_layers(tmp_path: Path) -> None:
    assert file_layers(None, {"HOME": str(tmp_path)}, tmp_path) == []
