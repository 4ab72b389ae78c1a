"""The program in a real pseudo-terminal, and away from one."""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios

import pytest
from films import LONG_S, UNHURRIED, Ran, run_apart

COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:[349][0-8]|10[0-7])(?:;\d+)*m")  # bold is none
ESCAPE = "\x1b"


def in_a_terminal(*words, rows=30, columns=100, environ=None, program=("-m", "motionlapse")):
    """Run the program with all its streams on a terminal; give code and all that it showed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    process = subprocess.Popen(
        [sys.executable, *program, *words],
        stdin=theirs, stdout=theirs, stderr=theirs,
        env={**kept, "TERM": "xterm-256color", **(environ or {})},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        assert select.select([ours], [], [], LONG_S)[0], "it goes on without a word"
        try:
            shown += os.read(ours, 65536)
        except OSError:  # the other end is closed: the program has ended
            break
    os.close(ours)
    return Ran(process.wait(timeout=LONG_S), shown.decode(), "")


def plain(text):
    return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", text)


def test_a_narrow_terminal_says_which_columns_it_has_no_room_for(door):
    assert run_apart("scan", door, "--quiet").code == 0
    narrow = plain(in_a_terminal("events", columns=60).out)
    assert "columns that did not fit: " in narrow
    assert "kept" in narrow.partition("columns that did not fit: ")[2]
    assert "left out" not in plain(in_a_terminal("events", columns=200).out)


@pytest.mark.parametrize("columns", [70, 80, 90, 100])
def test_names_are_cut_only_as_far_as_there_is_no_room(door, columns):
    film = "the-door-of-the-house-at-the-end-of-the-street.mp4"
    shutil.copyfile(door, film)
    assert run_apart("scan", film, "--end", "10", "--quiet").code == 0
    heading, *rows, note = plain(in_a_terminal("events", columns=columns).out).splitlines()
    assert note.startswith("columns that did not fit: ")
    assert [row[0] for row in rows] == ["…", "…"]
    assert max(map(len, (heading, *rows))) == columns


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}], ids=["colour", "NO_COLOR"])
def test_a_bar_and_a_table_appear(door, environ):
    # Else it can be over before the bar is drawn a second time.
    ran = in_a_terminal("scan", door, "--end", "6", environ=environ, program=[UNHURRIED])
    assert ran.code == 0
    assert ESCAPE in ran.out
    assert bool(COLOUR.search(ran.out)) == (not environ)
    text = plain(ran.out)
    assert re.search(r"door\.mp4 [━╸╺ ]*━", text)
    assert re.search(r"\d+%", text)
    assert "frames/s" in text
    for word in ("source", "event", "start", "00:00:01", "00:00:04"):
        assert word in text
    assert "2 events (150 frames); 2 snapshots in captures/door/" in text
    assert ESCAPE + "[?25h" in ran.out, "the cursor is shown again"


def test_several_films_have_a_bar_each_and_one_for_all(door):
    shutil.copyfile(door, "gate.mp4")
    words = ("scan", door, "gate.mp4", "--workers", "2", "--end", "6")
    ran = in_a_terminal(*words, program=[UNHURRIED])  # else they can be over before they are drawn
    assert ran.code == 0
    text = plain(ran.out)
    assert re.search(r"door\.mp4 +[━╸╺ ]*━", text)
    assert re.search(r"gate\.mp4 +[━╸╺ ]*━", text)
    assert re.search(r"0/2 sources +[━╸╺ ]*━", text)
    assert re.search(r"2/2 sources +━+ 100%", text)
    assert "4 events in 2 sources (300 frames)" in text


def test_lines_fit_a_narrow_terminal(door):
    ran = in_a_terminal("scan", door, "--end", "10", columns=60)
    assert ran.code == 0
    lines = plain(ran.out).replace("\r", "\n").splitlines()
    table = [line for line in lines if "─" in line or "00:00:0" in line]
    assert table
    assert max(len(line) for line in table) <= 60


def test_quiet_draws_no_bar(door):
    ran = in_a_terminal("scan", door, "--end", "10", "--quiet")
    assert ran.code == 0
    assert "frames/s" not in ran.out
    assert "00:00:01" in plain(ran.out)


def test_times_are_not_folded(door):
    shown = plain(in_a_terminal("scan", door, "--end", "10", "--quiet").out)
    assert "00:00:01.0" in shown
    assert "00:00:04.6" in shown


def test_json_in_a_terminal_has_no_colour(door):
    ran = in_a_terminal("scan", door, "--end", "10", "--json", "--quiet")
    assert ran.code == 0
    assert ESCAPE not in ran.out
    assert len(ran.records) == 2


def test_a_dumb_terminal_gets_plain_lines(door):
    ran = in_a_terminal("scan", door, "--end", "10", environ={"TERM": "dumb"})
    assert ran.code == 0
    assert ESCAPE not in ran.out
    assert "2 events" in ran.out


@pytest.mark.parametrize("environ", [{}, {"FORCE_COLOR": "1", "TERM": "xterm-256color"}])
def test_no_escape_codes_away_from_a_terminal(door, environ):
    ran = run_apart("scan", door, "--end", "10", "--verbose", environ=environ)
    assert ran.code == 0
    assert ESCAPE not in ran.out + ran.err
    assert "00:00:04.6" in ran.out
    assert "\r" not in ran.out + ran.err
