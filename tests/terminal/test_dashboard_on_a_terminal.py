"""The dashboard in a real pseudo-terminal."""

import contextlib
import os
import select
import signal
import sqlite3
import termios
import time
from pathlib import Path

import pytest
from films import LONG_S, run_apart


def assert_left_clean(terminal):
    code, same = terminal.leave()
    assert same, "the terminal is as it was"
    assert terminal.shown.rfind("\x1b[?1049l") > terminal.shown.rfind("\x1b[?1049h")
    assert terminal.shown.rfind("\x1b[?25h") > terminal.shown.rfind("\x1b[?25l")
    return code


def test_keys_sizes_and_an_event_in_a_real_terminal(terminal, tmp_path):
    shown = terminal("demo:", columns=60, rows=15)
    shown.wait_for("╭─ score")
    shown.press("s")
    shown.wait_for("taking a snapshot of the next frame")
    shown.resize(130, 40)
    shown.wait_for("╭─ warnings")
    shown.press("+")
    shown.wait_for("threshold × 1.25")
    shown.press("?")
    shown.wait_for("learn the background anew")
    shown.press("x")
    shown.wait_for("ACTIVE")  # the walker
    shown.press(" ")
    shown.wait_for("PAUSED")
    shown.press("q")
    assert assert_left_clean(shown) == 0
    assert "1 event" in shown.shown
    names = sorted(path.name.split("_")[0] for path in tmp_path.rglob("*.jpg"))
    assert names == ["event-0001", "snapshot"]


def test_the_terminal_is_left_clean_while_stopped_and_after_sigterm(terminal):
    shown = terminal("demo:", shell=True)
    shown.wait_for("╭─ score")
    shown.send(signal.SIGTSTP)
    shown.wait_until_stopped()
    assert termios.tcgetattr(shown._theirs) == shown.before
    shown.send(signal.SIGCONT)
    shown.wait_for("╭─ score")
    shown.send(signal.SIGTERM)
    assert assert_left_clean(shown) == 0


def test_told_to_stop_many_times_in_a_moment_it_stops_and_goes_on(terminal):
    shown = terminal("demo:", shell=True)
    shown.wait_for("╭─ score")
    for _ in range(4):
        for _ in range(100):  # a handler that another one interrupts
            shown.send(signal.SIGTSTP)
            select.select([], [], [], 0.0002)
        shown.wait_until_stopped()
        before = len(shown.shown)

        def goes_on(before=before):
            if shown.stopped:  # again: what came last was handled when it went on
                shown.send(signal.SIGCONT)
            return shown.shown.count("score", before) >= 3

        shown.read_until(goes_on)
    shown.press("q")
    assert assert_left_clean(shown) == 0


def test_ctrl_c_in_an_event_leaves_the_terminal_clean_and_everything_kept(terminal, tmp_path):
    shown = terminal("demo:")
    shown.wait_for("ACTIVE")
    shown.press("\x03")
    assert assert_left_clean(shown) == 130
    assert "demo (Ctrl-C): 1 event" in shown.shown
    (event,) = run_apart("events", "captures", "--json").records
    assert event["start_s"] < event["end_s"]
    assert [Path(name).exists() for name in event["snapshots"]] == [True]
    assert state_in(tmp_path / "captures") == ["done"]


def test_ctrl_c_pressed_again_and_again_leaves_the_terminal_clean(terminal):
    shown = terminal("demo:")
    shown.wait_for("QUIET")

    def has_left():
        shown.press("\x03")
        return shown.process.poll() is not None

    shown.read_until(has_left)
    assert assert_left_clean(shown) == 130


@pytest.mark.parametrize("held", [False, True], ids=["drawn", "held"])
def test_ctrl_backslash_ends_it_at_once_and_leaves_the_terminal_as_it_was(terminal, held):
    shown = terminal("demo:")
    shown.wait_for("╭─ score")
    if held:
        shown.press("\x13")  # Ctrl-S
        while shown.read(1):  # it is drawn four times a second, until that waits
            pass
    shown.press("\x1c")
    if held:
        assert shown.process.wait(LONG_S) == -signal.SIGQUIT
        assert termios.tcgetattr(shown._theirs) == shown.before
    else:
        assert assert_left_clean(shown) == -signal.SIGQUIT


def test_ctrl_z_is_ignored_where_nobody_could_let_it_go_on(terminal):
    """As in a window or a container that runs nothing else."""
    shown = terminal("demo:")
    shown.wait_for("╭─ score")
    shown.press("\x1a")
    shown.press("?")
    shown.wait_for("learn the background anew")
    shown.press("x")
    shown.press("q")
    assert assert_left_clean(shown) == 0


def test_it_stops_once_though_the_shell_has_taken_the_terminal_before(terminal):
    """As where it was called by another program (uv run, sh), which Ctrl-Z stops at once."""
    shown = terminal("demo:", shell=True)
    shown.wait_for("╭─ score")
    shown.process.send_signal(signal.SIGUSR1)
    shown.read_until(lambda: os.tcgetpgrp(shown.ours) != shown.pid)
    shown.send(signal.SIGTSTP)
    shown.wait_until_stopped()
    shown.process.send_signal(signal.SIGUSR2)
    shown.wait_for("╭─ score")
    shown.press("q")
    assert assert_left_clean(shown) == 0


def test_ctrl_z_leaves_the_terminal_clean_until_it_goes_on(terminal):
    shown = terminal("demo:", shell=True)
    for _ in range(2):
        shown.wait_for("╭─ score")
        shown.press("\x1a")
        shown.wait_until_stopped()
        assert termios.tcgetattr(shown._theirs) == shown.before
        shown.send(signal.SIGCONT)
    shown.wait_for("╭─ score")
    shown.press("q")
    assert assert_left_clean(shown) == 0


def test_a_terminal_that_is_closed_ends_the_watch_with_everything_kept(terminal, tmp_path):
    shown = terminal("demo:")
    shown.wait_for("ACTIVE")
    assert shown.hang_up() == 0
    kept = run_apart("events", "captures", "--json").records
    assert [Path(name).exists() for name in kept[0]["snapshots"]] == [True]
    # Who is hung up gets SIGHUP too, and reads the settings again: that may have been a new run.
    assert set(state_in(tmp_path / "captures")) == {"done"}


@pytest.mark.parametrize("how", ["stopped", "held", "without keys"])
def test_a_terminal_that_is_closed_while_it_is_not_read_ends_the_watch(terminal, tmp_path, how):
    shown = terminal("demo:", reads_keys=how != "without keys", shell=how == "stopped")
    shown.wait_for("QUIET")
    if how == "stopped":
        shown.press("\x1a")
        shown.wait_until_stopped()
    elif how == "held":
        shown.press("\x13")  # Ctrl-S
        while shown.read(1):  # it is drawn four times a second, until that waits
            pass
    assert shown.hang_up() == 0
    assert set(state_in(tmp_path / "captures")) == {"done"}


@pytest.mark.parametrize("how", ["held", "unread"])
def test_a_terminal_that_nobody_reads_does_not_keep_it_from_ending(terminal, tmp_path, how):
    shown = terminal("demo:", columns=200, rows=60)
    shown.wait_for("QUIET")
    if how == "held":
        shown.press("\x13")  # Ctrl-S
        while shown.read(1):
            pass
    else:
        time.sleep(2)  # a picture is some ten KB, and the system holds less than that
    shown.process.terminate()
    assert shown.process.wait(LONG_S) == 0
    assert set(state_in(tmp_path / "captures")) == {"done"}
    shown.hang_up()


def state_in(archive):
    with contextlib.closing(sqlite3.connect(archive / "archive.sqlite")) as db:
        return [state for (state,) in db.execute("SELECT state FROM runs")]


def test_an_error_leaves_the_terminal_clean(terminal):
    shown = terminal("demo:", "--region", "9000,9000 9001,9000 9001,9001")
    assert assert_left_clean(shown) == 2
    assert "error: " in shown.shown
