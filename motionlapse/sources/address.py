"""What a person means by the name of a live source, and how much of the name may be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from motionlapse.credentials import MOST_PORT, is_port, redact
from motionlapse.errors import SourceError, nearest
from motionlapse.sources.footage import printable

_SCHEMES = frozenset(
    {"http", "https", "rtsp", "rtsps", "rtmp", "rtmps", "rtp", "srt", "tcp", "udp"}
)
_ALLOWED = "write 0, /dev/video0, rtsp://…, http(s)://…, a film or demo:"


class Kind(StrEnum):
    """What opens a source."""

    CAMERA = "camera"
    STREAM = "stream"
    FILE = "file"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Address:
    """A live source.

    Attributes
    ----------
    kind
        What kind of source it is.
    target
        What it is opened with, including credentials: never shown, logged or stored.
    name
        What the person typed, without credentials.
    label
        The name of its folder in an archive: its host, its device or the film's stem.
    """

    kind: Kind
    target: str
    name: str
    label: str

    def __repr__(self) -> str:
        return f"Address({self.name!r})"


def parse_address(text: str) -> Address:
    """Return the live source that a name stands for.

    Raises
    ------
    SourceError
        If it stands for none.
    """
    text = text.strip()
    if text.isdecimal():
        return Address(Kind.CAMERA, text, text, f"camera-{int(text)}")
    if text == "demo:":
        return Address(Kind.DEMO, text, text, "demo")
    scheme, separator, rest = text.partition("://")
    if separator:
        return _network(text, scheme.lower(), rest)
    path = Path(text)
    if text.startswith("/dev/"):
        return Address(Kind.CAMERA, text, text, printable(path.name))
    name = printable(text)
    if path.is_dir():
        raise SourceError(f"{name}: a folder, not a camera or a film; 'scan' reads folders")
    if not path.exists():
        raise SourceError(f"{name}: no such file, device or address; {_ALLOWED}")
    return Address(Kind.FILE, text, name, printable(path.stem))


def _network(text: str, scheme: str, rest: str) -> Address:
    name = printable(redact(text))
    if scheme not in _SCHEMES:
        raise SourceError(f"{name}: unknown protocol '{scheme}'{nearest(scheme, _SCHEMES)}")
    before, _, host = rest.rpartition("@")
    host = re.split(r"[/?#]", host or rest)[0]
    bare = re.sub(r":\d+$", "", host).strip("[]")
    if not bare:
        raise SourceError(f"{name}: the address has no host; {_ALLOWED}")
    port = re.sub(r"^\[.*\]", "", host).partition(":")[2]
    # An @ after a / may belong to the path, or it ends a password with a / in it, and then this is
    # not the port: so nothing is said about it.
    sure = port and not re.search(r"[/?#]", before)
    if sure and not is_port(port):
        what, hint = f"'{port}'", ""
        if "@" not in rest:
            what = "what comes after the colon"
            hint = "; a password is followed by @ and the host"
        limits = f"is not a port, which is a number from 1 to {MOST_PORT}"
        raise SourceError(f"{name}: {what} {limits}{hint}")
    return Address(Kind.STREAM, text, name, printable(re.sub(r"[^\w.-]", "-", bare)))
