"""One step of `Gaussian` in plain float64 and pixel by pixel, written from its formulas.

What the docstring leaves open follows the kernels' own. Decisions that float32 may take the other
way are marked as unsure, not guessed.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from motionlapse.background.gaussian import Gaussian
from motionlapse.background.gaussian_settings import GaussianSettings

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BACKGROUND, CANDIDATE, RETIRED = 0, 1, 2
GHOST, OBJECT = 1, 2
TWO_LOOKS_S = 0.2
LONGEST_STEP_S, SHORTEST_STEP_S = 0.2, 1e-6
ROUNDING_S = 2e-5
SHORT_STEP_S = 0.02  # the kernel's times are float32: of shorter ones it knows the share less well
SHADOW_SCORE, DEEP_SHADOW_SCORE = 48.0, 49.0


def blue_green_red(luma: npt.ArrayLike, u: npt.ArrayLike, v: npt.ArrayLike) -> Floats:
    """Return full-range BT.601, not clipped."""
    y, u, v = (np.asarray(plane, np.float64) for plane in (luma, u, v))
    u, v = u - 128, v - 128
    return np.stack([y + 1.772 * u, y - 0.344 * u - 0.714 * v, y + 1.402 * v])


def rounded(value: float) -> float:
    return float(np.float32(value))


def most_credit(settings: GaussianSettings) -> float:
    return 8 * settings.time_constant if settings.absorb is None else settings.absorb


def near(value: npt.ArrayLike, edge: npt.ArrayLike) -> Bools:
    """Return whether float32 may see a quotient on the other side of an edge."""
    value, edge = np.asarray(value), np.asarray(edge)
    return np.asarray(abs(value - edge) <= 1e-3 * abs(edge) + 1e-6)


def near_sum(value: float, edge: float) -> bool:
    """Return the same of a sum of two float32; equal to the edge it is exact."""
    return value != edge and abs(value - edge) <= 1e-5 * abs(edge)


def pictures(model: Gaussian, blocks: npt.NDArray[np.float32]) -> Floats:
    """Return each row of blocks of 16 pixels as a picture."""
    rows = np.moveaxis(blocks.astype(np.float64), 1, 0).reshape(blocks.shape[1], -1)
    return rows[:, : model._variance.size].reshape(-1, *model._variance.shape)


@dataclass
class State:
    """Background, candidate and retired background: ``(3, P, H, W)`` and ``(3, H, W)`` twice.

    And what has been seen in the candidate's place, ``(P, H, W)``, for how long, ``(H, W)``.
    """

    means: Floats
    variances: Floats
    credits: Floats
    following: Floats
    ages: Floats

    @classmethod
    def of(cls, model: Gaussian) -> State:
        planes = len(model._mean)
        *candidate, credit, when, since = pictures(model, model._candidates)[: planes + 4]
        following = pictures(model, model._candidates)[planes + 4 :]
        retired = pictures(model, model._retired)
        # A candidate's credit is what it was when it was last followed, less the time since.
        # What is seen instead of it is of the last frame, or is none.
        since[model._time_s - when > ROUNDING_S] = math.inf
        doubt = np.maximum(credit - (model._time_s - when), 0)
        doubt[doubt < ROUNDING_S] = 0
        return cls(
            np.stack([model._mean, candidate[:-1], retired[:-2]]),
            np.stack([model._variance, candidate[-1], retired[-2]]),
            np.stack([model._credit, doubt, retired[-1]]),
            following,
            model._time_s - since,
        )


@dataclass
class Step:
    """Judges one frame and learns from it; `did` counts what became of the foreground."""

    settings: GaussianSettings
    state: State
    look: Floats
    elapsed_s: float
    pace: float
    looks_beside: bool  # every other frame, for twice the credit
    told: npt.NDArray[np.uint8]  # by outlines, which have a reference of their own, as has
    tolerance: float  # of a shadow's colour
    did: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        settings = self.settings
        step_s = min(self.elapsed_s, LONGEST_STEP_S)
        self.rate = rounded(-math.expm1(-step_s * self.pace / settings.time_constant))
        step_s = max(step_s, SHORTEST_STEP_S)  # only the rate is that of no time at all
        self.step_s = rounded(step_s)
        self.hurried_s = rounded(step_s * self.pace)
        self.k2 = rounded(settings.k**2)
        self.candidate_k2 = rounded(settings.k**2 * settings.candidate_match**2)
        self.floor = rounded(settings.noise_floor**2)
        self.most = rounded(most_credit(settings))
        self.promotion = rounded(settings.time_constant)
        shape = self.look.shape[1:]
        self.moving, self.unsure = np.zeros(shape, bool), np.zeros(shape, bool)
        self.followed = np.zeros(shape, bool)
        self.score = np.zeros(shape)
        for y in range(shape[0]):
            self._judge(y)
        # All are asked before any background changes place.
        foreground = [(int(y), int(x)) for y, x in np.argwhere(self.score >= 65)]
        beside = [self.looks_beside and self._fits_beside(*at) for at in foreground]
        for (y, x), fits in zip(foreground, beside, strict=True):
            self._follow(y, x, fits)

    def _judge(self, y: int) -> None:
        mean, v = self.state.means[0, :, y], self.state.variances[0, y]
        credit, doubt = self.state.credits[0, y], self.state.credits[1, y]
        d = self.look[:, y] - mean
        q = (d**2).max(axis=0) / (self.k2 * v)
        self.score[y] = np.minimum(64 * np.sqrt(q), 255)
        fits = self.score[y] < 65  # the score of a picture is whole: 64.9 is 64
        self.unsure[y] = near(self.score[y], 65)
        # No background has more than the most credit, so this is never below the least rate,
        # Δt / (most + Δt), whatever else the row holds.
        a = np.where(fits, np.maximum(self.rate, self.step_s / (credit + self.step_s)), 0)
        # A pace of zero judges only.
        a, gained = a * (self.pace > 0), fits * self.step_s * (self.pace > 0)
        mean += a * d
        level = mean[len(mean) // 2]
        least = self.floor * np.clip(level / 128, rounded(self.settings.dark_floor), 1) ** 2
        v[:] = np.maximum(v + a * ((d**2).mean(axis=0) - v), least)
        credit[:] = np.minimum(credit + gained, self.most)
        doubt[:] = np.maximum(doubt - gained, 0)

    def _follow(self, y: int, x: int, fits_beside: bool) -> None:
        at = (..., y, x)
        means, variances, credit = (
            part[at] for part in (self.state.means, self.state.variances, self.state.credits)
        )  # views of this pixel
        look = self.look[at]
        self.did["foreground"] += 1
        taught = self.step_s * (self.pace > 0)
        if credit[RETIRED] > 0:
            q = self._q(look, means[RETIRED], variances[RETIRED], self.k2, at)
            if q <= 1:
                # It is no foreground any more: nobody sees the candidate.
                credit[CANDIDATE] = max(credit[CANDIDATE] - taught, 0)
                self._return(look, q, at)
                return
        self.followed[at] = True
        following, age = self.state.following[at].copy(), float(self.state.ages[at])
        self.state.following[at], self.state.ages[at] = look, taught / 2
        if len(look) == 3 and (shadow := self._shadow(look, means[BACKGROUND], at)):
            self.did["shadow"] += 1
            self.score[at] = shadow
        restarts = self.did["restart"]
        became = self._follow_candidate(look, means, variances, credit, at, fits_beside)
        if became == "background":
            return
        if became == "missed" and age >= 0:
            q = float(((look - following) ** 2).max() / (self.candidate_k2 * self.floor))
            self.unsure[at] |= near(q, 1)
            if q <= 1:
                self.did["wait"] += 1
                step = max(self.rate, taught / max(age + taught, 1e-9))
                self.state.following[at] = following + step * (look - following)
                self.state.ages[at] = age + taught
                self.followed[at] = taught >= SHORT_STEP_S
                if self.did["restart"] > restarts:
                    variances[CANDIDATE] = self.floor
        own = float(credit[CANDIDATE])
        standing = rounded(self.settings.standing)
        if became == "missed":
            age = float(self.state.ages[at])
            self.unsure[at] |= abs(age - standing) <= ROUNDING_S  # a difference of two times
            own = max(own, age)
        if self.did["restart"] > restarts:
            credit[CANDIDATE] = own
        self.unsure[at] |= near_sum(own, standing)
        self.moving[at] = own < standing

    def _follow_candidate(
        self,
        look: Floats,
        means: Floats,
        variances: Floats,
        credit: Floats,
        at: tuple[object, ...],
        fits_beside: bool,
    ) -> str:
        """Return whether the candidate was seen, missed, or became the background."""
        own, dt = float(credit[CANDIDATE]), self.hurried_s
        missed = rounded(self.settings.candidate_miss) * dt
        if (
            own > 0
            and self._q(look, means[CANDIDATE], variances[CANDIDATE], self.candidate_k2, at) <= 1
        ):
            self.did["learn"] += 1
            self._approach(CANDIDATE, look, max(self.rate, dt / (own + dt)), at)
            ghost = 2 * fits_beside
            self.did["ghost"] += bool(ghost)
            credit[CANDIDATE] = own + dt * (1 + ghost * rounded(self.settings.ghost_credit))
            needed = min(max(credit[BACKGROUND], self.promotion), self.most)
            if self.told[at] == OBJECT:
                self.did["object"] += 1
                needed = self.most
            self.unsure[at] |= abs(credit[CANDIDATE] - TWO_LOOKS_S) <= ROUNDING_S
            if self.told[at] == GHOST and dt > 0 and credit[CANDIDATE] >= TWO_LOOKS_S:
                self.did["told"] += 1
                credit[CANDIDATE] = self.most
                self._promote(means, variances, credit)
                return "background"
            self.unsure[at] |= near_sum(credit[CANDIDATE], needed)
            if credit[CANDIDATE] > needed:
                self._promote(means, variances, credit)
                return "background"
            return "seen"
        if own > missed:
            self.unsure[at] |= near_sum(own, missed)
            self.did["miss"] += 1
            credit[CANDIDATE] = own - missed
        else:
            self.unsure[at] |= near_sum(own, missed)
            self.did["restart"] += 1
            means[CANDIDATE], variances[CANDIDATE] = look, 2 * self.floor
            credit[CANDIDATE] = dt / 2
        return "missed"

    def _q(self, look: Floats, mean: Floats, v: float, k2: float, at: tuple[object, ...]) -> float:
        q = float(((look - mean) ** 2).max() / (k2 * v))
        self.unsure[at] |= near(q, 1)
        return q

    def _return(self, look: Floats, q: float, at: tuple[object, ...]) -> None:
        self.did["return"] += 1
        self.score[at] = 64 * math.sqrt(q)
        self._approach(RETIRED, look, self.rate, at)
        credit = self.state.credits[at]
        credit[RETIRED] = min(credit[RETIRED] + self.hurried_s, self.most)
        self.unsure[at] |= near_sum(credit[RETIRED], credit[BACKGROUND])
        self.unsure[at] |= near_sum(credit[RETIRED], self.most)
        if credit[RETIRED] > credit[BACKGROUND] or credit[RETIRED] >= self.most:
            self.did["exchange"] += 1
            for part in (self.state.means, self.state.variances, self.state.credits):
                part[at][[BACKGROUND, RETIRED]] = part[at][[RETIRED, BACKGROUND]]

    def _promote(self, means: Floats, variances: Floats, credit: Floats) -> None:
        self.did["promotion"] += 1
        for part in (means, variances, credit):
            # Candidate to background, background to retired; what was retired is forgotten.
            part[[BACKGROUND, RETIRED]] = part[[CANDIDATE, BACKGROUND]]
        credit[BACKGROUND] = min(credit[BACKGROUND], self.most)
        credit[CANDIDATE] = 0

    def _approach(self, one: int, look: Floats, rate: float, at: tuple[object, ...]) -> None:
        mean, v = self.state.means[one][at], self.state.variances[one]
        d = look - mean
        mean += rate * d
        v[at] = max(v[at] + rate * ((d**2).mean() - v[at]), self.floor)

    def _shadow(self, look: Floats, mean: Floats, at: tuple[object, ...]) -> float:
        ratio = (look * mean).sum() / (1 + (mean**2).sum())
        rest = ((look - ratio * mean) ** 2).max()
        darkest, tolerance = rounded(self.settings.shadow), self.tolerance * abs(self.tolerance)
        self.unsure[at] |= near(rest, tolerance) | near(ratio, (darkest, 1, darkest**0.5)).any()
        if not (darkest <= ratio <= 1 and rest <= tolerance):
            return 0.0
        return DEEP_SHADOW_SCORE if ratio < math.sqrt(darkest) else SHADOW_SCORE

    def _fits_beside(self, y: int, x: int) -> bool:
        height, width = self.score.shape
        fits = False
        for row, column in ((y, x - 1), (y, x + 1), (y - 1, x), (y + 1, x)):
            if 0 <= row < height and 0 <= column < width:
                self.unsure[y, x] |= self.unsure[row, column]
                at = (..., row, column)
                d = self.look[:, y, x] - self.state.means[0][at]
                q = float((d**2).max() / (self.k2 * self.state.variances[0][at]))
                self.unsure[y, x] |= near(q, 1)
                fits |= q <= 1
        return fits
