"""Checking that the host of an address exists."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from motionlapse.errors import SourceError
from motionlapse.sources.address import Address

_SPLIT_PASSWORD = "there is no such host; in a password write %2F for /, %3F for ? and %23 for #"


def check_host(address: Address) -> None:
    """Look up the host, because FFmpeg reports an unknown one as an input/output error.

    Raises
    ------
    SourceError
        If there is no such host; the message does not name the source.
    """
    try:
        parts = urlsplit(address.target)
        host = parts.hostname
    except ValueError:
        raise SourceError("the address cannot be understood") from None
    if host and address.target.split(":")[0] not in ("udp", "rtp"):
        try:
            socket.getaddrinfo(host, None)
        except (OSError, UnicodeError):
            # If an @ follows, the "host" may be a part of a password.
            if "@" in parts.path + parts.query + parts.fragment:
                raise SourceError(_SPLIT_PASSWORD) from None
            raise SourceError(f"there is no host '{host}'") from None
