"""Posts to servers that do not behave."""

from __future__ import annotations

import contextlib
import http.server
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from motionlapse.sinks.hook_settings import HookSettings
from motionlapse.sinks.hooks import Hooks
from motionlapse.sinks.webhook import post
from motionlapse.types import Event, KeptEvent
from tests.films import LONG_S
from tests.unit.sinks.test_hooks import Log

Talk = Callable[[socket.socket], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Talk], str]]:
    """Return what answers each call with `talk`, after its first bytes, at the address returned."""
    with contextlib.ExitStack() as stack:

        def begin(talk: Talk) -> str:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def answer() -> None:
                with contextlib.suppress(OSError):
                    while True:
                        caller, _ = listener.accept()
                        with caller, contextlib.suppress(OSError):
                            caller.recv(65_536)
                            talk(caller)

            thread = threading.Thread(target=answer, daemon=True)
            thread.start()
            stack.callback(thread.join, LONG_S)
            stack.callback(listener.shutdown, socket.SHUT_RDWR)
            return f"http://127.0.0.1:{listener.getsockname()[1]}/x"

        yield begin


def test_a_server_that_never_ends_its_answer_is_let_go(serve: Callable[[Talk], str]) -> None:
    gone = threading.Event()

    def drip(caller: socket.socket) -> None:
        caller.sendall(b"HTTP/1.1 200 OK\r\n")
        caller.settimeout(0.02)
        with contextlib.suppress(BrokenPipeError, ConnectionError):
            for number in range(100_000):
                caller.sendall(b"X-%d: drop\r\n" % (number % 50))
                with contextlib.suppress(TimeoutError):
                    if not caller.recv(1):
                        break
        gone.set()

    assert post(serve(drip), {"event": 1}, 0.3) == "no complete answer in 0.3 s"
    assert gone.wait(LONG_S)


def test_an_answer_that_is_no_http_is_tried_again(
    serve: Callable[[Talk], str], make_event: Callable[..., Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("motionlapse.sinks.hooks._FIRST_WAIT_S", 0.01)
    answers = [b"garbage\r\n\r\n", b"HTTP/1.1 204 Good\r\n\r\n"]
    address = serve(lambda caller: caller.sendall(answers.pop(0)))
    log = Log()
    hooks = Hooks(HookSettings.model_validate({"webhook": address}), log)
    hooks.ended(KeptEvent("door", make_event()))
    hooks._posts.close(LONG_S)
    first, second = log.lines
    assert first.startswith(
        f"warning: --webhook {address}: end of event 1: not posted: not an HTTP answer: "
    )
    assert "garbage; will be tried up to 4 more times" in first
    assert second.endswith("posted, 2 attempts")


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_post_is_not_turned_into_a_request_for_a_page(code: int) -> None:
    methods = []

    class Moved(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            methods.append(self.command)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(code)
            self.send_header("Location", "/there?token=geheim")
            self.end_headers()

        def do_GET(self) -> None:
            methods.append(self.command)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Moved) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        said = post(f"http://127.0.0.1:{server.server_port}/x", {"event": 1}, LONG_S)
        server.shutdown()
    assert said == f"the server answered {code} (it is at /there?token=*** now)"
    assert methods == ["POST"]
