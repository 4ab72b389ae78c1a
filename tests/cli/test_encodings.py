"""Standard streams whose encoding lacks characters: they are written in ASCII, nothing fails."""

import json
import os
from pathlib import Path

import pytest
from films import LONG_S, Ran, start, write_stills

NAME = "äö日本😀.mp4"


def run_in(encoding, *words):
    environ = {**os.environ, "PYTHONIOENCODING": encoding}
    with start(*words, env=environ, encoding=encoding) as process:
        out, err = process.communicate(timeout=LONG_S)
    return Ran(process.returncode, out, err)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii"])
@pytest.mark.parametrize(
    "words",
    [
        ["list", "models"],
        ["list", "measures"],
        ["config", "show"],
        ["config", "init", "--out", "-"],
    ],
    ids=" ".join,
)
def test_what_the_program_says_of_itself(encoding, words):
    wide = run_in("utf-8", *words)
    ran = run_in(encoding, *words)
    assert (ran.code, ran.err) == (0, "")
    assert any(letter in wide.out for letter in "σ∞×")
    assert r"\u03c3" in ran.out or r"\u221e" in ran.out
    assert len(ran.out.splitlines()) == len(wide.out.splitlines())


def test_pictures_compared():
    write_stills(Path("yard"), [0.0, 1.5])
    ran = run_in("ascii", "compare", "yard/shot0.jpg", "yard/shot1.jpg", "--measure", "psnr")
    assert (ran.code, ran.err) == (0, "")
    assert r"\u221e" in ran.out


def test_names_of_films(door):
    os.link(door, NAME)
    ran = run_in("ascii", "scan", NAME, "--out", "kept")
    assert ran.code == 0, ran.err
    _, *rows = ran.out.splitlines()
    assert len(rows) == 2
    assert all(r"\xe4\xf6\u65e5\u672c\U0001f600.mp4" in row for row in rows)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_stays_json(door, encoding):
    os.link(door, NAME)
    assert run_in(encoding, "scan", NAME, "--out", "kept", "-q").code == 0
    ran = run_in(encoding, "events", "kept", "--json")
    assert [json.loads(line)["source"] for line in ran.out.splitlines()] == [NAME] * 2
    assert (NAME in ran.out) == (encoding == "utf-8")
