"""Snapshots: the pictures of an event that a person wants to see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import cv2

from motionlapse.errors import SinkError
from motionlapse.files import free_name, make_folder, write_whole, writing
from motionlapse.frames import Image
from motionlapse.inside import Blob
from motionlapse.sinks.candidates import Candidates, best
from motionlapse.sinks.exif import PictureFacts, with_exif
from motionlapse.sinks.left_parts import drop_dead
from motionlapse.sinks.settings import SinkSettings
from motionlapse.types import Analysis, Decision
from motionlapse.units import format_duration, parse_duration

_ROUNDING_S = 1e-6  # times are sums of floats: 1.4 - 1.0 is below 0.4
_BOX_BGR = (60, 220, 60)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A picture that was kept.

    Attributes
    ----------
    event
        The number of its event.
    path
        Its file.
    time_s, frame
        Media time and index of its frame.
    score
        The change score of its frame.
    """

    event: int
    path: Path
    time_s: float
    frame: int
    score: float


@dataclass(frozen=True, slots=True)
class _Shot:
    """A frame that may become a snapshot."""

    time_s: float
    frame: int
    wall: datetime | None
    score: float
    jpeg: Callable[[], bytes]


class SnapshotSink:
    """Writes JPEG snapshots, chosen by the setting ``snapshots``.

    ``best``, ``first`` and ``last`` are written when their event has ended, since only then is it
    known which they are; ``all`` and ``every`` are written as they come.

    Parameters
    ----------
    folder
        Where they go; made with the first one. Half-written files of killed programs are removed.
    settings
        Which snapshots, their JPEG quality, and whether boxes are drawn.
    live
        True names them by the time of day, False by media time.
    keep
        Told of each snapshot that was written.
    may_write
        Given the frame's media time, tells whether one more may be written now.
    """

    def __init__(
        self,
        folder: Path,
        settings: SinkSettings,
        *,
        live: bool,
        keep: Callable[[Snapshot], None],
        may_write: Callable[[float], bool] = lambda _: True,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._live = live
        self._keep = keep
        self._may_write = may_write
        kind, _, interval = settings.snapshots.partition(":")
        self._at_once = kind in ("all", "every")
        self._interval_s = parse_duration(interval) if interval else 0.0
        self._shots: Candidates[_Shot] = Candidates(_CHOICES[kind])
        self._event = 0
        self._saved_s = float("-inf")
        drop_dead(folder)

    def write(self, analysis: Analysis, decision: Decision) -> None:
        """Take one frame; see `motionlapse.types.Sink`."""
        shots = self._shots.step(decision, lambda: self._shot(analysis))
        if decision.closed:
            self._save(decision.closed.number, shots or [])
        if decision.opened:
            self._event, self._saved_s = decision.opened.number, float("-inf")
        if self._at_once and self._event:
            self._save(self._event, self._shots.drain())

    def finish(self, decision: Decision) -> None:
        """Write what the last event leaves; see `motionlapse.types.Sink`."""
        if decision.closed:
            self._save(decision.closed.number, self._shots.finish(decision) or [])

    def close(self) -> None:
        """Do nothing: nothing is open between two frames."""

    def _shot(self, analysis: Analysis) -> _Shot:
        frame, blobs, settings = analysis.frame, analysis.blobs, self._settings

        def encode() -> bytes:
            picture = frame.bgr()
            drawn = _boxed(picture, blobs) if settings.draw else picture
            return encode_jpeg(drawn, settings.jpeg_quality)

        jpeg: Callable[[], bytes] = encode
        if self._at_once:
            # Many may wait for their event to be confirmed: encoded, they are a tenth as large.
            encoded = encode()
            jpeg = lambda: encoded  # noqa: E731
        return _Shot(frame.time, frame.index, frame.wall, analysis.score.value, jpeg)

    def _save(self, event: int, shots: list[_Shot]) -> None:
        for shot in shots:
            if shot.time_s - self._saved_s < self._interval_s - _ROUNDING_S:
                continue
            if not self._may_write(shot.time_s):
                continue
            self._saved_s = shot.time_s
            make_folder(self._folder)
            # Repaired timestamps may differ by less than the millisecond that names show.
            with writing(self._folder):
                path = free_name(self._folder / self._name(event, shot))
            facts = PictureFacts(event, shot.time_s, shot.wall, shot.score)
            write_whole(path, with_exif(shot.jpeg(), facts), anew=True)
            self._keep(Snapshot(event, path, shot.time_s, shot.frame, shot.score))

    def _name(self, event: int, shot: _Shot) -> str:
        moment = moment_of(shot.wall if self._live else None, shot.time_s)
        return f"event-{event:04d}_{moment}.jpg"


def moment_of(wall: datetime | None, time_s: float) -> str:
    """Return a moment as part of a file's name: time of day with its offset, else media time."""
    if wall is not None:
        return f"{wall:%Y-%m-%dT%H-%M-%S}.{wall.microsecond // 1000:03d}{wall:%z}"
    return format_duration(time_s, decimals=3).replace(":", "-")


def _boxed(picture: Image, blobs: tuple[Blob, ...]) -> Image:
    """Return a copy with a box around each blob, its lines in proportion to the picture."""
    drawn = picture.copy()
    width_px = max(1, round(picture.shape[0] / 360))
    for blob in blobs:
        corner = (blob.x + blob.width, blob.y + blob.height)
        cv2.rectangle(drawn, (blob.x, blob.y), corner, _BOX_BGR, width_px, cv2.LINE_AA)
    return drawn


def encode_jpeg(picture: Image, quality: int) -> bytes:
    """Return a BGR picture as JPEG; quality from 1 to 100."""
    done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise SinkError(f"a picture of {picture.shape[1]}×{picture.shape[0]} cannot be a JPEG")
    return encoded.tobytes()


_CHOICES: dict[str, Callable[[list[_Shot]], list[_Shot]]] = {
    "best": best,
    "first": lambda shots: shots[:1],
    "last": lambda shots: shots[-1:],
    "all": lambda shots: shots,
    "every": lambda shots: shots,  # thinned when they are saved
}
