"""A film of what the detector saw: layers side by side, and in words below them why it fired."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motionlapse.frames import Image
from motionlapse.sinks.drawing import WHITE, text_px, wrap, write_text
from motionlapse.sinks.layers import mask_panel, panel, panel_size
from motionlapse.sinks.video import LOSSLESS, VISUALLY_LOSSLESS, VideoWriter
from motionlapse.sinks.video_file import Placing
from motionlapse.types import Analysis, Decision, State
from motionlapse.units import counted, format_duration, format_share

_GROUND = 24
_STATE_BGR = {
    State.WARMING: (200, 160, 60),
    State.QUIET: (150, 150, 150),
    State.RISING: (60, 210, 250),
    State.ACTIVE: (70, 80, 240),
    State.FADING: (40, 140, 240),
}
# The longest that a frame may have to say: the space below the panels is kept for it.
_LONGEST = (
    "00:00:00.000   #0000000",
    "score 0000.00   opens at 1, stays open from 0.00",
    "state warming",
    "area 00.000%   0000 blobs",
    "motion of 00.0 s was shorter than min_event; 0.00 of the threshold",
)


class MaskFilm:
    """Writes a film of every frame's layers at the times of the source.

    The mask alone is lossless (0 and 255 come back), several layers are visually lossless.

    Parameters
    ----------
    path
        Ends in ``.mp4`` or ``.mkv``; appears when the run ends, however that is.
    layers
        Names of `motionlapse.sinks.settings.LAYERS`, in order.
    size
        (width, height) of the source's pictures.
    most
        The largest width of a panel; None: the source's own.
    text
        Whether score, thresholds, state and reason stand below the panels.
    stays
        The score from which an open event stays open: exit over enter.
    fps
        The source's nominal rate, a hint for the encoder.
    placing
        As in `motionlapse.sinks.video_file.VideoFile`.

    Raises
    ------
    ConfigError
        For another suffix.
    SinkError
        From every method, if it cannot be written.
    """

    def __init__(
        self,
        path: Path,
        *,
        layers: Sequence[str],
        size: tuple[int, int],
        most: int | None,
        text: bool,
        stays: float,
        fps: float | None,
        placing: Placing | None = None,
    ) -> None:
        self._layers = tuple(layers)
        self._stays = stays
        self._panel = panel_size(size, most)
        count = len(self._layers)
        self._columns = count if count <= 3 else -(-count // 2)
        rows = -(-count // self._columns)
        width = self._panel[0] * self._columns
        self._size_px = text_px(width)
        self._margin = self._size_px // 2
        lines = len(wrap(_LONGEST, width - 2 * self._margin, self._size_px)) if text else 0
        self._line_px = round(self._size_px * 1.4)
        below = lines * self._line_px + 2 * self._margin if text else 0
        self._height = self._panel[1] * rows
        height = self._height + below + below % 2
        self._alone = self._layers == ("mask",)
        shape = (height, width) if self._alone else (height, width, 3)
        self._canvas: Image = np.full(shape, _GROUND, np.uint8)
        encoding = LOSSLESS if self._alone else VISUALLY_LOSSLESS
        self._path = path
        self._film = VideoWriter(
            path, (width, height), encoding, fps=fps, behind=True, placing=placing, made=True
        )
        self._start_s: float | None = None

    def write(self, analysis: Analysis, decision: Decision) -> None:
        """Take one frame; see `motionlapse.types.Sink`."""
        time_s = analysis.frame.time
        self._start_s = time_s if self._start_s is None else self._start_s
        canvas = self._canvas
        width, height = self._panel
        for number, name in enumerate(self._layers):
            row, column = divmod(number, self._columns)
            place = canvas[row * height :, column * width :][:height, :width]
            if self._alone:  # nothing is drawn upon it
                place[:] = mask_panel(analysis, self._panel)
            else:
                place[:] = panel(name, analysis, self._panel)
        if canvas.shape[0] > self._height:
            self._write_words(analysis, decision)
        self._film.write(canvas, time_s - self._start_s)

    def finish(self, decision: Decision) -> None:
        """Nothing is left to write."""

    def close(self) -> None:
        """Finish the film and put it in its place; may be called again."""
        self._film.close()

    @property
    def made(self) -> Path | None:
        """The film, once it is in its place."""
        return self._path if self._film.kept else None

    def _write_words(self, analysis: Analysis, decision: Decision) -> None:
        canvas = self._canvas
        canvas[self._height :] = _GROUND
        colour = _STATE_BGR[decision.state]
        lines = wrap(
            words_of(analysis, decision, self._stays),
            canvas.shape[1] - 2 * self._margin,
            self._size_px,
        )
        y = self._height + self._margin + self._size_px
        for line in lines:
            write_text(canvas, line, (self._margin, y), self._size_px, WHITE)
            y += self._line_px
        rule = canvas[self._height : self._height + max(2, self._margin // 2)]
        rule[:] = max(colour) if self._alone else colour


def words_of(analysis: Analysis, decision: Decision, stays: float) -> list[str]:
    """Return what is to be said of a frame: time, score and thresholds, state, area, reason."""
    frame, score, blobs = analysis.frame, analysis.score, len(analysis.blobs)
    return [
        f"{format_duration(frame.time, decimals=3)}   #{frame.index}",
        f"score {score.value:.2f}   opens at 1, stays open from {stays:.2g}",
        f"state {decision.state.value}",
        f"area {format_share(score.fraction)}   {counted(blobs, 'blob')}",
        decision.reason,
    ]
