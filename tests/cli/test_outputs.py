"""Nothing is written over the footage that is scanned, nor two things into one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from films import run_here

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@pytest.mark.parametrize(
    "flags", [("--masks",), ("--clips", "copy", "--join"), ("--csv",)], ids=lambda flags: flags[-1]
)
def test_a_film_is_not_replaced_by_what_is_made_of_it(door: str, flags: tuple[str, ...]) -> None:
    before = Path(door).read_bytes()
    ran = run_here("scan", door, *flags, door)
    assert ran.code == 2
    assert f"{flags[-1]} {door}: that is footage" in ran.err
    assert Path(door).read_bytes() == before
    assert not Path("captures").exists()


def test_masks_are_not_put_among_stills() -> None:
    shutil.copytree(FIXTURES / "stills", "yard")
    ran = run_here("scan", "yard", "--masks", "yard")
    assert ran.code == 2
    assert "that is footage" in ran.err


def test_events_come_to_standard_output_in_one_form(door: str) -> None:
    for command in ("scan", "events"):
        ran = run_here(command, door, "--json", "--csv", "-")
        assert ran.code == 2
        assert "both write to standard output" in ran.err
