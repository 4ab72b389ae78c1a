"""The sample of skipped groups that is decoded after all, to check the prescan."""

from __future__ import annotations

import random
from collections.abc import Sequence

from motionlapse.prescan.stretches import Stretch, joined, whole_groups

_FEWEST = 20
_SHARE = 1 / 40
_DOUBT = 0.05


def choose_sample(skipped: Sequence[int]) -> list[int]:
    """Return the skipped groups to check, in order; the same ones at every call.

    They are one in forty, but at least twenty, or all if there are fewer.
    """
    count = min(len(skipped), max(_FEWEST, round(_SHARE * len(skipped))))
    return sorted(random.Random(len(skipped)).sample(skipped, count))


def sample_stretches(sample: Sequence[int], starts_s: Sequence[float]) -> list[Stretch]:
    """Return the stretches that must be decoded to check a sample."""
    return joined(whole_groups(group, group, starts_s) for group in sample)


def risk_bound(count: int) -> float:
    """Return the share of skipped groups that may hold motion although none of `count` did.

    It is the upper bound of a one-sided 95 % confidence interval, about 3 / `count` (the rule of
    three). Without a sample it is 0.
    """
    return 1.0 - float(_DOUBT ** (1 / count)) if count else 0.0
