"""From observations to thresholds: noise floor, enter, exit, and the alarms to expect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from motionlapse.calibration.alarms import Excursions, excursions
from motionlapse.calibration.light import Light, describe
from motionlapse.calibration.noise import NoiseLevel
from motionlapse.calibration.watching import MeasureSpread, Watched, spread_of
from motionlapse.decision.settings import DecisionSettings
from motionlapse.units import counted, format_share

_ALARMS_A_DAY = 1.0
_HEADROOM = 1.5
_ENOUGH_S = 60.0
# A larger share of the picture is a moving object, or a scene that never rests, rather than noise.
_NOT_NOISE = 0.004
_USUAL_FACTOR = 1.0
# `exit` is never proposed below this share of `enter`; the lower it is, the sooner an event opens.
_LEAST_EXIT = 0.5
# Times the usual threshold, and the next highest. A cyclist who is still leaving reaches 3.2 and 8;
# the leaves, noise and exposure of seven quiet parts of films at most 1.1 times the threshold.
_STANDS_OUT, _STANDS_ALONE = 2.0, 4.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """Thresholds, and what they are based on.

    Attributes
    ----------
    noise_floor
        Least σ of a pixel, in grey levels.
    enter, exit
        Shares of the watched area.
    alarms_a_day
        Expected false alarms a day with them, extrapolated from the highest peaks seen.
    bound_a_day
        Upper bound of that rate with 95 % confidence if none was seen.
    usual_alarms_a_day
        Expected false alarms a day with the default thresholds and durations.
    kept
        Settings that `enter` holds for and that differ from the defaults, by key.
    peaks
        Noise floor → highest sustained share.
    score
        Median, 95th percentile and maximum of the moving share, at the default noise floor.
    noise, light
        Noise of the pixels, and behaviour of the picture's brightness.
    measures
        The measures that were asked for.
    warnings
        Reasons to doubt the proposal, one line each.
    quiet
        False if something moved or the scene never rests: thresholds from it would make the
        detector blind.
    """

    noise_floor: float
    enter: float
    exit: float
    alarms_a_day: float
    bound_a_day: float
    usual_alarms_a_day: float
    kept: dict[str, float | bool]
    peaks: dict[float, float]
    score: tuple[float, float, float]
    noise: list[NoiseLevel]
    light: Light
    measures: list[MeasureSpread]
    seconds: float
    frames: int
    warnings: list[str]
    quiet: bool


def propose(watched: Watched) -> Proposal:
    """Return thresholds for a scene.

    Notes
    -----
    Each noise floor from the default up needs a certain ``enter``: one with at most one expected
    alarm a day, and at least 1.5 times the highest share seen. A higher noise floor costs faint
    objects and a higher ``enter`` costs small ones, so the pair with the smallest product is taken.
    A noise floor below the default is proposed only if no foreground moved with it for a minute or
    more. ``enter`` never falls below the default, which is little more than the smallest blob that
    counts.

    Parameters
    ----------
    watched
        What was seen.
    """
    usual = DecisionSettings()
    seen = {factor: _excursions(watched, factor, watched.decision) for factor in watched.moving}
    enters = {
        factor: _needed(found, usual.enter)
        for factor, found in seen.items()
        if factor >= _USUAL_FACTOR or _never_moved(watched, factor)
    }
    factor = min(enters, key=lambda number: (number * enters[number], number))
    enter, chosen = enters[factor], seen[factor]
    peak = max(chosen.peaks, default=0.0)
    usual_level = spread_of(watched.moving[factor])[1]
    exit_ = max(_LEAST_EXIT * enter, min(0.8 * enter, 1.2 * usual_level))
    return Proposal(
        noise_floor=watched.floor * factor,
        enter=enter,
        exit=exit_,
        alarms_a_day=chosen.a_day(enter),
        bound_a_day=chosen.bound_a_day,
        usual_alarms_a_day=_excursions(watched, _USUAL_FACTOR, usual).a_day(usual.enter),
        kept=_kept(watched.decision),
        peaks={watched.floor * f: max(e.peaks, default=0.0) for f, e in seen.items()},
        score=spread_of(watched.moving[_USUAL_FACTOR]),
        noise=watched.noise.levels(),
        light=describe(watched.times_s, watched.brightness),
        measures=[spread for spread in watched.measures if spread.values],
        seconds=watched.seconds,
        frames=len(watched.times_s),
        warnings=_warnings(watched, seen[_USUAL_FACTOR], chosen, usual.enter),
        quiet=peak <= _NOT_NOISE,
    )


def _excursions(watched: Watched, factor: float, decision: DecisionSettings) -> Excursions:
    return excursions(
        watched.judged_s,
        watched.moving[factor],
        min_event_s=decision.min_event,
        hold_s=decision.hold,
        exit_ratio=_LEAST_EXIT,
    )


def _kept(decision: DecisionSettings) -> dict[str, float | bool]:
    """Return what was said otherwise than usual of when an event opens."""
    usual = DecisionSettings()
    said = {name: getattr(decision, name) for name in ("min_event", "hold", "light_events")}
    return {name: value for name, value in said.items() if value != getattr(usual, name)}


def _needed(seen: Excursions, least: float) -> float:
    """Return the ``enter`` that a noise floor needs."""
    peak = max(seen.peaks, default=0.0)
    enter = seen.threshold_for(_ALARMS_A_DAY, max(least, _HEADROOM * peak))
    return _rounded_up(enter) if enter > least else enter


def _never_moved(watched: Watched, factor: float) -> bool:
    """Tell whether nothing moved for long enough to justify a lower noise floor."""
    return watched.seconds >= _ENOUGH_S and not any(watched.moving[factor])


def _warnings(watched: Watched, usual: Excursions, chosen: Excursions, enter: float) -> list[str]:
    found = []
    if watched.seconds < _ENOUGH_S:
        found.append(
            f"too short: only {watched.seconds:.1f} s were judged, so up to "
            f"{usual.bound_a_day:,.0f} false alarms a day cannot be ruled out; watch for a "
            "minute or more"
        )
    if max(chosen.peaks, default=0.0) > _NOT_NOISE:
        highest = max(usual.peaks, default=0.0)
        where = _where(watched, highest)
        found.append(
            f"not a quiet scene: at {where:.1f} s {highest:.1%} of the picture moved; calibrate "
            "on another part (--start, --duration), or exclude what never rests (--ignore)"
        )
    elif stands_out(usual.peaks, enter):
        found.append(_single_peak_warning(watched, max(usual.peaks)))
    light = describe(watched.times_s, watched.brightness)
    if light.steps:
        found.append(
            f"brightness jumped {counted(light.steps, 'time')}, by up to "
            f"{light.largest_step:.0f} levels (auto-exposure or a lamp); the proposal may be too "
            "cautious"
        )
    return found


def _single_peak_warning(watched: Watched, peak: float) -> str:
    """Return a warning about the only high excursion; a scene that never rests is also only one."""
    moment = f"at {_where(watched, peak):.1f} s {peak:.2%} of the picture moved"
    usually = median(watched.moving[_USUAL_FACTOR])
    missed = "will not be found; calibrate on another part (--start, --duration)"
    if peak >= _STANDS_ALONE * usually:
        alone = f"one moment stands out: {moment}, otherwise far less"
        return f"{alone}. If that was a moving object, others like it {missed}"
    return (
        f"never at rest: half of the time at least {format_share(usually)} of the picture moved, "
        f"and {moment}. Motion of that size {missed}, or exclude what never rests (--ignore)"
    )


def stands_out(peaks: Sequence[float], enter: float) -> bool:
    """Tell whether one excursion is well above the threshold and far above every other.

    Noise and leaves recur, and reach similar heights; a single peak may be a moving object.
    """
    *others, highest = sorted(peaks) or [0.0]
    alone = highest >= _STANDS_ALONE * max(others, default=0.0)
    return alone and highest >= _STANDS_OUT * enter


def _where(watched: Watched, peak: float) -> float:
    """Return the media time of the first frame that reaches a peak."""
    shares = watched.moving[_USUAL_FACTOR]
    return next((t for t, s in zip(watched.times_s, shares, strict=True) if s >= peak), 0.0)


def _rounded_up(share: float) -> float:
    """Return a share rounded up to two significant digits."""
    unit = 10.0 ** (math.floor(math.log10(share)) - 1)
    return min(1.0, round(math.ceil(share / unit - 1e-9) * unit, 9))
