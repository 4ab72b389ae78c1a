"""Posts a record to an address: one attempt, within a time limit for the whole of it."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from urllib.parse import unquote, urlsplit, urlunsplit

from motionlapse._version import __version__
from motionlapse.credentials import redact
from motionlapse.errors import why

_SHOWN_ANSWER = 200  # letters


def post(address: str, record: dict[str, object], limit_s: float) -> str:
    """Post a record; return why it failed, or ``""``.

    Parameters
    ----------
    address
        Of http or https, maybe with user and password.
    record
        What JSON can hold.
    limit_s
        How long it may take in all, from looking up the host's name to the end of the answer's
        headers.
    """
    attempt = _Attempt(_request(address, record), limit_s)
    # The name service has no time-out, and that of a socket is for each read alone.
    thread = threading.Thread(target=attempt.run, name="post", daemon=True)
    thread.start()
    thread.join(limit_s)
    if thread.is_alive():
        attempt.cut()
        return f"no complete answer in {limit_s:g} s"
    return attempt.fault


def _request(address: str, record: dict[str, object]) -> urllib.request.Request:
    """Return the post of a record; credentials go into a header, as the host is called without."""
    parts = urlsplit(address)  # the setting allows http and https alone
    credentials, at, host = parts.netloc.rpartition("@")
    headers = {"Content-Type": "application/json", "User-Agent": f"motionlapse/{__version__}"}
    request = urllib.request.Request(
        urlunsplit(parts._replace(netloc=host)),
        data=json.dumps(record, ensure_ascii=False).encode(),
        headers=headers,
    )
    if at:
        pair = b64encode(unquote(credentials).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {pair}")
    return request


class _Attempt:
    """One attempt, which another thread may break off.

    Attributes
    ----------
    fault
        Why it failed, or ``""``; known when `run` has returned.
    """

    def __init__(self, request: urllib.request.Request, limit_s: float) -> None:
        self._request = request
        self._limit_s = limit_s
        self._connection: http.client.HTTPConnection | None = None
        self.fault = ""

    def run(self) -> None:
        """Post."""
        opener = urllib.request.build_opener(_Calls(self._note), _StayHere)
        try:
            opener.open(self._request, timeout=self._limit_s).close()
        except Exception as error:  # whatever it is, it is tried again
            self.fault = _words(error)
            if isinstance(error, urllib.error.HTTPError):
                error.close()

    def cut(self) -> None:
        """Let go of a server that never ends its answer, and of the thread that waits for it."""
        wire = None if self._connection is None else self._connection.sock
        if wire is not None:
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)

    def _note(self, connection: http.client.HTTPConnection) -> None:
        self._connection = connection


class _Calls(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Calls servers, and tells of each connection before it is made."""

    def __init__(self, note: Callable[[http.client.HTTPConnection], None]) -> None:
        super().__init__()
        self._note = note

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(self._made, http.client.HTTPConnection), req)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(self._made, http.client.HTTPSConnection), req)

    def _made(
        self, kind: type[http.client.HTTPConnection], host: str, timeout: float
    ) -> http.client.HTTPConnection:
        connection = kind(host, timeout=timeout)
        self._note(connection)
        return connection


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows nowhere: a post would arrive as a request for a page, with nothing in it."""

    def redirect_request(self, *_: object) -> None:
        return None


def _words(error: Exception) -> str:
    """Return what went wrong, in words."""
    if isinstance(error, urllib.error.HTTPError):
        place = error.headers.get("Location") if 300 <= error.code < 400 else None
        moved = f" (it is at {redact(place[:_SHOWN_ANSWER])} now)" if place else ""
        return f"the server answered {error.code}{moved}"
    if isinstance(error, urllib.error.URLError):
        return why(error.reason) if isinstance(error.reason, OSError) else str(error.reason)
    if isinstance(error, http.client.HTTPException) and not isinstance(error, OSError):
        return f"not an HTTP answer: {redact(why(error)[:_SHOWN_ANSWER])}"
    return why(error)
