"""Serving the page on which regions are drawn, to this machine only."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Any

from motionlapse.errors import MotionlapseError
from motionlapse.report.region_scene import Scene

_LOOPBACK = "127.0.0.1"
_LARGEST_REQUEST = 1_000_000
_FILES = {
    "": ("regions.html", "text/html; charset=utf-8"),
    "regions.css": ("regions.css", "text/css; charset=utf-8"),
    "regions.js": ("regions.js", "text/javascript; charset=utf-8"),
}
_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "connect-src 'self'"
)

Save = Callable[[Sequence[str], Sequence[str]], str]


class RegionServer:
    """Serves the page until the user is done.

    It listens only on the loopback address, and every URL begins with a random token. Requests
    whose Host header names another host are refused, which stops DNS rebinding. Requests that
    change something must be JSON, which pages of another origin cannot send.

    Parameters
    ----------
    scene
        The scene, already started.
    name
        The source, as a person typed it.
    regions, ignore
        The existing polygons.
    save
        Called with regions and ignored regions; returns where they were saved. A `MotionlapseError`
        that it raises is shown on the page.

    Attributes
    ----------
    address
        URL of the page.
    """

    def __init__(
        self, scene: Scene, name: str, regions: Sequence[str], ignore: Sequence[str], save: Save
    ) -> None:
        self.scene = scene
        self.start = {"name": name, "regions": list(regions), "ignore": list(ignore)}
        self.save = save
        self.token = secrets.token_urlsafe(16)
        self._server = ThreadingHTTPServer(
            (_LOOPBACK, 0), type("Handler", (_Handler,), {"page": self})
        )
        self._server.daemon_threads = True
        port = self._server.server_address[1]
        self.hosts = {f"{_LOOPBACK}:{port}", f"localhost:{port}"}
        self.address = f"http://{_LOOPBACK}:{port}/{self.token}/"

    def serve(self) -> None:
        """Answer requests until the user is done."""
        try:
            self._server.serve_forever(poll_interval=0.1)
        finally:
            self._server.server_close()

    def finish(self) -> None:
        """Make `serve` return; must be called from another thread."""
        threading.Thread(target=self._server.shutdown, daemon=True).start()

    def state(self, first: int) -> dict[str, object]:
        """Return the state that the page polls, with the blobs from number `first` on."""
        scene = self.scene
        return {
            "size": scene.size,
            "blobs": scene.blobs[first:],
            "frames": scene.frames,
            "done": scene.done,
            "fault": scene.fault,
        }


class _Handler(BaseHTTPRequestHandler):
    """Answers the requests of a browser."""

    page: RegionServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # the name that http.server calls
        path, _, query = self._place()
        if path is None:
            return
        if path in _FILES:
            name, kind = _FILES[path]
            folder = resources.files("motionlapse.report") / "page"
            self._answer(200, (folder / name).read_bytes(), kind)
        elif path in ("picture", "background"):
            jpeg = self.page.scene.picture(path)
            self._answer(200 if jpeg else 404, jpeg, "image/jpeg")
        elif path == "start":
            self._json(200, self.page.start)
        elif path == "state":
            first = query.removeprefix("from=")
            self._json(200, self.page.state(int(first) if first.isdecimal() else 0))
        else:
            self._answer(404, b"", "text/plain")

    def do_POST(self) -> None:
        path, _, _ = self._place()
        if path is None:
            return
        length = self.headers.get("Content-Length", "")
        kind = self.headers.get("Content-Type", "")
        right = kind.startswith("application/json") and length.isdecimal()
        if not right or int(length) > _LARGEST_REQUEST:
            self.close_connection = True
            self._json(400, {"fault": "not JSON, or too much of it"})
            return
        body = self.rfile.read(int(length))
        if path == "done":
            self._json(200, {})
            self.page.finish()
        elif path == "save":
            self._save(body)
        else:
            self._answer(404, b"", "text/plain")

    def _save(self, body: bytes) -> None:
        try:
            wanted = json.loads(body)
            regions, ignore = (
                [str(item) for item in wanted[name]] for name in ("regions", "ignore")
            )
            self._json(200, {"saved": self.page.save(regions, ignore)})
        except MotionlapseError as error:
            self._json(400, {"fault": str(error)})
        except (ValueError, KeyError, TypeError):
            self._json(400, {"fault": "not a list of regions and one of ignored regions"})

    def _place(self) -> tuple[str | None, str, str]:
        """Return the path below the token; None if the request was refused."""
        path, mark, query = self.path.partition("?")
        start = f"/{self.page.token}/"
        ours = secrets.compare_digest(path[: len(start)].encode(), start.encode())
        if not ours or self.headers.get("Host") not in self.page.hosts:
            self.close_connection = True
            self._answer(404, b"", "text/plain")
            return None, "", ""
        return path[len(start) :], mark, query

    def _json(self, code: int, record: dict[str, Any]) -> None:
        self._answer(code, json.dumps(record).encode(), "application/json")

    def _answer(self, code: int, body: bytes, kind: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log nothing."""
