"""The change score: one number a frame, 1.0 at the threshold."""

from __future__ import annotations

from motionlapse.analysis.settings import FlowSettings


def change_value(
    fraction: float, flow: float | None, *, enter: float, tracking: FlowSettings
) -> float:
    """Return how many times the threshold is reached.

    Without flow, ``fraction / enter``. With flow, foreground that stands still counts less (light,
    flicker, something put down), in proportion up to the displacement that counts as moving::

        value = fraction / enter · (1 − weight · (1 − min(1, flow / still)))

    Foreground without a corner to track counts in full.

    Parameters
    ----------
    fraction
        Foreground share of the watched area, 0 to 1.
    flow
        Mean displacement in picture diagonals a second, or None.
    enter
        The share that is the threshold.
    tracking
        ``still`` and ``weight``.
    """
    value = fraction / enter
    if flow is None:
        return value
    return value * (1.0 - tracking.weight * (1.0 - min(1.0, flow / tracking.still)))
