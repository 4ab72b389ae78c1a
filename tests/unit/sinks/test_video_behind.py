"""Films that a thread of its own encodes: the same as others, and as careful."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from motionlapse.errors import SinkError
from motionlapse.sinks.video import VideoWriter


def grey(value: int) -> np.ndarray:
    return np.full((120, 160), value, np.uint8)


def test_a_film_that_is_encoded_behind_is_the_same(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).integers(0, 255, (60, 120, 160, 3), np.uint8)
    times = [n / 25 + (n % 3) / 100 for n in range(len(noise))]
    shown = {}
    for behind in (False, True):
        path = tmp_path / f"{behind}.mp4"
        picture = np.empty_like(noise[0])
        with VideoWriter(path, (160, 120), fps=25, behind=behind) as film:
            for noisy, time_s in zip(noise, times, strict=True):
                picture[:] = noisy  # the same memory again and again
                film.write(picture, time_s)
        with av.open(str(path)) as film:
            frames = list(film.decode(video=0))
            shown[behind] = np.stack([frame.to_ndarray(format="gray") for frame in frames])
        assert [frame.time for frame in frames] == pytest.approx(times, abs=1e-5)
    assert np.abs(shown[True].astype(int) - shown[False]).mean() < 1
    assert shown[True].shape == shown[False].shape


def test_a_film_that_is_encoded_behind_leaves_nothing_when_discarded(tmp_path: Path) -> None:
    film = VideoWriter(tmp_path / "a.mp4", (160, 120), behind=True)
    for number in range(10):
        film.write(grey(number), number / 25)
    film.discard()
    film.discard()
    film.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_by_a_film_that_is_encoded_behind(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (120, 160, 3), np.uint8)
    film = VideoWriter(tmp_path / "a.mkv", (160, 120), behind=True)
    part = next(tmp_path.iterdir())
    part.unlink()
    part.symlink_to("/dev/full")  # FFmpeg opens it with the first packet

    def write_much() -> None:
        for number in range(200):
            film.write(np.roll(noise, 7 * number), number / 25)

    with pytest.raises(SinkError, match=r"a\.mkv"):
        write_much()
    with pytest.raises(SinkError, match=r"a\.mkv"):
        film.close()
    assert list(tmp_path.iterdir()) == []
