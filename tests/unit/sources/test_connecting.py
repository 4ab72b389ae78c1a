from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from motionlapse.clock import SystemClock
from motionlapse.errors import SourceError
from motionlapse.frames import Image
from motionlapse.sources.address import parse_address
from motionlapse.sources.connecting import connect_to
from motionlapse.sources.connection import Picture
from motionlapse.sources.settings import SourceSettings
from tests.films import picture, write_film


@pytest.mark.parametrize(("fast", "filtered"), [(False, "noref"), (True, "all")])
def test_fast_decodes_a_live_film_without_deblocking(
    tmp_path: Path, fast: bool, filtered: str
) -> None:
    film = write_film(
        tmp_path / "rough.mp4",
        times=[number / 25 for number in range(10)],
        pictures=_noisy,
        options={"preset": "veryfast", "crf": "40"},
    )
    expected = _decoded(film, filtered)
    other = _decoded(film, "all" if filtered == "noref" else "noref")
    assert not all(map(np.array_equal, expected, other))
    connection = connect_to(parse_address(str(film)), SourceSettings(fast=fast), SystemClock())
    try:
        shown = [item for item in connection.pictures() if isinstance(item, Picture)]
        lumas = [item.planes.luma.view for item in shown]
        assert len(lumas) == len(expected) == 10
        assert all(map(np.array_equal, lumas, expected))
    finally:
        connection.close()


def _noisy(time_s: float) -> Image:
    grain = np.random.default_rng(round(time_s * 1000)).normal(0, 12, (120, 160, 1))
    return np.clip(picture(time_s) + grain, 0, 255).astype(np.uint8)


def _decoded(film: Path, filtered: str) -> list[Image]:
    with av.open(str(film)) as container:
        container.streams.video[0].codec_context.options = {"skip_loop_filter": filtered}
        return [frame.to_ndarray()[:120] for frame in container.decode(video=0)]


def test_a_host_that_may_be_a_piece_of_a_password_is_not_named() -> None:
    address = parse_address("rtsp://user:ge@heim.invalid#1@127.0.0.1/cam")
    with pytest.raises(SourceError) as caught:
        connect_to(address, SourceSettings(), SystemClock())
    assert "%23 for #" in str(caught.value)
    assert "heim" not in str(caught.value) + address.name
