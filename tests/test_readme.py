import inspect
import re
import subprocess
import sys
from pathlib import Path

from motionlapse.background import MODELS
from motionlapse.types import BackgroundModel

PROJECT = Path(__file__).parent.parent


def test_settings_help_and_output_in_the_readme_are_those_of_the_program() -> None:
    command = [sys.executable, "scripts/readme_parts.py", "--check"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run scripts/make_readme; {done.stderr}"


def test_the_model_that_is_called_the_fastest_is_by_the_table_of_the_readme() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    _, _, rest = readme.partition("| models on luma of 1920×1080, one thread | ms |")
    rows = re.findall(r"^\| (\w+).* \| ([\d.]+) \| [\d.]+ \|$", rest.split("\n\n")[0], re.MULTILINE)
    ms = {name.lower(): float(value) for name, value in rows if name.lower() in MODELS}
    called = {name: entry.summary for name, entry in MODELS.items() if "fastest" in entry.summary}
    of_opencv = {name: ms[name] for name in ms if MODELS[name].summary.startswith("OpenCV's")}
    assert len(of_opencv) >= 3
    for name, summary in called.items():
        rivals = of_opencv if "OpenCV's fastest" in summary else ms
        assert ms[name] == min(rivals.values()), summary


def test_links_within_the_readme_lead_to_its_headings_and_the_contents_to_all_parts() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```", "", readme, flags=re.DOTALL)
    headings = re.findall(r"^(##+) (.+)$", prose, re.MULTILINE)
    names = [re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-") for _, name in headings]
    contents, _, rest = prose.partition("**Contents**")[2].partition("\n## ")
    linked = re.findall(r"\]\(#([\w-]+)\)", contents)
    assert linked == names
    assert set(re.findall(r"\]\(#([\w-]+)\)", rest)) <= set(names)


def test_what_was_measured_stands_in_the_last_part_of_the_readme() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    instructions, _, measured = readme.partition("\n## Measured\n")
    assert "\n## " not in measured
    tables = re.findall(r"^\|[-:|]+\|\n(?:\|.*\n)+", instructions, re.MULTILINE)
    assert len(tables) == 3  # exit codes, keys, settings
    assert "<!-- bench -->" in measured


def test_who_adds_a_model_is_told_every_argument_of_its_methods() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Adding a background model")[2].partition("\n## ")[0]
    for method in (BackgroundModel.prime, BackgroundModel.apply):
        words = [name for name in inspect.signature(method).parameters if name != "self"]
        called = f"`{method.__name__}({words[0]}, *, {', '.join(words[1:])})`"
        assert called in " ".join(section.split())
