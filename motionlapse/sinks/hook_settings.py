"""Settings of commands and addresses that are notified when something happens."""

from __future__ import annotations

import shlex
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator

from motionlapse.credentials import HiddenAddress, HiddenCommand
from motionlapse.settings import Duration, SettingsModel, setting


def _parse_command(value: object) -> str:
    text = value.get_secret_value() if isinstance(value, HiddenCommand) else str(value)
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ValueError(f"'{text}' cannot be split into words: {error}") from None
    if not words:
        raise ValueError("the command is empty")
    return text


def _parse_webhook(value: object) -> object:
    text = value.get_secret_value() if isinstance(value, HiddenAddress) else str(value)
    if not text.lower().startswith(("http://", "https://")):
        raise ValueError("a webhook's address must begin with http:// or https://")
    try:
        parts = urlsplit(text)
        whole = bool(parts.hostname) and parts.port != 0
    except ValueError:  # for a port that is not a number, or an unclosed bracket
        whole = False
    if not whole:
        raise ValueError(
            "a webhook's address needs a host, and its port must be a number; write "
            "http://host:8080/path (in a password, %2F, %3F and %23 for /, ? and #)"
        )
    return value


Command = Annotated[HiddenCommand, BeforeValidator(_parse_command)]
"""A command line, split as a shell would and never run by one; its credentials are not shown."""

WebhookAddress = Annotated[HiddenAddress, BeforeValidator(_parse_webhook)]


class HookSettings(SettingsModel):
    """Commands and an address that are notified of events."""

    on_event_start: Command | None = setting(
        None,
        "run this command when an event begins; it gets the event as JSON on standard input",
        flag="--on-event-start",
        metavar="CMD",
    )
    on_event_end: Command | None = setting(
        None, "run this command when an event has ended", flag="--on-event-end", metavar="CMD"
    )
    on_snapshot: Command | None = setting(
        None,
        "run this command when a snapshot has been written",
        flag="--on-snapshot",
        metavar="CMD",
    )
    webhook: WebhookAddress | None = setting(
        None,
        "post the event as JSON to this address when it begins and when it ends",
        flag="--webhook",
        metavar="URL",
    )
    time_limit: Duration = setting("30s", "how long a command may run before it is stopped", gt=0)
    queue: int = setting(64, "how many commands and posts may wait at most", ge=1, le=10_000)
    attempts: int = setting(
        5, "how many times a post is attempted, with growing pauses", ge=1, le=100
    )
