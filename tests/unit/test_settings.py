from __future__ import annotations

import pytest
from pydantic import ValidationError

from motionlapse.cli.completion import choices_of
from motionlapse.decision.settings import DecisionSettings
from motionlapse.errors import ConfigError
from motionlapse.pipeline_settings import Settings
from motionlapse.settings import Layer, SettingsModel, entries, resolve


def resolved(**values: object) -> Settings:
    keys = {name.replace("__", "."): value for name, value in values.items()}
    return resolve(Settings, [Layer("here", keys)]).settings


def test_without_layers_all_is_default() -> None:
    result = resolve(Settings, [])
    assert result.settings == Settings()
    assert result.origins == {}


def test_later_layers_win_and_are_the_origin() -> None:
    result = resolve(
        Settings,
        [
            Layer("file", {"decision.hold": "5s", "decision.merge": "1s"}),
            Layer("environment", {"decision.hold": "6s"}),
            Layer("--hold", {"decision.hold": "7s"}),
        ],
    )
    assert result.value("decision.hold") == 7.0
    assert result.value("decision.merge") == 1.0
    assert result.origins == {"decision.hold": "--hold", "decision.merge": "file"}


def test_an_unknown_key_gets_its_place_and_the_nearest_name() -> None:
    with pytest.raises(ConfigError) as caught:
        resolved(decision__holt="1s")
    assert str(caught.value) == "here: unknown key 'decision.holt'; did you mean 'decision.hold'?"


def test_a_mistyped_choice_gets_the_nearest_in_every_setting() -> None:
    choices = [
        (entry.key, word)
        for entry in entries(Settings)
        for word in choices_of(entry)
        if len(word) > 2
    ]
    assert {key for key, _ in choices} >= {"sinks.clips", "sinks.snapshots", "pacing.analyse_fps"}
    for key, word in choices:
        typed = word[0] + word[2:]  # cpy
        with pytest.raises(ConfigError, match=f"did you mean '{word}'"):
            resolve(Settings, [Layer("here", {key: typed})])


def test_sizes_are_shown_with_their_unit() -> None:
    size = {entry.key: entry for entry in entries(Settings)}["sinks.retention.max_size"]
    shown = [size.show(number) for number in (20 * 10**9, 1500 * 10**6, 2**31, 3000, 7, 0)]
    assert shown == ['"20GB"', '"1500MB"', '"2147483648B"', '"3kB"', '"7B"', '"0B"']


def test_a_section_is_no_key() -> None:
    with pytest.raises(ConfigError, match="here: 'decision' is a section; name one of its keys"):
        resolved(decision=5)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("decision.hold", "soon", "here: decision.hold: 'soon' is not a duration"),
        ("decision.enter", "150%", "here: decision.enter: '150%' is not a share"),
        ("analysis.scale", "17", "here: analysis.scale: '17' is not a scale"),
        ("analysis.scale", True, "here: analysis.scale: 'True' is not a scale"),
        ("analysis.flow_tracking.window", 64, "window: '64': input should be less than"),
        ("background.model", "gausian", "did you mean 'gaussian'?"),
        ("sinks.retention.max_size", "20", "'20' is not a size; write 20GB, 500MB or 2GiB"),
        ("sinks.retention.max_size", 20, "'20' is not a size; write 20GB, 500MB or 2GiB"),
        ("sinks.snapshots", "every", "'every' is not a choice of snapshots"),
        ("sinks.snapshots", "every:0s", "'every:0s' is not a choice of snapshots"),
        ("sinks.jpeg_quality", 0, "here: sinks.jpeg_quality: '0': input should be greater"),
        ("sources.wall_start", "noon", "here: sources.wall_start: 'noon' is not a date and time"),
        ("decision.exit", "5%", "must be above 0 and below enter"),
        ("decision.enter", 0, "enter must be above 0"),
        ("sources.duration", 0, "duration must be above 0"),
    ],
)
def test_a_value_that_is_not_allowed_is_told_with_its_place(
    key: str, value: object, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(Settings, [Layer("here", {key: value})])
    assert said in str(caught.value)
    assert str(caught.value).startswith("here: ")
    assert "\n" not in str(caught.value)


def test_a_conflict_names_both_places() -> None:
    layers = [Layer("--end", {"sources.end": "1s"}), Layer("--start", {"sources.start": "2s"})]
    with pytest.raises(ConfigError, match=r"^--end, --start: end \(1 s\) must be after"):
        resolve(Settings, layers)


def test_an_empty_text_unsets_a_value() -> None:
    layers = [Layer("file", {"sources.end": "1s"}), Layer("--set", {"sources.end": ""})]
    assert resolve(Settings, layers).settings.sources.end is None


def test_texts_are_a_list_or_split_at_semicolons() -> None:
    expected = ("1,1 2,2 3,3", "door=4,4 5,5 6,6")
    assert resolved(analysis__regions=list(expected)).analysis.regions == expected
    assert resolved(analysis__regions=" ; ".join(expected)).analysis.regions == expected


def test_keys_are_dotted_and_unique() -> None:
    keys = [entry.key for entry in entries(Settings)]
    assert len(set(keys)) == len(keys)
    assert {"decision.hold", "background.model", "background.gaussian.k"} <= set(keys)


def test_flags_are_unique() -> None:
    flags = [entry.flag for entry in entries(Settings) if entry.flag]
    assert len(set(flags)) == len(flags)


def test_a_field_that_is_not_declared_as_a_setting_is_an_error() -> None:
    class Careless(SettingsModel):
        hold: float = 1.0

    with pytest.raises(TypeError, match=r"Careless\.hold is not declared"):
        list(entries(Careless))


def test_exit_is_half_of_enter_unless_said() -> None:
    assert DecisionSettings(enter=0.01).exit_ratio == 0.5
    assert DecisionSettings(enter=0.01, exit=0.002).exit_ratio == pytest.approx(0.2)


def test_unknown_names_are_refused_by_the_classes_too() -> None:
    with pytest.raises(ValidationError, match="holt"):
        DecisionSettings(holt=1)  # type: ignore[call-arg]
