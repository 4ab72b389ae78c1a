"""What a watch says of its source."""

import contextlib
import sqlite3

from films import run_here

from motionlapse.cli.watch_output import WatchOutput
from motionlapse.clock import SystemClock
from motionlapse.sources.live_status import LiveState, LiveStatus


def test_attempts_that_fail_for_the_same_reason_are_one_warning():
    output = WatchOutput("door", SystemClock(), json=False, quiet=True, lines=False)

    def lose(*reasons):
        output.status(LiveStatus(LiveState.LIVE, 0.0))
        for reason in reasons:
            output.status(LiveStatus(LiveState.LOST, 0.0, reason=reason, retry_s=1.0))
            output.status(LiveStatus(LiveState.CONNECTING, 0.0))

    def told():
        return [note.text.removeprefix("door: lost: ") for note in output.chronicle.notes]

    lose("the stream has ended", *["connection refused"] * 5, "timed out", "connection refused")
    once = ["the stream has ended", "connection refused", "timed out"]
    assert told() == [f"{reason}; trying again in 1.0 s" for reason in once]
    lose("timed out", "timed out")
    assert told()[3:] == ["timed out; trying again in 1.0 s"]


def test_the_password_in_a_command_is_in_no_log_and_not_in_the_archive(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["--on-event-start", "curl http://bob:geheim@host/", "--for", "2s", "--verbose"]
    ran = run_here("watch", "demo:", *words, "--log-file", "log.txt", "--no-dashboard")
    with contextlib.closing(sqlite3.connect("captures/archive.sqlite")) as db:
        [(kept,)] = db.execute("SELECT settings FROM runs")
    for text in (ran.err, (tmp_path / "log.txt").read_text(), kept):
        assert "http://bob:***@host/" in text
        assert "geheim" not in text
