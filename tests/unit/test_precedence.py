"""The whole order: defaults < user's file < project's file < environment < --set < flags."""

from __future__ import annotations

from pathlib import Path

import pytest

from motionlapse.cli.options import load_settings, set_layers
from motionlapse.errors import ConfigError


def test_each_place_wins_over_those_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    holds = []

    def hold(pairs: list[str] | None = None, **flags: object) -> tuple[object, str]:
        resolved = load_settings(None, pairs, flags)
        return resolved.value("decision.hold"), resolved.origins.get("decision.hold", "default")

    holds.append(hold())
    user = tmp_path / "motionlapse" / "config.toml"
    user.parent.mkdir()
    user.write_text('[decision]\nhold = "11s"\n')
    holds.append(hold())
    Path("motionlapse.toml").write_text('[decision]\nhold = "12s"\n')
    holds.append(hold())
    monkeypatch.setenv("MOTIONLAPSE__DECISION__HOLD", "13s")
    holds.append(hold())
    holds.append(hold(["decision.hold=14s"]))
    holds.append(hold(["decision.hold=14s"], decision__hold="15s"))
    assert holds == [
        (2.0, "default"),
        (11.0, str(user)),
        (12.0, "./motionlapse.toml"),
        (13.0, "MOTIONLAPSE__DECISION__HOLD"),
        (14.0, "--set decision.hold"),
        (15.0, "--hold"),
    ]


def test_set_needs_an_equals_sign() -> None:
    with pytest.raises(ConfigError, match=r"--set decision\.hold: write --set section\.key=value"):
        set_layers(["decision.hold"])


def test_set_takes_all_after_the_first_equals_sign() -> None:
    (layer,) = set_layers(["analysis.regions = door=1,1 2,2 3,3"])
    assert layer.values == {"analysis.regions": "door=1,1 2,2 3,3"}


def test_a_switch_can_be_turned_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    resolved = load_settings(None, ["analysis.flow=true"], {"analysis__flow": False})
    assert resolved.value("analysis.flow") is False
    assert resolved.origins["analysis.flow"] == "--no-flow"
