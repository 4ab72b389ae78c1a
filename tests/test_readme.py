import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent


def test_settings_help_and_output_in_the_readme_are_those_of_the_program() -> None:
    command = [sys.executable, "scripts/readme_parts.py", "--check"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run scripts/make_readme; {done.stderr}"
