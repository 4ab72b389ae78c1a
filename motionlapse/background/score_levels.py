"""Levels of a model's scores that more than one place must agree on."""

from __future__ import annotations

import numpy as np

THRESHOLD_SCORE = np.float32(64.0)
"""The score of a pixel that differs by exactly k σ; twice that is 2 k σ, up to 255."""
