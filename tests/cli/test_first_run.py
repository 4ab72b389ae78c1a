"""What is compiled is compiled before all else, and that can be interrupted."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import motionlapse.background.gaussian  # noqa: F401  # compiles what is not kept yet
from motionlapse.native import store

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "words", [("scan", str(FIXTURES / "walker.mp4")), ("watch", "demo:", "--no-dashboard")]
)
def test_an_interrupt_ends_it_at_once(
    tmp_path: Path, words: tuple[str, ...], number: signal.Signals
) -> None:
    environ = {**os.environ, "MOTIONLAPSE_CACHE": str(tmp_path / "store")}
    with subprocess.Popen(
        [sys.executable, "-m", "motionlapse", *words],
        env=environ, cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        assert "compiling for this machine" in process.stderr.readline()
        process.send_signal(number)
        assert process.stderr.read() == "motionlapse: interrupted\n"
        assert process.wait() == 128 + number
    assert not (tmp_path / "captures").exists()


def test_what_an_upgrade_has_to_compile_is_compiled_before_the_camera_is_called(
    tmp_path: Path,
) -> None:
    kept = tmp_path / "store"
    kept.mkdir()
    for folder in store._folders():
        for path in folder.glob("*.o"):
            if not path.name.startswith("judge_and_learn-"):
                shutil.copy(path, kept)
    with subprocess.Popen(
        [sys.executable, "-m", "motionlapse", "watch", "demo:", "--no-dashboard", "--verbose",
         "--out", "archive"],
        env={**os.environ, "MOTIONLAPSE_CACHE": str(kept)},
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        said = process.stderr.readline()
        while said and "compiling" not in said and "demo" not in said:
            said = process.stderr.readline()
        process.kill()
    assert said.startswith("compiling for this machine")
