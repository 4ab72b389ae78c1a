"""Words that cannot be meant: one line on stderr, exit code 2, nothing on stdout."""

from __future__ import annotations

from pathlib import Path

import pytest
from films import run_apart, run_here


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["scan"], "missing argument 'FOOTAGE'; see 'motionlapse scan -h'"),
        (["scan", "--maskes", "a"], "no option '--maskes'; did you mean '--masks'?"),
        (["scan", "--zz", "a.mp4"], "no option '--zz'; see 'motionlapse scan -h'"),
        (["scan", "a.mp4", "--workers"], "option '--workers' requires an argument"),
        (["scan", "a.mp4", "--json=3"], "option '--json' does not take a value"),
        (["scna"], "no command 'scna'; did you mean 'scan'?"),
        (["--zz"], "no option '--zz'; see 'motionlapse -h'"),
        (["list", "modls"], "no such command 'modls'. Did you mean 'models'?"),
        (
            ["scan", "a.mp4", "--background", "MOG2"],
            (
                "--background: 'MOG2' is not a background model; choose one of gaussian, mog2, "
                "knn, cnt, gsoc, lsbp; did you mean 'mog2'?"
            ),
        ),
        (
            ["scan", "a.mp4", "--set", "hold=3s"],
            "--set hold: unknown key 'hold'; did you mean 'decision.hold'?",
        ),
        (
            ["scan", "a.mp4", "--join", "all.avi", "--clips", "copy", "--out", "kept"],
            "--join: 'all.avi' is not the name of a film; it must end in .mp4 or .mkv",
        ),
        (
            ["scan", "a.mp4", "--join", "all.mp4", "--out", "kept"],
            "--join: 'all.mp4': a joined film is made of clips; choose --clips copy or encode",
        ),
        (["scan", "a.mp4", "-q", "-v"], "--quiet and --verbose cannot be used together"),
        (["watch", "demo:", "-qv", "--for", "1s"], "--quiet and --verbose cannot be used together"),
        (
            ["sift", "a", "--out", "b", "--measure", "ssim", "--threshold", "95"],
            "--threshold: 95 is not a value of ssim, which goes from 1 (identical pictures) to -1",
        ),
        (
            ["sift", "a", "--out", "b", "--threshold", "200%"],
            (
                "--threshold: 2 is not a value of background, which goes from 0 (identical "
                "pictures) to 1"
            ),
        ),
        (
            ["watch", "--every", "1s", "--measure", "psnr", "--threshold", "-3"],
            "--threshold: -3 is not a value of psnr, which goes from ∞ (identical pictures) to 0",
        ),
        (["config", "check", "--zz"], "no option '--zz'; see 'motionlapse config check -h'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_line(words: list[str], line: str) -> None:
    ran = run_here(*words)
    assert (ran.code, ran.out, ran.err) == (2, "", f"error: {line}\n")


@pytest.mark.parametrize("name", ["-door.mp4", "--door.mp4"])
def test_a_name_that_looks_like_an_option_gets_the_way_to_write_it(tmp_path, name: str) -> None:
    line = f"error: no option '{name[: name.rindex('-') + 1]}"
    assert run_here("scan", name).err.startswith(line)
    assert "./" not in run_here("scan", name).err
    (tmp_path / name).touch()
    ran = run_here("scan", name)
    assert ran.code == 2
    assert ran.err.startswith(line)
    assert ran.err.endswith(f"; to name a file, write ./{name}\n")
    assert run_here("scan", f"./{name}").err == f"error: {name}: the file is empty\n"


def test_a_value_of_a_wrong_kind_is_one_line() -> None:
    ran = run_here("evaluate", "a", "--worst", "many")
    assert (ran.code, ran.out) == (2, "")
    [line] = ran.err.splitlines()
    assert line.startswith("error: invalid value for '--worst': ")


@pytest.mark.parametrize("words", [[], ["list"], ["config"]], ids=" ".join)
def test_a_group_of_commands_alone_shows_its_help(words: list[str]) -> None:
    ran = run_here(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Usage: motionlapse")
    assert "Commands:" in ran.err


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--csv", ""], "invalid value for '--csv': name a file; see 'motionlapse scan -h'"),
        (["--log-file", ""], "invalid value for '--log-file': name a file"),
        (["--out", ""], "--out: '' is not a path; write the name of a file or folder"),
        (["--layers", ""], "--layers: no layer ''; choose from picture, mask"),
        (["--layers", "None"], "--layers: no layer 'None'; choose from picture, mask"),
        (["--set", "decision.hold="], "--set decision.hold: '' is not a duration; write 90, 90s"),
        (["--set", "sinks=1"], "--set sinks: 'sinks' is a section; name one of its keys"),
        (["--set", "sinks.jpeg_quality=x"], "--set sinks.jpeg_quality: 'x' is not a whole number"),
        (["--masks", "m.xyz"], "--masks: 'm.xyz' is not a name for masks; a film must end in .mp4"),
        (["--metrics", "m.csv/"], "--metrics: 'm.csv/' is a folder; name a file"),
        (["--clips", "copy", "--join", "a.mp4/"], "--join: 'a.mp4/' is a folder; name a file"),
        (["--masks", ".mp4"], "--masks: '.mp4' is not a name for masks; a film must end in .mp4"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_value_that_is_none_is_told_in_plain_words(words: list[str], line: str) -> None:
    ran = run_here("scan", "a.mp4", *words)
    assert (ran.code, ran.out) == (2, "")
    [said] = ran.err.splitlines()
    assert said.startswith(f"error: {line}")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["scan", ""], "FOOTAGE"),
        (["scan", "a.mp4", "", "b.mp4"], "FOOTAGE"),
        (["explain", "", "--at", "1s"], "FOOTAGE"),
        (["lapse", ""], "ARCHIVE|STILLS"),
        (["calibrate", ""], "SOURCE"),
        (["regions", "", "--no-open"], "SOURCE"),
        (["sift", "", "--out", "kept"], "STILLS"),
        (["sift", "a", "--out", ""], "--out"),
        (["evaluate", ""], "DATASET"),
        (["compare", "", "a.png"], "BEFORE"),
        (["compare", "a.png", ""], "AFTER"),
        (["events", ""], "ARCHIVE"),
        (["report", ""], "ARCHIVE"),
        (["config", "check", ""], "[FILE]"),
        (["config", "show", "--config", ""], "--config"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_empty_word_is_not_the_current_folder(words: list[str], what: str) -> None:
    """As a shell gives it for a variable that is not set."""
    Path("clip.mp4").touch()
    ran = run_here(*words)
    assert (ran.code, ran.out) == (2, "")
    [line] = ran.err.splitlines()
    said = (
        f"error: invalid value for '{what}': '' is not a path; write the name of a file or folder"
    )
    assert line.startswith(said)


def test_the_current_folder_by_its_own_name() -> None:
    assert run_here("events", ".").err == "error: .: not an archive; it has no archive.sqlite\n"


def test_a_number_that_is_none() -> None:
    ran = run_here("events", "kept", "--min-score", "abc")
    assert ran.code == 2
    assert ran.err == (
        "error: invalid value for '--min-score': it is not a valid number; see 'motionlapse "
        "events -h'\n"
    )
    ran = run_here("events", "kept", "--min-score", "nan")
    assert ran.code == 2
    assert ran.err == "error: --min-score: 'nan' is not a number\n"


@pytest.mark.parametrize("name", ["masks", "masks.2", "night.v3", "seen.xyz/", "there.old"])
def test_folders_of_masks(name: str) -> None:
    Path("there.old").mkdir()
    ran = run_here("scan", "gone.mp4", "--masks", name)
    assert (ran.code, ran.err) == (3, "error: gone.mp4: no such file or folder\n")


def test_what_a_name_holds_stays_in_one_line() -> None:
    name = "a\nb\x1b[31m.mp4"
    Path(name).touch()
    logged = run_apart("scan", name, "--log-file", "log")
    for ran in (logged, run_here("events", name), run_here(name)):
        [line] = ran.err.splitlines()
        assert "a?b?[31m.mp4" in line
    assert len(Path("log").read_text().splitlines()) == 1
