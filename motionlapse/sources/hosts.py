"""Whether there is the host of an address."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from motionlapse.errors import SourceError
from motionlapse.sources.address import Address

_SPLIT_PASSWORD = "there is no such host; in a password write %2F for /, %3F for ? and %23 for #"


def check_host(address: Address) -> None:
    """Look the host up, for FFmpeg calls an unknown one an input/output error.

    Raises
    ------
    SourceError
        If there is none; the message is without the name of the source.
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
            # It may be a piece of a password, if an @ comes after it.
            if "@" in parts.path + parts.query + parts.fragment:
                raise SourceError(_SPLIT_PASSWORD) from None
            raise SourceError(f"there is no host '{host}'") from None
