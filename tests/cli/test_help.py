"""What a person sees before the first scan: help, version, completion, typos."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from films import run_here

import motionlapse

COMMANDS = {
    "scan": """
        --clips --pre --post --join --report --layers --film-size
        --out --snapshots --draw --masks --metrics --start --end --duration --region --ignore
        --mask-image --background --flow --no-flow --scale --enter --exit --min-event --hold
        --merge --wall-start --fps --json --csv --config --set --quiet --verbose --log-file
    """,
    "compare": """
        BEFORE AFTER --measure --diff --fail-if --match --json --resize --blur --gray --color
        --normalize --align --region --ignore
    """,
    "watch": "SOURCE --every --for --until --dashboard --measure --threshold --resize --align",
    "sift": """
        STILLS --out --measure --threshold --link --copy --move --dry-run --json --resize --blur
        --gray --color --normalize --align --region --ignore
    """,
    "calibrate": "SOURCE --duration --out --measure --resize --blur --align --region --ignore",
    "list measures": "--json",
    "events": "--since --source --region --min-score --all-runs --plot --json --csv",
    "explain": "--at --out --json --region --background --start",
    "report": "--out --all-runs",
    "lapse": "--out --fps --stamp --fit --deflicker --crossfade --all-runs",
    "regions": "--out --open --no-open --start --duration",
    "config show": "--config --set --json",
    "config init": "--out",
    "config check": "FILE --config",
    "list models": "--json",
}
_WATCHING_IMPORTS = """
import sys
from motionlapse.cli.app import main
sys.argv = ["motionlapse", *sys.argv[1:]]
try:
    main()
finally:
    print("imported:", *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def modules_of(*words):
    done = subprocess.run(
        [sys.executable, "-c", _WATCHING_IMPORTS, *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    [line] = [line for line in done.stderr.splitlines() if line.startswith("imported:")]
    return set(line.split()[1:])


def test_top_level_help_names_every_command():
    ran = run_here("--help")
    assert (ran.code, ran.err) == (0, "")
    named = re.findall(r"^  (\w+)  +\S", ran.out.partition("Commands:")[2], re.MULTILINE)
    assert set(named) >= {"scan", "events", "config", "list"}
    assert "--version" in ran.out


def test_no_words_at_all_show_the_help():
    ran = run_here()
    assert "Commands:" in ran.out + ran.err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_names_what_it_takes(command):
    ran = run_here(*command.split(), "--help")
    assert (ran.code, ran.err) == (0, "")
    words = set(re.findall(r"--[\w-]+|\b[A-Z]+\b", ran.out))
    assert words >= set(COMMANDS[command].split())
    assert run_here(*command.split(), "-h").out == ran.out


@pytest.mark.parametrize("command", [*COMMANDS, "evaluate", "list cameras"])
def test_a_default_is_told_once(command):
    shown = run_here(*command.split(), "--help").out
    assert "Show this message" in shown
    assert "[default" not in shown  # it stands in the words, as that of a setting does


def test_explain_has_no_flags_of_a_watch():
    flags = set(re.findall(r"--[a-z-]+", run_here("explain", "--help").out))
    assert "--at" in flags
    assert not flags & {"--for", "--until", "--every", "--keep", "--webhook", "--pre-roll"}


@pytest.mark.parametrize("group", ["config", "list"])
def test_what_commands_of_a_group_do_is_told_to_its_end(group):
    lines = run_here(group, "--help").out.partition("Commands:")[2].strip().splitlines()
    assert len(lines) == 3
    assert all(line.endswith(".") and not line.endswith("...") for line in lines), lines


def test_regions_has_no_flags_of_a_watch_or_of_many_films():
    flags = set(re.findall(r"--[a-z-]+", run_here("regions", "--help").out))
    assert flags >= {"--region", "--start", "--fps", "--scale", "--fast"}
    idle = {"--for", "--until", "--workers", "--cluster", "--resume", "--prescan", "--wall-start"}
    assert not flags & idle


def test_top_level_help_imports_nothing_heavy():
    modules = modules_of("--help")
    assert "typer" in modules
    assert not modules & {"numpy", "cv2", "pydantic", "rich", "av", "numba", "PIL"}


@pytest.mark.parametrize("command", ["scan", "watch", "compare", "sift", "calibrate"])
def test_help_of_a_command_imports_no_picture_library(command):
    assert not modules_of(command, "--help") & {"numpy", "cv2", "rich", "av", "numba", "PIL"}


def test_version():
    ran = run_here("--version")
    assert (ran.code, ran.out, ran.err) == (0, f"motionlapse {motionlapse.__version__}\n", "")


@pytest.mark.parametrize(("typed", "meant"), [("scna", "scan"), ("event", "events")])
def test_mistyped_command_gets_the_nearest(typed, meant):
    ran = run_here(typed, "x.mp4")
    assert (ran.code, ran.out) == (2, "")
    assert f"no command '{typed}'" in ran.err
    assert f"did you mean '{meant}'?" in ran.err


def test_mistyped_flag_gets_the_nearest():
    ran = run_here("scan", "x.mp4", "--metrisc", "m.csv")
    assert (ran.code, ran.out) == (2, "")
    assert "--metrics" in ran.err


def test_scan_without_footage_is_a_mistake_of_use():
    ran = run_here("scan")
    assert (ran.code, ran.out) == (2, "")
    assert "FOOTAGE" in ran.err


@pytest.mark.parametrize("words", [(), ("bash",)], ids=["of this shell", "bash"])
def test_completion_for_bash_can_be_shown(words):
    program = Path(sys.executable).with_name("motionlapse")  # its own name is in the script
    command = ["/bin/bash", "-c", f"'{program}' --show-completion {' '.join(words)}; true"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "_MOTIONLAPSE_COMPLETE" in shown


def test_completion_completes_a_command():
    environ = {
        "_MOTIONLAPSE_COMPLETE": "complete_bash",
        "COMP_WORDS": "motionlapse sc",
        "COMP_CWORD": "1",
    }
    assert run_here(environ=environ).out.split() == ["scan"]


def test_completion_completes_a_flag():
    environ = {
        "_MOTIONLAPSE_COMPLETE": "complete_bash",
        "COMP_WORDS": "motionlapse scan --metr",
        "COMP_CWORD": "2",
    }
    assert run_here(environ=environ).out.split() == ["--metrics"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("scan --background g", ["gaussian", "gsoc"]),
        ("scan --snapshots ", ["best", "first", "last", "all", "none"]),
        ("scan --clips c", ["copy"]),
        ("scan --layers picture,s", ["picture,score", "picture,sigma"]),
        ("scan --layers picture,p", []),
        ("scan --scale ", ["auto"]),
        ("watch --measure phas", ["phase_shift", "phash"]),
        ("compare --measure ss", ["ssim"]),
        ("evaluate --models gaussian,m", ["gaussian,mog2"]),
        ("sift --align ", ["none", "shift", "ecc"]),
        ("scan --out ", []),  # the shell offers files
    ],
)
def test_completion_offers_names_for_values(words, offered):
    environ = {
        "_MOTIONLAPSE_COMPLETE": "complete_bash",
        "COMP_WORDS": f"motionlapse {words}",
        "COMP_CWORD": "3",
    }
    assert run_here(environ=environ).out.split() == offered


def test_models_are_listed():
    ran = run_here("list", "models", "--json")
    assert ran.code == 0
    assert {record["model"] for record in ran.records} >= {"gaussian", "mog2"}
    assert all(list(record) == ["model", "summary"] and record["summary"] for record in ran.records)
    plain = run_here("list", "models").out
    assert all(record["model"] in plain for record in ran.records)
