"""Before, after and the difference as heat, in one picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from motionlapse.comparison.pair import Compared
from motionlapse.errors import ConfigError
from motionlapse.files import write_in_folder
from motionlapse.frames import Image
from motionlapse.made import Made, marked, refuse_others
from motionlapse.measures.measured import Floats, bgr, grey
from motionlapse.measures.noise import MOST_SIGMAS, USUAL_K, changed_pieces

_PANEL_WIDTH = 960
_LEAST_WIDTH = 320
_GAP, _CAPTION_HEIGHT = 8, 34
_WHITE, _INK, _OUTLINE = (255, 255, 255), (40, 40, 40), (60, 220, 60)
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


def check_name(path: Path) -> None:
    """Refuse a file name without a known picture format.

    Raises
    ------
    ConfigError
        Naming the known ones.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ConfigError(f"--diff {path}: its name must end in {', '.join(SUFFIXES)}")


def write_difference(path: Path, compared: Compared) -> None:
    """Write the picture; the file appears whole or not at all.

    Raises
    ------
    ConfigError
        If its name has no known format, or is that of a picture not made by this program.
    SinkError
        If it cannot be written.
    """
    check_name(path)
    refuse_others(path, Made.PICTURE)
    _, encoded = cv2.imencode(path.suffix.lower(), difference_picture(compared))
    write_in_folder(path, marked(encoded.tobytes()))


def difference_picture(compared: Compared) -> Image:
    """Return before, after and heat map side by side with captions, BGR uint8.

    Differences beyond noise and light are outlined in green in all three panels. In the heat map
    they range from dark red, at the level of noise, to white, at 12 σ.
    """
    pair = compared.pair
    heat = compared.change.heat
    if heat is None:
        heat = np.zeros(pair.before.shape[:2], np.float32)
    scale = _scale(pair.before.shape[1])
    panels = [bgr(_scaled(picture, scale)) for picture in (pair.before, pair.after)]
    sigmas = np.asarray(cv2.resize(heat, (panels[0].shape[1], panels[0].shape[0])), np.float32)
    panels.append(_heat_picture(panels[1], sigmas))
    outlines, _ = cv2.findContours(
        changed_pieces(sigmas), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    captions = ("before", "after", f"difference: {_summary(compared)}")
    done = []
    for panel, caption in zip(panels, captions, strict=True):
        drawn = panel.copy()
        cv2.drawContours(drawn, outlines, -1, _OUTLINE, 2, cv2.LINE_AA)
        done.append(_captioned(drawn, caption))
    gap = np.full((done[0].shape[0], _GAP, 3), 255, np.uint8)
    return np.hstack([done[0], gap, done[1], gap, done[2]])


def _summary(compared: Compared) -> str:
    if not compared.rectangle:
        return "only noise and light"
    return f"{compared.change.value * 100:.2g}% changed"


def _scale(width: int) -> float:
    """Return the factor that makes panels large enough to see and small enough to show."""
    return min(1.0, _PANEL_WIDTH / width) if width >= _LEAST_WIDTH else _LEAST_WIDTH / width


def _scaled(picture: Image, scale: float) -> Image:
    height, width = picture.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_AREA if scale <= 1 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(picture, size, interpolation=how))


def _heat_picture(picture: Image, sigmas: Floats) -> Image:
    """Return the picture darkened and in grey, with the differences on it in heat colours."""
    dim = bgr(grey(picture) // 3)
    strength = np.clip(sigmas / MOST_SIGMAS, 0, 1)
    colours = np.asarray(
        cv2.applyColorMap((strength * 255).astype(np.uint8), cv2.COLORMAP_HOT), np.float32
    )
    # Below half of the threshold, differences are noise and stay dark.
    weight = np.clip((sigmas - USUAL_K / 2) / (USUAL_K / 2), 0, 1)[:, :, None]
    return np.asarray(dim * (1 - weight) + colours * weight).astype(np.uint8)


def _captioned(panel: Image, caption: str) -> Image:
    strip = np.full((_CAPTION_HEIGHT, panel.shape[1], 3), _WHITE, np.uint8)
    cv2.putText(strip, caption, (6, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, _INK, 1, cv2.LINE_AA)
    return np.vstack([strip, panel])
