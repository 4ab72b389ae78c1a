"""How many threads a worker decodes with."""

from __future__ import annotations

from motionlapse.batch_settings import available_cores
from motionlapse.pipeline_settings import Settings


def share_cores(settings: Settings, *, workers: int, left: int) -> Settings:
    """Return settings under which workers share the cores.

    One decoding thread a core costs the least: a film of 1080p took 31.5 s of processor time with
    one, 34 with two or three. The last two sources of each worker may use all cores, so that none
    is idle while the very last film is decoded.

    Parameters
    ----------
    settings
        A number of threads that somebody asked for stays.
    workers
        How many there are.
    left
        How many sources are still to be handed out, this one included.
    """
    if workers < 2 or left < 2 * workers:
        return settings
    return with_threads(settings, max(1, available_cores() // workers))


def with_threads(settings: Settings, threads: int) -> Settings:
    """Return settings with a number of decoding threads, unless one was asked for."""
    sources = settings.sources
    if sources.decoding_threads != "auto":
        return settings
    sources = sources.model_copy(update={"decoding_threads": threads})
    return settings.model_copy(update={"sources": sources})
