from __future__ import annotations

import pytest

from motionlapse.batch.threads import share_cores, with_threads
from motionlapse.batch_settings import available_cores
from motionlapse.pipeline_settings import Settings


def threads(settings: Settings) -> object:
    return settings.sources.decoding_threads


def test_workers_share_the_cores() -> None:
    cores = available_cores()
    assert threads(share_cores(Settings(), workers=cores, left=1000)) == (
        1 if cores > 1 else "auto"
    )
    assert threads(share_cores(Settings(), workers=4 * cores, left=1000)) == 1


@pytest.mark.parametrize(("workers", "left"), [(1, 1000), (2, 3), (2, 1)])
def test_one_alone_and_the_last_ones_have_all(workers: int, left: int) -> None:
    assert threads(share_cores(Settings(), workers=workers, left=left)) == "auto"


def test_what_somebody_asked_for_stays() -> None:
    settings = Settings.model_validate({"sources": {"decoding_threads": 5}})
    assert threads(share_cores(settings, workers=64, left=1000)) == 5
    assert threads(with_threads(settings, 1)) == 5
