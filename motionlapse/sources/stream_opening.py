"""Opening a network stream, and wording FFmpeg's errors without the stream's address."""

from __future__ import annotations

import av
import av.error
from av.container import InputContainer

from motionlapse.clock import Clock
from motionlapse.errors import SourceError, why
from motionlapse.sources.address import Address, Kind
from motionlapse.sources.live_settings import LiveSettings

_WORDS = {
    "HTTPUnauthorizedError": "the camera refuses the user name or password (401)",
    "HTTPForbiddenError": "the camera forbids access (403)",
    "HTTPNotFoundError": "the camera has no such path (404)",
    "HTTPBadRequestError": "the camera does not understand the request (400)",
    "InvalidDataError": "what it sends is not video",
    "ExitError": "no answer in time",
    "TimeoutError": "no answer in time",
    "ProtocolNotFoundError": "this protocol is not supported",
}


def open_stream(address: Address, settings: LiveSettings, clock: Clock) -> InputContainer:
    """Open a stream, or a film that is watched.

    Raises
    ------
    SourceError
        If it cannot be opened in time; the message does not name it.
    """
    if address.kind is Kind.FILE:
        target, options = f"file:{address.target}", {}
    else:
        target = address.target
        # Half a second is enough to detect a stream's format; more only delays the first picture.
        options = {"analyzeduration": "500000"}
        if target.lower().startswith("rtsp"):
            options["rtsp_transport"] = settings.transport
    begun_s = clock.monotonic()
    try:
        return av.open(
            target,
            container_options=options,
            timeout=(settings.open_timeout, settings.read_timeout),
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, OSError) as error:
        # After a time-out, FFmpeg may report another error that follows from it.
        late = clock.monotonic() - begun_s >= settings.open_timeout
        raise SourceError(_WORDS["TimeoutError"] if late else say(error)) from None


def say(error: Exception) -> str:
    """Return an error of FFmpeg in words, without the address that its own text may contain."""
    return _WORDS.get(type(error).__name__) or why(error)
