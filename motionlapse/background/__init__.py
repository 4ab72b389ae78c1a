"""The background models, which learn what each pixel usually looks like, by name.

A model is a module with a class that has the methods of `motionlapse.types.BackgroundModel` and is
made from its settings. It needs one line in `MODELS`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from motionlapse.background.cnt_settings import CNTSettings
from motionlapse.background.gaussian_settings import GaussianSettings
from motionlapse.background.gsoc_settings import GSOCSettings
from motionlapse.background.knn_settings import KNNSettings
from motionlapse.background.lsbp_settings import LSBPSettings
from motionlapse.background.model_settings import ModelSettings
from motionlapse.background.mog2_settings import MOG2Settings

if TYPE_CHECKING:  # types brings NumPy, which --help need not wait for
    from motionlapse.types import BackgroundModel


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One line of the registry.

    Attributes
    ----------
    settings
        The class of its settings; its TOML table is ``[background.NAME]``.
    path
        ``module:Class``, imported when the model is first made.
    summary
        What it is and what it is good for, in one line.
    """

    settings: type[ModelSettings]
    path: str
    summary: str

    def load(self) -> type[BackgroundModel]:
        """Import and return its class; kernels that have to be compiled may take half a minute."""
        module, _, name = self.path.partition(":")
        found: type[BackgroundModel] = getattr(importlib.import_module(module), name)
        return found

    def make(self, settings: ModelSettings) -> BackgroundModel:
        """Return a new model."""
        make: Callable[[ModelSettings], BackgroundModel] = self.load()
        return make(settings)


MODELS: Mapping[str, ModelEntry] = {
    "gaussian": ModelEntry(
        GaussianSettings,
        "motionlapse.background.gaussian:Gaussian",
        "running mean and σ of each pixel, adapts to its noise; F 0.94 on labelled footage",
    ),
    "mog2": ModelEntry(
        MOG2Settings,
        "motionlapse.background.mog2:MOG2",
        "OpenCV's mixture of Gaussians: for pixels that alternate; F 0.76 on labelled footage",
    ),
    "knn": ModelEntry(
        KNNSettings,
        "motionlapse.background.knn:KNN",
        "OpenCV's nearest neighbours: for pixels that no Gaussian fits; F 0.84 on labelled footage",
    ),
    "cnt": ModelEntry(
        CNTSettings,
        "motionlapse.background.cnt:CNT",
        "OpenCV's fastest, counts frames: for clear contrast in brightness; F 0.86 on labelled "
        "footage",
    ),
    "gsoc": ModelEntry(
        GSOCSettings,
        "motionlapse.background.gsoc:GSOC",
        "OpenCV's spreading samples: for restless scenes, slow; F 0.74 on labelled footage",
    ),
    "lsbp": ModelEntry(
        LSBPSettings,
        "motionlapse.background.lsbp:LSBP",
        "OpenCV's samples of colour and texture, the slowest; F 0.64 on labelled footage",
    ),
}
