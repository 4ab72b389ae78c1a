"""The rules of the house, read from the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "motionlapse"
MOST_LINES = 300

WORDS, PARTS, PIPELINE, USES, HANDS = range(5)
LAYERS = {
    **dict.fromkeys(
        (
            "frames",
            "opening",
            "inside",
            "types",
            "errors",
            "files",
            "made",
            "locks",
            "settings",
            "settings_layers",
            "settings_typed",
            "settings_words",
            "clock",
            "closing",
            "units",
            "credentials",
            "processor",
            "allocator",
            "native",
            "shrink_kernel",
            "_version",
        ),
        WORDS,
    ),
    **dict.fromkeys(
        ("sources", "background", "analysis", "decision", "pacing", "sinks", "measures"), PARTS
    ),
    **dict.fromkeys(("pipeline", "pipeline_settings", "batch_settings"), PIPELINE),
    **dict.fromkeys(
        (
            "batch",
            "prescan",
            "comparison",
            "sifting",
            "calibration",
            "evaluation",
            "report",
            "dashboard",
            "watch",
        ),
        USES,
    ),
    "evaluation": USES,
    "cli": HANDS,
    "__main__": HANDS,
}
# Library → the rooms that may import it.
ONLY_IN = {
    "typer": {"cli"},
    "click": {"cli"},
    "rich": {"cli", "dashboard"},
    "av": {"sources", "sinks"},
    "fsspec": {"sources"},
    "numba": {"native"},
    "llvmlite": {"native"},
    "distributed": {"batch"},
}
WRITES_FILMS = "motionlapse.sinks.video"  # of the sinks, these files alone know av
NO_CV2 = {
    "decision",
    "clock",
    "settings",
    "settings_layers",
    "settings_typed",
    "settings_words",
    "pipeline_settings",
    "cli",
}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def room(module: str) -> str:
    """Return ``sources`` for ``motionlapse.sources.stills``; ``""`` for the package itself."""
    return module.split(".")[1] if "." in module else ""


def statements(tree: ast.AST, *, inside_functions: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not inside_functions:
            continue
        yield node
        yield from statements(node, inside_functions=inside_functions)


def imports(module: str, *, inside_functions: bool = True) -> set[str]:
    """Return the full names of the modules that a file imports; of names, their module."""
    found: set[str] = set()
    tree = ast.parse(FILES[module].read_text(encoding="utf-8"))
    for node in statements(tree, inside_functions=inside_functions):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            source = node.module or ""
            names = {f"{source}.{alias.name}" for alias in node.names}
            modules = names & FILES.keys()
            found |= modules
            if len(modules) < len(names):
                found.add(source)
    return found


def own(names: set[str]) -> set[str]:
    return {name for name in names if name.split(".")[0] == "motionlapse"}


def test_the_rules_look_at_the_whole_package() -> None:
    assert len(FILES) > 40
    assert {room(module) for module in FILES} - {""} <= LAYERS.keys()


@pytest.mark.parametrize("module", [name for name in FILES if room(name)])
def test_imports_go_down_the_layers_and_never_across(module: str) -> None:
    here = room(module)
    wrong = {
        other
        for other in own(imports(module))
        if room(other) != here
        and (
            room(other) not in LAYERS
            or LAYERS[room(other)] > LAYERS[here]
            or (LAYERS[room(other)] == LAYERS[here] == PARTS)
        )
    }
    assert wrong == set()


@pytest.mark.parametrize("library", ONLY_IN)
def test_libraries_stay_in_their_rooms(library: str) -> None:
    users = {
        module
        for module in FILES
        if any(name.split(".")[0] == library for name in imports(module))
        and room(module) not in ONLY_IN[library]
    }
    assert users == set()


def test_one_writer_of_films_is_all_that_knows_av_among_the_sinks() -> None:
    users = {
        module
        for module in FILES
        if room(module) == "sinks"
        and any(name.split(".")[0] == "av" for name in imports(module))
        and not module.startswith(WRITES_FILMS)
    }
    assert users == set()


def test_numbers_and_words_do_without_opencv() -> None:
    users = {
        module
        for module in FILES
        if (room(module) in NO_CV2 or module.endswith("settings"))
        and any(name.split(".")[0] == "cv2" for name in imports(module))
    }
    assert users == set()


def test_no_modules_import_one_another_in_a_circle() -> None:
    graph = {module: own(imports(module, inside_functions=False)) for module in FILES}
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError with the circle
    assert set(order) == set(FILES)


def written_files() -> list[Path]:
    scripts = [
        path
        for path in (ROOT / "scripts").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    tests = sorted((ROOT / "tests").rglob("*.py"))
    return sorted(FILES.values()) + sorted(scripts) + tests


@pytest.mark.parametrize("path", written_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
