from __future__ import annotations

import http.server
import json
import os
import re
import signal
import sys
import threading
import tracemalloc
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from motionlapse.errors import ConfigError
from motionlapse.settings import Layer, resolve
from motionlapse.sinks.hook_settings import HookSettings
from motionlapse.sinks.hooks import Hooks, _Worker
from motionlapse.types import Event, KeptEvent
from tests.films import LONG_S, wait_for


class Log:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def debug(self, text: str) -> None:
        self.lines.append(f"debug: {text}")

    def warning(self, text: str) -> None:
        self.lines.append(f"warning: {text}")


@pytest.fixture
def kept(make_event: Callable[..., Event]) -> KeptEvent:
    return KeptEvent("door; rm -rf 'x'", make_event(), snapshots=("a b.jpg", "c.jpg"))


def script(folder: Path, text: str) -> str:
    path = folder / "hook with spaces.py"
    path.write_text(text)
    return f"{sys.executable} '{path}' 'two words' $HOME"


def ran(command: str, kept: KeptEvent, log: Log, **more: object) -> None:
    settings = HookSettings.model_validate({"on_event_end": command, **more})
    hooks = Hooks(settings, log)
    hooks.started(kept)
    hooks.ended(kept)
    hooks.close()
    hooks.close()


def test_a_command_gets_the_event_and_no_shell(tmp_path: Path, kept: KeptEvent) -> None:
    command = script(
        tmp_path,
        "import json, os, sys\n"
        "names = ('NUMBER', 'SOURCE', 'SNAPSHOTS', 'CLIP', 'HOOK')\n"
        "environ = [os.environ['MOTIONLAPSE_EVENT_' + name] for name in names]\n"
        f"open({str(tmp_path / 'out')!r}, 'w').write("
        "json.dumps([json.load(sys.stdin), environ, sys.argv[1:]]))\n"
        "print('all', 'good')\n",
    )
    log = Log()
    ran(command, kept, log)
    record, environ, words = json.loads((tmp_path / "out").read_text())
    assert (record["hook"], record["event"], record["source"]) == ("event-end", 1, kept.source)
    assert environ == ["1", kept.source, "a b.jpg\nc.jpg", "", "event-end"]
    assert words == ["two words", "$HOME"]
    assert any("all good" in line for line in log.lines)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import sys; sys.exit('no room')", "ended with 1: no room"),
        ("import time; time.sleep(60)", "was stopped after 0.3 s"),
    ],
)
def test_what_goes_wrong_is_told(tmp_path: Path, kept: KeptEvent, text: str, words: str) -> None:
    log = Log()
    ran(script(tmp_path, text), kept, log, time_limit="0.3s" if "sleep" in text else "300s")
    assert any(line.startswith("warning") and words in line for line in log.lines), log.lines


def test_what_a_command_leaves_running_holds_up_no_other(tmp_path: Path, kept: KeptEvent) -> None:
    number = tmp_path / "number"
    log = Log()
    command = f"sh -c 'setsid sleep {LONG_S} & echo $! >>{number}'"
    settings = {"on_event_start": command, "on_event_end": "echo after", "time_limit": "0.3s"}
    hooks = Hooks(HookSettings.model_validate(settings), log)
    hooks.started(kept)
    hooks.ended(kept)
    hooks.close()
    os.kill(int(number.read_text()), signal.SIGKILL)
    first, second = log.lines
    assert "start sh: no longer waiting for what it left running after 0.3 s" in first
    assert second == "debug: --on-event-end echo: after"


def test_what_a_command_says_without_end_is_not_held(kept: KeptEvent) -> None:
    log = Log()
    tracemalloc.start()
    ran("head -c 30000000 /dev/zero", kept, log)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000
    [line] = log.lines
    assert len(line) < 2100


def test_an_event_that_no_pipe_holds_reaches_who_reads_and_no_other(
    make_event: Callable[..., Event],
) -> None:
    many = KeptEvent("door", make_event(), snapshots=("x" * 99,) * 900)
    log = Log()
    ran("true", many, log)
    assert log.lines == []
    ran("wc -c", many, log)
    [line] = log.lines
    assert int(line.removeprefix("debug: --on-event-end wc: ")) > 90_000


def test_a_command_does_not_get_our_settings(
    kept: KeptEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTIONLAPSE__SOURCES__LIVE__SOURCE", "rtsp://user:geheim@host/x")
    monkeypatch.setenv("OF_ANOTHER", "there")
    log = Log()
    ran("sh -c 'env | grep -e MOTIONLAPSE -e OF_ANOTHER'", kept, log)
    [said] = log.lines
    assert "MOTIONLAPSE__" not in said
    assert "geheim" not in said
    assert "OF_ANOTHER=there" in said
    assert "MOTIONLAPSE_EVENT_NUMBER=1" in said


def test_more_snapshots_than_the_environment_holds_are_all_on_standard_input(
    tmp_path: Path, make_event: Callable[..., Event]
) -> None:
    names = tuple(f"captures/front door/ä{number:06}.jpg" for number in range(9000))
    command = script(
        tmp_path,
        "import json, os, sys\n"
        "some = os.environ['MOTIONLAPSE_EVENT_SNAPSHOTS'].split('\\n')\n"
        "every = json.load(sys.stdin)['snapshots']\n"
        "print(len(every), len(some) > 2000, some == every[:len(some)])\n",
    )
    log = Log()
    ran(command, KeptEvent("door", make_event(), snapshots=names), log)
    assert log.lines == ["debug: --on-event-end " + sys.executable + ": 9000 True True"]


def test_a_missing_command_is_told(kept: KeptEvent) -> None:
    log = Log()
    ran("/no/such/command", kept, log)
    assert log.lines == [
        "warning: --on-event-end /no/such/command: cannot be run: no such file or directory"
    ]


def test_what_does_not_fit_the_queue_is_left_out_and_told_once(
    tmp_path: Path, kept: KeptEvent
) -> None:
    log = Log()
    began = tmp_path / "began"
    waits = f"sh -c 'touch {began}; until [ -e {tmp_path}/go ]; do sleep 0.05; done'"
    hooks = Hooks(HookSettings(on_event_end=waits, queue=1), log)
    hooks.ended(kept)
    wait_for(began.exists)  # what runs does not wait
    for _ in range(5):
        hooks.ended(kept)
    (tmp_path / "go").touch()
    hooks.close()
    assert len([line for line in log.lines if "left out" in line]) == 1


def test_a_queue_that_stays_full_is_told_of_once_until_all_is_done() -> None:
    log = Log()
    begun, go = threading.Semaphore(0), threading.Semaphore(0)
    worker = _Worker("hooks", 1, log)

    def action() -> None:
        begun.release()
        assert go.acquire(timeout=LONG_S)

    def add_too_much() -> None:
        for _ in range(3):
            worker.add(action)
            assert begun.acquire(timeout=LONG_S)  # what runs does not wait
            worker.add(action)
            worker.add(action)
            go.release()  # and now there is room for one
        go.release()
        assert begun.acquire(timeout=LONG_S)
        worker._queue.join()

    for times in (1, 2):
        add_too_much()
        assert len(log.lines) == times
    assert set(log.lines) == {"warning: hooks: 1 are waiting; further ones are left out"}
    worker.close(LONG_S)


class _Answers(http.server.BaseHTTPRequestHandler):
    codes: list[int]
    bodies: list[dict[str, object]]
    credentials: list[str | None]

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.bodies.append(json.loads(self.rfile.read(length)))
        self.credentials.append(self.headers["Authorization"])
        self.send_response(self.codes.pop(0))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[http.server.HTTPServer]:
    _Answers.codes, _Answers.bodies, _Answers.credentials = [], [], []
    with http.server.HTTPServer(("127.0.0.1", 0), _Answers) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield served
        served.shutdown()


def test_a_post_is_tried_again(
    server: http.server.HTTPServer, kept: KeptEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("motionlapse.sinks.hooks._FIRST_WAIT_S", 0.01)
    _Answers.codes = [503, 200]
    log = Log()
    place = f"127.0.0.1:{server.server_port}/hook"
    settings = {"webhook": f"http://user:ge%2Fheim@{place}"}
    hooks = Hooks(HookSettings.model_validate(settings), log)
    hooks.ended(kept)
    hooks._posts.close(LONG_S)
    assert [body["hook"] for body in _Answers.bodies] == ["event-end"] * 2
    assert _Answers.credentials == ["Basic " + b64encode(b"user:ge/heim").decode()] * 2
    assert log.lines == [
        (
            f"warning: --webhook http://user:***@{place}: end of event 1: not posted: the server "
            "answered 503; will be tried up to 4 more times, next in 0.01 s"
        ),
        f"debug: --webhook http://user:***@{place}: end of event 1: posted, 2 attempts",
    ]


def test_a_post_that_is_given_up_because_watching_ends_says_so(kept: KeptEvent) -> None:
    log = Log()
    settings = {"webhook": "http://127.0.0.1:1/x", "attempts": 5}
    hooks = Hooks(HookSettings.model_validate(settings), log)
    hooks.ended(kept)
    hooks.close()
    given_up = r"end of event 1: given up after \d attempts?, as watching ends: connection refused$"
    assert re.search(given_up, log.lines[-1])


def test_a_dead_address_is_given_up_and_its_password_not_shown(kept: KeptEvent) -> None:
    log = Log()
    settings = {"webhook": "http://127.0.0.1:1/x?token=geheim", "attempts": 1}
    hooks = Hooks(HookSettings.model_validate(settings), log)
    hooks.started(kept)
    hooks.ended(kept)
    hooks.close()
    assert log.lines == [
        f"warning: --webhook http://127.0.0.1:1/x?token=***: {which} of event 1: given up after "
        "1 attempt: connection refused"
        for which in ("beginning", "end")
    ]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http:///x", "--webhook: 'http:///x': a webhook's address needs a host"),
        (
            "http://me:ge/heim@host/",
            "--webhook: 'http://me:***@host/': a webhook's address needs a",
        ),
        ("http://[::1/", "'http://[::1/': a webhook's address needs a host"),
        ("http://host:0/", "'http://host:***': a webhook's address needs a host, and its port"),
        ("ftp://me:geheim@host/", "'ftp://me:***@host/': a webhook's address must begin with"),
    ],
)
def test_an_address_that_cannot_be_is_told_without_its_password(address: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(HookSettings, [Layer("--webhook", {"webhook": address})])
    assert said in str(caught.value)
    assert "heim" not in str(caught.value)
