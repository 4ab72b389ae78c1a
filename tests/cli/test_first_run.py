"""The first run on a machine can be interrupted while it compiles."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@pytest.mark.parametrize(
    "words", [("scan", str(FIXTURES / "walker.mp4")), ("watch", "demo:", "--no-dashboard")]
)
def test_an_interrupt_ends_it_at_once(tmp_path: Path, words: tuple[str, ...]) -> None:
    environ = {**os.environ, "MOTIONLAPSE_CACHE": str(tmp_path / "store")}
    with subprocess.Popen(
        [sys.executable, "-m", "motionlapse", *words],
        env=environ, cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        assert "compiling for this machine" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == "motionlapse: interrupted\n"
        assert process.wait() == 130
    assert not (tmp_path / "captures").exists()
