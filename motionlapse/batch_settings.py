"""Settings of scanning many recordings."""

from __future__ import annotations

import os
import re
from typing import Annotated, Literal

from pydantic import BeforeValidator

from motionlapse.settings import SettingsModel, auto_or_whole, setting

Workers = Annotated[Literal["auto"] | int, auto_or_whole("number of workers", 256)]


def _parse_address(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"(\w+://)?[^\s/]+:\d+", value):
        raise ValueError(f"'{value}' is no address of a scheduler; write tcp://host:8786")
    return value


Address = Annotated[str, BeforeValidator(_parse_address)]


class BatchSettings(SettingsModel):
    """Who scans, and what."""

    workers: Workers = setting(
        "auto",
        "how many processes scan, a source at a time each; auto: as many as cores",
        flag="--workers",
        metavar="N|auto",
    )
    cluster: Address | None = setting(
        None,
        "scan on the Dask cluster whose scheduler is at this address",
        flag="--cluster",
        metavar="ADDRESS",
    )
    resume: bool = setting(
        False,
        "leave out footage that the archive holds already, unchanged and with the same settings",
        flag="--resume/--no-resume",
    )

    def count(self) -> int:
        """Return the number of workers."""
        return available_cores() if self.workers == "auto" else self.workers


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))
