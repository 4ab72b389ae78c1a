from __future__ import annotations

import subprocess
import sys

import pytest

import motionlapse

PUBLIC_NAMES = [
    "MEASURES",
    "MODELS",
    "MOG2",
    "Analysis",
    "Analyzer",
    "ArchiveReader",
    "BackgroundModel",
    "Batch",
    "BatchResult",
    "Blob",
    "ChangeScore",
    "ConfigError",
    "Decider",
    "Decision",
    "Event",
    "EventFilter",
    "Footage",
    "Foreground",
    "Frame",
    "Gaussian",
    "KeptEvent",
    "LastKept",
    "LibraryError",
    "MotionlapseError",
    "Plane",
    "Planes",
    "Preparation",
    "Recording",
    "RunResult",
    "Settings",
    "Sink",
    "SinkError",
    "Source",
    "SourceError",
    "SourceInfo",
    "State",
    "Stills",
    "__version__",
    "compare",
    "find_footage",
    "run",
]
HEAVY = {"numpy", "cv2", "numba", "av", "pydantic", "PIL", "typer", "rich"}


def modules_after(statement: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after a statement."""
    code = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300
    )
    return set(done.stdout.split())


def test_all_is_what_was_promised() -> None:
    assert motionlapse.__all__ == PUBLIC_NAMES


def test_all_is_the_places_and_the_version() -> None:
    assert set(motionlapse.__all__) == {*motionlapse._PLACES, "__version__"}
    assert dir(motionlapse) == sorted(motionlapse.__all__)


@pytest.mark.parametrize("name", PUBLIC_NAMES)
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(motionlapse, name) is not None


@pytest.mark.parametrize("name", sorted(motionlapse._PLACES))
def test_public_names_are_the_things_themselves(name: str) -> None:
    assert getattr(getattr(motionlapse, name), "__name__", name).split(".")[-1] == name


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Recorder'"):
        _ = motionlapse.Recorder  # type: ignore[attr-defined]


def test_importing_the_package_imports_nothing_heavy() -> None:
    assert modules_after("import motionlapse") & HEAVY == set()


def test_settings_import_nothing_heavier_than_pydantic() -> None:
    loaded = modules_after("from motionlapse import Settings; Settings()")
    assert loaded & (HEAVY - {"pydantic"}) == set()
