"""Held packets: the same events as when all are decoded, and when none are held."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from motionlapse.analysis.analyzer import Analyzer
from motionlapse.analysis.settings import AnalysisSettings
from motionlapse.background.gaussian import Gaussian
from motionlapse.clock import ManualClock
from motionlapse.decision.decider import Decider
from motionlapse.decision.settings import DecisionSettings
from motionlapse.frames import Frame, SourceInfo
from motionlapse.pacing.settings import PacingSettings
from motionlapse.pipeline import run
from motionlapse.sources.connection import Undecoded
from motionlapse.sources.holding import Holding
from motionlapse.sources.planes import bgr_of, planes_of
from motionlapse.sources.stream_decoder import Shown, StreamDecoder
from motionlapse.types import Analysis, Decision, Event
from motionlapse.watch.telling import allow, tell
from tests.films import FPS, picture, write_film

SECONDS = 30
X264 = {"preset": "veryfast", "crf": "23"}
# All packets are equally large, whatever is in them: they are padded to fill the buffer.
CONSTANT = {
    "preset": "veryfast",
    "x264-params": "nal-hrd=cbr:bitrate=600:vbv-maxrate=600:vbv-bufsize=24:scenecut=0",
}
X265 = {"x265-params": "bframes=2:keyint=25:open-gop=0:scenecut=0:log-level=none"}


def noisy_film(
    path: Path,
    *,
    moves: tuple[tuple[float, float], ...] = ((15.3, 18.3),),
    keys: int = FPS,
    seconds: int = SECONDS,
    size: tuple[int, int] = (160, 120),
    **more: object,
) -> Path:
    """Write a noisy scene in which something moves now and then."""
    rng = np.random.default_rng(4)

    def noisy(time_s: float) -> np.ndarray:
        grain = rng.normal(0, 2, (size[1], size[0], 1))
        shown = picture(time_s, moves=moves, size=size) + grain
        return np.clip(shown, 0, 255).astype(np.uint8)

    options = {**X264, **more.pop("options", {}), "g": str(keys)}  # type: ignore[dict-item]
    times = [index / FPS for index in range(seconds * FPS)]
    return write_film(path, times=times, pictures=noisy, size=size, options=options, **more)  # type: ignore[arg-type]


def set_up(context: VideoCodecContext) -> None:
    context.options = {"err_detect": "explode"}


class Stream:
    """Plays the packets of a film as those of a stream, and gives the loop its frames."""

    def __init__(self, film: Path, holding: Holding | None) -> None:
        self.holding = holding
        self._container = av.open(str(film))
        self.stream: VideoStream = self._container.streams.video[0]
        self.stream.thread_type = "SLICE"
        self.info = SourceInfo("x", "x", "camera", self.stream.width, self.stream.height)
        self.damaged = 0
        self.decoder = StreamDecoder(self.stream, ManualClock(), holding, set_up, self._note_damage)

    def _note_damage(self) -> None:
        self.damaged += 1

    def opening(self) -> Iterator[Frame] | None:
        return None

    def packets(self) -> Iterator[av.Packet[VideoStream]]:
        return self._container.demux(self.stream)

    def __iter__(self) -> Iterator[Frame]:
        index = 0
        for packet in self.packets():
            for item in self.decoder.take(packet):
                if item is not None:
                    yield self._frame(item, index)
                    index += 1

    def _frame(self, item: Shown | Undecoded, index: int) -> Frame:
        if isinstance(item, Undecoded):
            time = item.pts_s or 0.0
            return Frame(index, time, None, index, item.to_planes, item.to_bgr, calm=True)
        shown = item.frame
        time = float((shown.pts or 0) * (self.stream.time_base or 0))
        return Frame(index, time, None, index, lambda: planes_of(shown), lambda: bgr_of(shown))


class Notes:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.looked_s: list[float] = []

    def write(self, analysis: Analysis, decision: Decision) -> None:
        self.looked_s.append(analysis.frame.time)
        self.finish(decision)

    def finish(self, decision: Decision) -> None:
        if decision.closed:
            self.events.append(decision.closed)

    def close(self) -> None:
        pass


def watch(film: Path, *, hold: bool) -> tuple[list[tuple[float, float]], Holding, list[float]]:
    """Return the events in a film, what held its packets, and the times of analysed frames."""
    holding, notes = Holding(), Notes()
    allow(holding, PacingSettings() if hold else None)
    stream = Stream(film, holding if hold else None)
    result = run(
        stream,
        lambda size: Analyzer(size, Gaussian(), AnalysisSettings(), enter=0.002),
        Decider(DecisionSettings()),
        [notes],
        on_frame=lambda analysis, decision: tell(holding, analysis, decision),
        pacing=PacingSettings(),
    )
    assert result.failure is None
    assert not stream.damaged
    return [(e.start_s, e.end_s) for e in notes.events], holding, notes.looked_s


KINDS: list[dict[str, object]] = [
    {},
    {"b_frames": 3},
    {"codec": "libx265", "options": X265},
    {"options": CONSTANT},
]


@pytest.mark.parametrize("kind", KINDS, ids=["forward", "reordered", "hevc", "constant"])
def test_events_begin_and_end_where_they_do_when_all_is_decoded(
    tmp_path: Path, kind: dict[str, object]
) -> None:
    film = noisy_film(tmp_path / "film.mp4", **kind)
    known, *_ = watch(film, hold=False)
    found, holding, _ = watch(film, hold=True)
    assert len(known) == 1
    assert found[0] == pytest.approx(known[0], abs=1.5 / FPS)
    assert len(found) == 1
    assert holding.spared > 5 * FPS


def test_only_key_frames_are_looked_at_while_nothing_moves(tmp_path: Path) -> None:
    film = noisy_film(tmp_path / "film.mp4", moves=((24.3, 27.3),))
    _, holding, looked_s = watch(film, hold=True)
    quiet_s = [time_s for time_s in looked_s if 12.0 < time_s < 24.0]
    assert len(quiet_s) <= 16
    assert holding.spared > 12 * FPS


def test_where_packets_do_not_grow_all_are_decoded_after_the_first_event(tmp_path: Path) -> None:
    moves = ((15.3, 18.3), (38.2, 38.8))
    film = noisy_film(tmp_path / "film.mp4", moves=moves, seconds=45, options=CONSTANT)
    known, *_ = watch(film, hold=False)
    found, holding, looked_s = watch(film, hold=True)
    assert len(known) == 2
    assert found == [pytest.approx(event, abs=1.5 / FPS) for event in known]
    assert holding.released < 2 * FPS, "sizes told of something"
    # The first event showed in the key frame after its beginning; the second lay between two.
    assert len([time_s for time_s in looked_s if 25.0 < time_s < 38.0]) > 13 * 4


def test_nothing_is_held_where_key_frames_are_far_apart(tmp_path: Path) -> None:
    film = noisy_film(tmp_path / "film.mp4", keys=3 * FPS)
    _, holding, _ = watch(film, hold=True)
    assert holding.held == 0


class LettingGo(Holding):
    """Ends holding at a given packet of a group, whatever its size."""

    def __init__(self, *, go_at: int | None = None) -> None:
        super().__init__()
        self._go_at = go_at

    def begin(self, stamp_s: float, *, closed: bool) -> bool:
        self._count = 0
        return super().begin(stamp_s, closed=closed)

    def add(self, stamp_s: float, size: int) -> bool:
        self._count += 1
        self.active = self.active and self._count != self._go_at
        return self.active

    def stays_held(self) -> bool:
        return self.active


class Always(LettingGo):
    """Holds every group."""

    def begin(self, stamp_s: float, *, closed: bool) -> bool:
        super().begin(stamp_s, closed=closed)
        self.active = closed
        return closed


def pictures(stream: Stream) -> list[tuple[float, bytes]]:
    return [(f.time, f.planes.luma.view.tobytes()) for f in stream]


@pytest.mark.parametrize("go_at", [None, 1, 7])
@pytest.mark.parametrize("kind", KINDS[:3], ids=["forward", "reordered", "hevc"])
def test_held_pictures_are_the_same_as_those_that_are_decoded_at_once(
    tmp_path: Path, kind: dict[str, object], go_at: int | None
) -> None:
    film = noisy_film(tmp_path / "film.mp4", seconds=4, **kind)
    held = Stream(film, Always(go_at=go_at))
    assert pictures(held) == pictures(Stream(film, None))
    assert not held.damaged


def test_what_is_held_when_the_connection_breaks_is_shown(tmp_path: Path) -> None:
    film = noisy_film(tmp_path / "film.mp4", seconds=2)
    stream = Stream(film, Always())
    shown = []
    for packet in list(stream.packets())[:40]:
        shown += [item for item in stream.decoder.take(packet) if item is not None]
    assert len(shown) == 26  # a group, and the next one's key frame
    rest = list(stream.decoder.let_go())
    assert len(rest) == 14
    assert all(item.in_turn for item in rest)
    assert not list(stream.decoder.let_go())


def test_in_place_of_a_damaged_picture_the_one_before_it_is_shown(tmp_path: Path) -> None:
    film = noisy_film(tmp_path / "film.mp4", seconds=2)
    good = pictures(Stream(film, None))
    stream = Stream(film, Always())
    packets = list(stream.packets())
    broken = av.Packet(b"\0" * packets[10].size)
    broken.pts, broken.dts, broken.time_base = (
        packets[10].pts, packets[10].dts, packets[10].time_base,
    )  # fmt: skip
    packets[10] = broken  # type: ignore[call-overload]
    stream.packets = lambda: iter(packets)  # type: ignore[method-assign]
    shown = pictures(stream)
    assert [time_s for time_s, _ in shown] == [time_s for time_s, _ in good]
    assert shown[10][1] == good[9][1]
    assert shown[25:] == good[25:]


def test_where_another_decoder_can_use_nothing_the_key_frame_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as when parameter sets came long before, and never again."""
    film = noisy_film(tmp_path / "film.mp4", seconds=2)
    good = pictures(Stream(film, None))
    stream = Stream(film, Always())
    monkeypatch.setattr(stream.decoder, "_header", stream.decoder._header[:8] + b"\0\0\0\0")
    shown = pictures(stream)
    assert [time_s for time_s, _ in shown] == [time_s for time_s, _ in good]
    assert shown[24][1] == good[0][1]


def test_pictures_of_another_size_may_follow_what_is_held(tmp_path: Path) -> None:
    small = noisy_film(tmp_path / "small.h264", seconds=2)
    large = noisy_film(tmp_path / "large.h264", seconds=2, size=(320, 240))
    both = tmp_path / "both.h264"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    stream = Stream(both, Always())
    found = list(stream.packets())
    for number, packet in enumerate(found):
        packet.pts = packet.dts = number
        packet.time_base = stream.stream.time_base or FPS
    stream.packets = lambda: iter(found)  # type: ignore[method-assign]
    sizes = [frame.planes.size for frame in stream]
    assert sizes == [(160, 120)] * 50 + [(320, 240)] * 50
    assert not stream.damaged
