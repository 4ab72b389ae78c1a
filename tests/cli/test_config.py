"""Where settings come from: precedence, origins, the commented file, typos."""

import re
import shlex
import tomllib

import pytest
from films import run_apart, run_here

from motionlapse import Settings
from motionlapse.settings import entries

KEY = "decision.enter"
ENVIRONMENT = "MOTIONLAPSE__DECISION__ENTER"


def shown(*words, environ=None):
    ran = run_here("config", "show", "--json", *words, environ=environ)
    assert (ran.code, ran.err) == (0, "")
    assert all(list(record) == ["key", "value", "origin"] for record in ran.records)
    return {record["key"]: (record["value"], record["origin"]) for record in ran.records}


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'[decision]\nenter = "{value}"\n')
    return path


def test_every_setting_is_shown_with_its_default():
    defaults = shown()
    assert list(defaults) == [entry.key for entry in entries(Settings)]
    assert {origin for _, origin in defaults.values()} == {"default"}
    assert defaults["decision.hold"][0] == 2.0


def test_each_place_wins_over_the_ones_before(tmp_path):
    users = write(tmp_path / "xdg" / "motionlapse" / "config.toml", "1%")
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    assert shown(environ=environ)[KEY] == (0.01, str(users))
    write(tmp_path / "motionlapse.toml", "2%")
    assert shown(environ=environ)[KEY] == (0.02, "./motionlapse.toml")
    chosen = write(tmp_path / "chosen.toml", "3%")
    assert shown("--config", chosen, environ=environ)[KEY] == (0.03, str(chosen))
    environ[ENVIRONMENT] = "4%"
    assert shown("--config", chosen, environ=environ)[KEY] == (0.04, ENVIRONMENT)
    last = shown("--config", chosen, "--set", f"{KEY}=5%", environ=environ)[KEY]
    assert last == (0.05, f"--set {KEY}")


def test_a_chosen_file_stands_for_the_local_one(tmp_path):
    (tmp_path / "motionlapse.toml").write_text('[decision]\nhold = "9s"\n')
    chosen = write(tmp_path / "chosen.toml", "3%")
    assert shown("--config", chosen)["decision.hold"] == (2.0, "default")


def test_flags_win_over_everything(door, tmp_path):
    write(tmp_path / "motionlapse.toml", "90%")
    environ = {ENVIRONMENT: "80%"}
    words = ("scan", door, "--json", "--set", f"{KEY}=70%")
    assert run_here(*words, environ=environ).records == []
    ran = run_here(*words, "--enter", "0.5%", "--verbose", environ=environ)
    assert len(ran.records) == 2
    assert "decision.enter = 0.005 (--enter)" in ran.err


def test_a_file_that_nobody_named_is_named(tmp_path):
    write(tmp_path / "motionlapse.toml", "2%")
    words = ("scan", "gone.mp4", "--json")
    told = "settings from ./motionlapse.toml\n"
    fault = "error: gone.mp4: no such file or folder\n"
    ran = run_here(*words)
    assert (ran.out, ran.err) == ("", told + fault)
    assert run_here(*words, "--quiet").err == fault
    assert run_here(*words, "--config", "motionlapse.toml").err == fault


def test_table_for_people_says_what_each_does(tmp_path):
    write(tmp_path / "motionlapse.toml", "2%")
    [line] = [line for line in run_here("config", "show").out.splitlines() if KEY in line.split()]
    assert "2%" in line
    assert "./motionlapse.toml" in line
    assert "to open an event" in line


def test_commented_file_is_valid_and_changes_nothing(tmp_path):
    assert run_here("config", "init").code == 0
    text = (tmp_path / "motionlapse.toml").read_text()
    tomllib.loads(text)
    assert {value for value, _ in [(v, o) for v, o in shown().values() if o != "default"]} == set()
    bare = "\n".join(line.removeprefix("#") for line in text.splitlines() if line[:2] != "# ")
    uncommented = tmp_path / "all.toml"
    uncommented.write_text(bare)
    given = shown("--config", uncommented)
    assert {key: value for key, (value, _) in given.items()} == {
        key: value for key, (value, _) in shown().items()
    }
    assert {origin for _, origin in given.values()} == {str(uncommented)}


def test_commented_file_never_overwrites(tmp_path):
    (tmp_path / "motionlapse.toml").write_text("mine")
    ran = run_here("config", "init")
    assert (ran.code, ran.out) == (2, "")
    assert "motionlapse.toml: already exists" in ran.err
    assert (tmp_path / "motionlapse.toml").read_text() == "mine"


def test_commented_file_on_standard_output(tmp_path):
    ran = run_here("config", "init", "--out", "-")
    assert ran.code == 0
    assert "[decision]" in ran.out
    assert list(tmp_path.iterdir()) == []


def test_check_of_a_good_file(tmp_path):
    write(tmp_path / "mine.toml", "2%")
    ran = run_here("config", "check", "mine.toml")
    assert (ran.code, ran.out, ran.err) == (0, "mine.toml: all right\n", "")


def test_check_tells_every_mistake(tmp_path):
    (tmp_path / "mine.toml").write_text(
        '[decision]\nhodl = 1\nmerge = "soon"\n[sinks]\njpeg_quality = 101\nmetrics = "m.txt"\n'
    )
    ran = run_here("config", "check", "--config", "mine.toml")
    assert (ran.code, ran.out) == (2, "")
    lines = ran.err.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("error: mine.toml: ") for line in lines)
    for line, key in zip(lines, ["hodl", "merge", "jpeg_quality", "metrics"], strict=True):
        assert key in line
    assert run_here("config", "check", "mine.toml", "--config", "mine.toml").code == 2


def test_a_broken_file_points_to_the_check_that_tells_every_mistake(door, tmp_path):
    text = '[decision]\nhodl = 1\nmerge = "soon"\n'
    (tmp_path / "motionlapse.toml").write_text(text)
    (tmp_path / "my own.toml").write_text(text)
    for words in (["scan", door], ["config", "show"]):
        for given, check in (([], []), (["--config", "my own.toml"], ["my own.toml"])):
            ran = run_here(*words, *given)
            assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
            pointed = shlex.split(re.search(r"\(to see every mistake: (.*)\)$", ran.err.strip())[1])
            assert pointed == ["motionlapse", "config", "check", *check]
            assert len(run_here(*pointed[1:]).err.splitlines()) == 2
    (tmp_path / "motionlapse.toml").unlink()
    assert "config check" not in run_here("scan", door, "--hold", "soon").err


def test_errors_look_alike_and_are_logged(tmp_path):
    (tmp_path / "empty").mkdir()
    for words in (
        ["scan", "gone.mp4"], ["events", "gone"], ["report", "gone"], ["lapse", "empty"],
        ["explain", "gone.mp4", "--at", "1"], ["compare", "gone.png", "gone.png"],
        ["sift", "gone", "--out", "kept"], ["calibrate", "gone.mp4"], ["watch", "gone.mp4"],
        ["config", "check", "gone.toml"], ["evaluate", "gone"],
    ):  # fmt: skip
        ran = run_here(*words)
        assert ran.code in (2, 3)
        assert [line[:7] for line in ran.err.splitlines()] == ["error: "], words
    run_apart("lapse", "empty", "--log-file", "log")
    assert "ERROR empty: neither an archive nor" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--metrics", "m.txt"],
            "--metrics: 'm.txt' is not a name for metrics; it must end in .csv or",
        ),
        (["--metrics", "-"], "--metrics: '-' is not a name for metrics"),
        (
            ["--masks", "x.avi"],
            "--masks: 'x.avi' is not a name for masks; a film must end in .mp4 or",
        ),
        (["--masks", "-"], "--masks: '-' is not a name for masks"),
    ],
)
def test_names_that_say_nothing_useful_are_refused(door, words, said):
    ran = run_here("scan", door, *words)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert said in ran.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[decison]\nhold = 1\n", "did you mean 'decision.hold'?"),
        ("[decision]\nhold = true\n", "decision.hold"),
        ("[decision\n", "not valid TOML"),
        ("# \udcff\n", "cannot be read: it is not UTF-8 text"),
        ("hold = 1\n", "unknown key 'hold'"),
    ],
)
def test_check_names_the_place_of_a_mistake(tmp_path, text, said):
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8", errors="surrogateescape")
    ran = run_here("config", "check", "mine.toml")
    assert (ran.code, ran.out) == (2, "")
    [line] = ran.err.splitlines()
    assert "mine.toml" in line
    assert said in line


@pytest.mark.parametrize("key", ["regions", "ignore"])
def test_check_tells_of_a_polygon_that_is_one_in_no_picture(tmp_path, key):
    (tmp_path / "motionlapse.toml").write_text(f'[analysis]\n{key} = ["0,0 9,0 9,9", "door"]\n')
    ran = run_here("config", "check")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: ./motionlapse.toml: analysis.{key}: region 'door': write")
    assert len(ran.err.splitlines()) == 1


def measuring(measure, threshold):
    return f'[measures]\nmeasure = "{measure}"\nthreshold = {threshold}\n'


def test_a_files_threshold_is_for_the_measure_beside_it(tmp_path):
    (tmp_path / "motionlapse.toml").write_text(measuring("ssim", 0.95))
    assert shown()["measures.threshold"] == (0.95, "./motionlapse.toml")
    ran = run_here("config", "show", "--json", "--set", "measures.measure=ncc")
    found = {record["key"]: record for record in ran.records}["measures.threshold"]
    assert (found["value"], found["origin"]) == ("auto", "default")
    assert ran.err == "./motionlapse.toml: its threshold is for ssim, not for ncc\n"


def test_a_threshold_without_a_measure_beside_it_is_for_any(tmp_path):
    (tmp_path / "motionlapse.toml").write_text("[measures]\nthreshold = 0.95\n")
    found = shown("--set", "measures.measure=ncc")
    assert found["measures.threshold"] == (0.95, "./motionlapse.toml")


def test_a_threshold_that_is_typed_is_for_the_measure_that_is_typed(tmp_path):
    (tmp_path / "motionlapse.toml").write_text(measuring("ssim", 0.95))
    found = shown("--set", "measures.measure=ncc", "--set", "measures.threshold=0.7")
    assert found["measures.threshold"] == (0.7, "--set measures.threshold")
