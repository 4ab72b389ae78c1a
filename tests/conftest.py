"""What all tests share: an environment without a user's settings, footage, and small factories."""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

# For its kernels: whoever compiles them says so, and no test shall depend on which one is first.
import motionlapse.analysis.analyzer
import motionlapse.background.gaussian
import motionlapse.background.light  # noqa: F401
from motionlapse.frames import Frame, Image, Plane, Planes
from motionlapse.inside import Blob
from motionlapse.types import Analysis, ChangeScore, Decision, Event, State

_ROOT = Path(__file__).resolve().parent.parent

# How long anything takes is the machine's business.
settings.register_profile(
    "motionlapse",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("motionlapse")

# What a shell runs in the background ignores these, and so would all programs that tests stop.
for _number, _usual in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGQUIT, signal.SIG_DFL),
):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)


@pytest.fixture(scope="session")
def _empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, _empty_home: Path) -> None:
    monkeypatch.setenv("HOME", str(_empty_home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(_empty_home / ".config"))
    for name in [name for name in os.environ if name.startswith("MOTIONLAPSE__")]:
        monkeypatch.delenv(name)
    for name in ("COLUMNS", "LINES"):  # what pytest imports may set; terminals have their own
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def root() -> Path:
    return _ROOT


@pytest.fixture(scope="session")
def fixtures() -> Path:
    return _ROOT / "fixtures"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    folder = Path(os.environ.get("MOTIONLAPSE_DATA") or _ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"real footage is not there: {folder} (set MOTIONLAPSE_DATA)")
    return folder


def _plane(picture: Image, padding: int) -> Plane:
    # Padding is filled with what no test uses on purpose, so that reading it shows.
    buffer = np.full((len(picture), picture.shape[1] + padding), 77, np.uint8)
    buffer[:, : picture.shape[1]] = picture
    return Plane(buffer, picture.shape[1])


def _planes(luma: Image, *chroma: Image, padding: int = 0) -> Planes:
    if not chroma:
        return Planes(_plane(luma, padding))
    blue, red = (_plane(picture, padding) for picture in chroma)
    return Planes(_plane(luma, padding), (blue, red))


def _frame(
    luma: Image,
    *chroma: Image,
    index: int = 0,
    time: float = 0.0,
    wall: datetime | None = None,
    number: int | None = None,
) -> Frame:
    return Frame(
        index=index,
        time=time,
        wall=wall,
        number=index if number is None else number,
        to_planes=functools.cache(functools.partial(_planes, luma, *chroma)),
        to_bgr=lambda: np.repeat(luma[:, :, None], 3, axis=2),
    )


def _analysis(
    frame: Frame,
    score: float = 0.0,
    mask: Image | None = None,
    scale: int = 1,
    blobs: tuple[Blob, ...] = (),
) -> Analysis:
    if mask is None:
        mask = np.zeros((frame.planes.luma.height, frame.planes.luma.width), np.uint8)
    return Analysis(
        frame=frame,
        mask=mask,
        scale=scale,
        blobs=blobs,
        score=ChangeScore(score, score * 0.01),
        ready=True,
        learning_rate=0.1,
        light_gain=None,
    )


def _event(number: int = 1, start_s: float = 1.0, end_s: float = 2.0, peak: float = 3.0) -> Event:
    return Event(
        number=number,
        start_s=start_s,
        end_s=end_s,
        start_frame=round(start_s * 10),
        end_frame=round(end_s * 10),
        peak_s=start_s,
        peak_frame=round(start_s * 10),
        peak_score=peak,
        peak_fraction=0.01,
        reason="foreground 3 x threshold",
        regions=("door",),
        ending="end of footage",
    )


def _decision(
    state: State = State.QUIET,
    *,
    motion: bool = False,
    opened: Event | None = None,
    closed: Event | None = None,
) -> Decision:
    return Decision(state, "because", 1.0, motion=motion, opened=opened, closed=closed)


@pytest.fixture(scope="session")
def make_planes() -> Callable[..., Planes]:
    """Return planes of (luma) or (luma, U, V), rows padded by ``padding=`` bytes."""
    return _planes


@pytest.fixture(scope="session")
def make_frame() -> Callable[..., Frame]:
    """Return a frame of (luma) or (luma, U, V)."""
    return _frame


@pytest.fixture(scope="session")
def make_analysis() -> Callable[..., Analysis]:
    """Return an analysis of a frame with a score."""
    return _analysis


@pytest.fixture(scope="session")
def make_event() -> Callable[..., Event]:
    """Return an event."""
    return _event


@pytest.fixture(scope="session")
def make_decision() -> Callable[..., Decision]:
    """Return a decision in a state."""
    return _decision
