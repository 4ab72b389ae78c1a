"""SIGHUP, and what a watch then says."""

import signal

import pytest
from films import LONG_S, start


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        (
            '[decision.lapse]\nevery = "1s"\n[sinks]\nclips = "encode"\n',
            [],
            "--every keeps only pictures; leave out --clips",
        ),
        ("", ["--measure", "ssim"], "--measure applies only to time-lapse; add --every TIME"),
    ],
)
def test_new_settings_that_exclude_each_other_are_refused(tmp_path, text, words, said):
    config = tmp_path / "door.toml"
    config.write_text('[decision.lapse]\nevery = "1h"\n')
    command = ("watch", "demo:", "--config", config, "--no-dashboard", *words)
    with start(*command, cwd=tmp_path) as process:
        assert "live" in process.stderr.readline()
        config.write_text(text)
        process.send_signal(signal.SIGHUP)
        line = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LONG_S)
    assert line == f"warning: the new settings cannot be used, so the old ones stay: {said}\n"
    assert process.returncode == 130
    assert [line for line in err.splitlines() if "settings" in line] == []
