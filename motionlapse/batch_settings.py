"""Settings for scanning many recordings."""

from __future__ import annotations

import os
import re
from typing import Annotated, Literal

from pydantic import BeforeValidator

from motionlapse.settings import SettingsModel, auto_or_whole, setting

Workers = Annotated[Literal["auto"] | int, auto_or_whole("number of workers", 256)]


def _parse_address(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"(\w+://)?[^\s/]+:\d+", value):
        raise ValueError(f"'{value}' is not the address of a scheduler; write tcp://host:8786")
    return value


Address = Annotated[str, BeforeValidator(_parse_address)]


class BatchSettings(SettingsModel):
    """Where the scan runs, and what it may skip."""

    workers: Workers = setting(
        "auto",
        "number of processes, each scanning one source at a time; auto: one per core",
        flag="--workers",
        metavar="N|auto",
    )
    cluster: Address | None = setting(
        None,
        "scan on the Dask cluster with the scheduler at this address",
        flag="--cluster",
        metavar="ADDRESS",
    )
    resume: bool = setting(
        False,
        "skip footage that the archive already holds, if it and the settings are unchanged",
        flag="--resume/--no-resume",
    )

    def count(self) -> int:
        """Return the number of workers."""
        return available_cores() if self.workers == "auto" else self.workers


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))
