from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

SIZE = (80, 60)
FRAMES = 40


def scene(number: int) -> np.ndarray:
    """A still room; from number 20 on a bright square crosses it."""
    rough = np.random.default_rng(5).integers(60, 140, (8, 10), np.uint8)
    grey = cv2.resize(rough, SIZE, interpolation=cv2.INTER_CUBIC)
    if number >= 20:
        x = 3 * (number - 20)
        grey[20:40, x : x + 20] = 235
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


def truth(number: int) -> np.ndarray:
    """What moves is 255; a rim of unknown, a shadow and a piece outside lie around it."""
    labels = np.zeros((60, 80), np.uint8)
    labels[:, :4] = 85
    labels[50:55, 40:60] = 50
    if number >= 20:
        x = 3 * (number - 20)
        labels[19:41, max(0, x - 1) : x + 21] = 170
        labels[20:40, x : x + 20] = 255
    return labels


@pytest.fixture
def make_sequence(tmp_path: Path) -> Callable[..., Path]:
    """Write a sequence in the CDnet layout, its pictures numbered from 1."""

    def make(name: str = "room", labelled: range = range(15, FRAMES + 1)) -> Path:
        folder = tmp_path / "sets" / name
        (folder / "input").mkdir(parents=True)
        (folder / "groundtruth").mkdir()
        for number in range(1, FRAMES + 1):
            cv2.imwrite(str(folder / f"input/in{number:06d}.png"), scene(number))
        for number in labelled:
            cv2.imwrite(str(folder / f"groundtruth/gt{number:06d}.png"), truth(number))
        return folder

    return make


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test writes by relative names is its own."""
    monkeypatch.chdir(tmp_path)
