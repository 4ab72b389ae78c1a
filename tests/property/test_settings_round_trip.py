from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionlapse.background import MODELS
from motionlapse.cli.config import commented_toml
from motionlapse.pipeline_settings import Settings
from motionlapse.settings import Entry, Layer, entries, resolve
from motionlapse.settings_layers import flatten

ENTRIES = {entry.key: entry for entry in entries(Settings)}


def from_toml(text: str) -> Settings:
    return resolve(Settings, [Layer("test", flatten(tomllib.loads(text)))]).settings


def shown(key: str, value: object) -> str:
    """Return a TOML file with one setting as `Entry.show` writes it."""
    table, _, name = key.rpartition(".")
    return f"[{table}]\n{name} = {ENTRIES[key].show(value)}\n"


def value_of(settings: object, key: str) -> object:
    for part in key.split("."):
        settings = getattr(settings, part)
    return settings


def same(value: object, other: object) -> bool:
    """Compare; percent may differ in the last bit of a float."""
    return value == (pytest.approx(other, rel=1e-12) if isinstance(other, float) else other)


# ---- the commented file --------------------------------------------------------------------------


def test_the_commented_file_says_nothing_as_it_is() -> None:
    assert from_toml(commented_toml()) == Settings()


def test_without_its_comment_signs_it_gives_the_defaults() -> None:
    text = re.sub(r"^#(\w+ = )", r"\1", commented_toml(), flags=re.MULTILINE)
    assert flatten(tomllib.loads(text)).keys() == ENTRIES.keys()
    assert from_toml(text) == Settings()


# ---- values as config show writes them -----------------------------------------------------------

durations = st.integers(0, 50_000).map(lambda tenths: tenths / 10)
offsets = st.integers(-720, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
shares = st.integers(1, 999).map(lambda thousandths: thousandths / 1000)
texts = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters=";"),
    min_size=1,
).filter(lambda text: text.strip() == text)
named_polygons = texts.filter(lambda name: "=" not in name).map("{}=0,0 10%,0 9,9.5".format)

VALUES: dict[str, st.SearchStrategy[object]] = {
    "sources.start": durations,
    "sources.duration": durations.filter(bool),
    "sources.wall_start": st.datetimes(
        datetime(1901, 1, 1), datetime(2199, 12, 31), timezones=offsets
    ),
    "sources.fps": st.sampled_from([0.5, 1.0, 12.5, 25.0, 29.97, 240.0]),
    "background.model": st.sampled_from(list(MODELS)),
    "background.gaussian.k": st.sampled_from([0.5, 2.5, 20.0]),
    "analysis.flow_tracking.weight": shares,
    "background.mog2.shadows": st.booleans(),
    "analysis.regions": st.lists(named_polygons, max_size=3).map(tuple),
    "analysis.scale": st.one_of(st.just("auto"), st.integers(1, 16)),
    "analysis.min_blob": shares,
    "analysis.min_blob_pixels": st.integers(0, 100_000),
    "analysis.flow_tracking.still": st.sampled_from([0.001, 0.25, 1.0]),
    "decision.enter": shares,
    "decision.hold": durations,
    "sinks.out": texts,
    "sinks.snapshots": st.sampled_from(["best", "none", "every:2s"]),
    "sinks.jpeg_quality": st.integers(1, 100),
    # What ends like a file is refused without a slash.
    "sinks.pre_roll_size": st.integers(1, 10**14).map("{}B".format),
    "sinks.masks": st.one_of(texts.filter(lambda text: "." not in text), texts.map("{}/".format)),
}


@pytest.mark.parametrize("key", VALUES)
@given(data=st.data())
def test_values_survive_being_shown(key: str, data: st.DataObject) -> None:
    given_value = data.draw(VALUES[key])
    settings = resolve(Settings, [Layer("test", {key: given_value})]).settings
    again = from_toml(shown(key, value_of(settings, key)))
    assert same(value_of(again, key), value_of(settings, key))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("decision.enter", 0.0012345),
        ("decision.hold", 0.00001),
        ("decision.hold", 1.2345678),
        ("decision.hold", 3661.257),
        ("sources.fps", 23.976024),
        ("analysis.min_blob_pixels", 1_234_567),
        ("sinks.pre_roll_size", "1.5GB"),
        ("sinks.pre_roll_size", "2GiB"),
        ("sinks.out", "two\nlines"),
        ("sinks.out", "a\ttab"),
        ("sinks.masks", "x.A00/"),
        ("sinks.masks", "-/"),
        ("sinks.masks", "seen.mp4"),
    ],
    ids=str,
)
def test_no_digit_or_letter_is_lost_in_showing(key: str, value: object) -> None:
    settings = resolve(Settings, [Layer("test", {key: value})]).settings
    again = from_toml(shown(key, value_of(settings, key)))
    assert same(value_of(again, key), value_of(settings, key))


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.key)
def test_every_default_survives_being_shown(entry: Entry) -> None:
    again = from_toml(shown(entry.key, entry.default))
    assert value_of(again, entry.key) == value_of(Settings(), entry.key)


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.key)
def test_every_setting_says_what_it_does(entry: Entry) -> None:
    assert entry.help
    assert "\n" not in entry.help
    assert entry.flag is None or re.fullmatch(r"--[a-z-]+(/--[a-z-]+)?", entry.flag)
    assert entry.is_switch == ("/--" in (entry.flag or "")) or entry.flag is None


@pytest.mark.parametrize("make", [Settings, *(model.settings for model in MODELS.values())])
def test_settings_never_change(make: Callable[[], object]) -> None:
    settings = make()
    name = next(iter(type(settings).model_fields))  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="frozen"):
        setattr(settings, name, None)
