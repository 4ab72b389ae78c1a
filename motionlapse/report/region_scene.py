"""The picture shown while regions are drawn, and what moves in it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2

from motionlapse.batch.parts import analyzer_maker
from motionlapse.decision.decider import Decider
from motionlapse.errors import MotionlapseError
from motionlapse.frames import Image, Source
from motionlapse.pipeline import run
from motionlapse.pipeline_settings import Settings
from motionlapse.types import Analysis, Decision

_WIDEST = 1600
_MOST_BLOBS = 20_000


@dataclass(slots=True)
class Scene:
    """Scans a piece of a source without any region, in its own thread.

    Attributes
    ----------
    size
        (width, height) of the source; (0, 0) before its first frame.
    blobs
        ``[time, x, y, width, height, area]`` of each blob so far, in source pixels.
    frames
        Number of frames seen.
    done
        True once the piece was read to its end, or reading failed.
    fault
        Why reading failed, or ``""``.
    """

    size: tuple[int, int] = (0, 0)
    blobs: list[list[float]] = field(default_factory=list)
    frames: int = 0
    done: bool = False
    fault: str = ""
    _pictures: dict[str, bytes] = field(default_factory=dict)
    _first: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _error: MotionlapseError | None = None

    def start(self, open_source: Callable[[], Source], settings: Settings) -> None:
        """Start the scan; returns as soon as there is a picture.

        Parameters
        ----------
        open_source
            Opens the source; called in the thread.
        settings
            Those of a scan; its regions are ignored.

        Raises
        ------
        MotionlapseError
            If nothing can be read.
        """
        none = {"regions": (), "ignore": ()}
        analysis = settings.analysis.model_copy(update=none)
        settings = settings.model_copy(update={"analysis": analysis})
        self._thread = threading.Thread(
            target=self._scan, args=(open_source, settings), name="scene", daemon=True
        )
        self._thread.start()
        self._first.wait()
        if self._error is not None and not self.frames:
            raise self._error

    def stop(self) -> None:
        """Stop the scan and wait until it has ended; may be called again."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def stopping(self) -> bool:
        """Tell whether the scan should stop."""
        return self._stop.is_set()

    def picture(self, kind: str) -> bytes:
        """Return the first ``picture`` or the ``background`` as JPEG; ``b""`` if there is none."""
        return self._pictures.get(kind, b"")

    def _scan(self, open_source: Callable[[], Source], settings: Settings) -> None:
        try:
            with open_source() as source:
                self.size = source.info.width, source.info.height
                outcome = run(
                    source,
                    analyzer_maker(settings),
                    Decider(settings.decision),
                    [],
                    should_stop=self.stopping,
                    on_frame=self._take,
                )
                if outcome.failure is not None:
                    raise outcome.failure
        except MotionlapseError as error:
            self.fault, self._error = str(error), error
        finally:
            self.done = True
            self._first.set()

    def _take(self, analysis: Analysis, decision: Decision) -> None:  # noqa: ARG002
        frame = analysis.frame
        if not self.frames:
            self._pictures["picture"] = _jpeg(frame.bgr())
        if self.frames % 50 == 0 and analysis.inside is not None:
            self._pictures["background"] = _jpeg(analysis.inside.background())
        self.frames += 1
        if analysis.ready and len(self.blobs) < _MOST_BLOBS:
            time_s = round(frame.time, 3)
            self.blobs += [[time_s, b.x, b.y, b.width, b.height, b.area] for b in analysis.blobs]
        self._first.set()


def _jpeg(picture: Image) -> bytes:
    if picture.shape[1] > _WIDEST:
        size = _WIDEST, round(picture.shape[0] * _WIDEST / picture.shape[1])
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
    return jpeg.tobytes()
