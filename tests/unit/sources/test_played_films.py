"""Films that `watch` plays: their media times are those of a scan."""

from __future__ import annotations

from pathlib import Path

import pytest

from motionlapse.clock import ManualClock
from motionlapse.sources.address import parse_address
from motionlapse.sources.live_settings import LiveSettings
from motionlapse.sources.recording import Recording
from motionlapse.sources.stream import StreamConnection
from tests.films import write_film


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "b_frames"),
    [
        ("a.mp4", "libx264", "yuv420p", 2),
        ("a.avi", "libx264", "yuv420p", 2),
        ("a.h264", "libx264", "yuv420p", 2),
        ("a.mjpeg", "mjpeg", "yuvj420p", 0),
        ("twice.ts", "libx264", "yuv420p", 0),
    ],
)
def test_a_film_has_the_times_of_a_scan(
    tmp_path: Path, name: str, codec: str, pixels: str, b_frames: int
) -> None:
    """A film without timestamps used to be played in an instant, without events."""
    times = [number / 25 for number in range(50)]
    path = write_film(tmp_path / name, times=times, codec=codec, pixels=pixels, b_frames=b_frames)
    if name == "twice.ts":
        path.write_bytes(path.read_bytes() * 2)
    with Recording(path) as film:
        scanned = [frame.time for frame in film]
    connection = StreamConnection(parse_address(str(path)), LiveSettings(), ManualClock())
    try:
        played = [picture.pts_s for picture in connection.pictures() if picture is not None]
    finally:
        connection.close()
    assert played == pytest.approx(scanned, abs=1e-6)
    assert played[-1] == pytest.approx(3.96 if name == "twice.ts" else 1.96, abs=0.1)
