"""What calibrating shows: what was seen, what is proposed and where it was written."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from motionlapse.calibration.config_file import alarm_words, as_toml, check_place, write_config
from motionlapse.calibration.proposal import Proposal, propose
from motionlapse.calibration.watching import Watched, watch_scene
from motionlapse.cli.console import (
    Column,
    is_terminal,
    logger,
    print_json,
    print_table,
    printing,
    stderr_console,
)
from motionlapse.errors import ConfigError, SourceError
from motionlapse.frames import Source
from motionlapse.measures import MeasureEntry, chosen_measures
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.footage import one_footage
from motionlapse.sources.live_scene import USUAL_S, LiveScene, is_live
from motionlapse.units import format_share


def calibrate_source(
    name: str, out: Path, names: Sequence[str], settings: Settings, *, json: bool, bars: bool
) -> int:
    """Calibrate on one source, print and write the proposal, and return the exit code."""
    measures = chosen_measures(names) if names else []
    to_stdout = str(out) == "-"
    if to_stdout and json:
        raise ConfigError("--out - and --json cannot be used together")
    if not to_stdout:
        check_place(out)
    with _open(name, settings) as source:
        watched = _watch(source, settings, measures, bars=bars and is_terminal(sys.stderr))
        proposal = propose(watched)
        faults = list(source.faults)
    for fault in faults:
        (logger.error if fault.lost else logger.warning)("%s", fault.text)
    for warning in proposal.warnings:
        logger.warning("%s", warning)
    if not proposal.quiet:
        logger.error("%s: not quiet, so nothing was written", name)
    elif to_stdout:
        with printing():
            sys.stdout.write(as_toml(proposal, name))
    else:
        write_config(out, proposal, name)
    if json:
        print_json(_record(proposal, name, out))
    elif not to_stdout:
        _print(proposal)
        if proposal.quiet:
            logger.info("written to %s", out)
    lost = not proposal.quiet or any(fault.lost for fault in faults)
    return SourceError.exit_code if lost else 0


def _open(name: str, settings: Settings) -> Source:
    """Open the one source that a name stands for."""
    if is_live(name):
        return LiveScene(name, settings.sources)
    footage = one_footage(name)
    if footage.stills:
        from motionlapse.sources.stills import Stills

        return Stills(footage.stills, settings.sources, name=footage.name, label=footage.label)
    from motionlapse.sources.recording import Recording

    return Recording(
        footage.url or footage.path, settings.sources, name=footage.name, label=footage.label
    )


def _watch(
    source: Source, settings: Settings, measures: Sequence[MeasureEntry], *, bars: bool
) -> Watched:
    most_s = float("inf")
    if isinstance(source, LiveScene):
        most_s = settings.sources.duration or USUAL_S
    if not bars:
        return watch_scene(source, settings, measures, most_s=most_s)
    from rich.progress import Progress

    with Progress(console=stderr_console(), transient=True) as progress:
        total_s = most_s if source.info.duration_s is None else source.info.duration_s
        task = progress.add_task(source.info.name, total=total_s)
        begin: list[float] = []

        def advance(time_s: float) -> None:
            begin.append(time_s) if not begin else None
            progress.update(task, completed=time_s - begin[0])

        return watch_scene(
            source, settings, measures, lambda frame: advance(frame.time), most_s=most_s
        )


def _print(proposal: Proposal) -> None:
    light = proposal.light
    rows = [
        ("judged", f"{proposal.seconds:.1f} s, {proposal.frames} frames"),
        ("brightness", f"{light.mean:.1f} levels"),
        ("flicker", f"{light.flicker:.2f} levels from frame to frame"),
        ("drift", f"{light.drift:+.2f} levels a minute"),
        (
            "exposure steps",
            f"{light.steps}, up to {light.largest_step:.1f} levels" if light.steps else "none",
        ),
        *[
            (f"noise at {level.low}-{level.high}", f"σ {level.sigma:.2f} levels")
            for level in proposal.noise
        ],
        (
            "moving share",
            "median {}, 95 % below {}, highest {}".format(*map(format_share, proposal.score)),
        ),
        *[
            (
                spread.entry.name,
                (
                    f"median {spread.at(0.5):.4g}, 95 % {spread.at(0.95):.4g}, farthest "
                    f"{spread.at(1.0):.4g} ({len(spread.values)} pairs): threshold "
                    f"{spread.threshold():.4g}"
                ),
            )
            for spread in proposal.measures
        ],
        ("noise floor", f"{proposal.noise_floor:g} levels"),
        ("enter", format_share(proposal.enter)),
        ("exit", format_share(proposal.exit)),
    ]
    print_table((Column("what"), Column("value")), rows)
    with printing():
        sys.stdout.write(f"{alarm_words(proposal)}\n")


def _record(proposal: Proposal, source: str, out: Path) -> dict[str, object]:
    light = proposal.light
    return {
        "source": source,
        "file": str(out) if proposal.quiet else None,
        "seconds": round(proposal.seconds, 3),
        "frames": proposal.frames,
        "noise_floor": proposal.noise_floor,
        "enter": proposal.enter,
        "exit": proposal.exit,
        "false_alarms_a_day": round(proposal.alarms_a_day, 4),
        "false_alarms_a_day_below": round(proposal.bound_a_day, 1),
        "usual_false_alarms_a_day": round(proposal.usual_alarms_a_day, 4),
        "noise": [
            {"low": n.low, "high": n.high, "sigma": round(n.sigma, 3)} for n in proposal.noise
        ],
        "brightness": round(light.mean, 2),
        "flicker": round(light.flicker, 3),
        "drift_a_minute": round(light.drift, 3),
        "exposure_steps": light.steps,
        "moving_share": dict(zip(("median", "p95", "max"), proposal.score, strict=True)),
        "peaks": {f"{floor:g}": peak for floor, peak in proposal.peaks.items()},
        "measures": [
            {
                "measure": spread.entry.name,
                "median": spread.at(0.5),
                "p95": spread.at(0.95),
                "farthest": spread.at(1.0),
                "pairs": len(spread.values),
                "threshold": spread.threshold(),
            }
            for spread in proposal.measures
        ],
        "warnings": proposal.warnings,
    }
