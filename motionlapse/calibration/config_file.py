"""The proposal as a commented TOML file."""

from __future__ import annotations

from pathlib import Path

from motionlapse.calibration.proposal import Proposal
from motionlapse.errors import ConfigError, why
from motionlapse.files import check_writable, write_in_folder, writing
from motionlapse.units import format_share, printable

_MARK = "# Written by 'motionlapse calibrate', which may replace it."


def check_place(path: Path) -> None:
    """Refuse a file that calibrate did not write, or that cannot be written.

    Raises
    ------
    ConfigError
        If calibrate did not write it, or it cannot be read.
    SinkError
        If it cannot be written.
    """
    with writing(path):
        there = path.exists()
    if not there:
        check_writable(path)
        return
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {why(error)}") from None
    if not text.startswith(_MARK):
        raise ConfigError(
            f"{path}: not written by calibrate, so it is left unchanged; choose another --out, "
            "or copy the values by hand"
        )
    check_writable(path)


def write_config(path: Path, proposal: Proposal, source: str) -> None:
    """Write the file, whole or not at all.

    Raises
    ------
    ConfigError
        If the existing file was not written by calibrate.
    SinkError
        If it cannot be written.
    """
    check_place(path)
    write_in_folder(path, as_toml(proposal, source).encode())


def as_toml(proposal: Proposal, source: str) -> str:
    """Return the file's text."""
    light = proposal.light
    median, most, highest = map(format_share, proposal.score)
    lines = [
        _MARK,
        f"# From {printable(source)}: {proposal.seconds:.1f} s, {proposal.frames} frames.",
        *[f"# Warning: {text}" for text in proposal.warnings],
        (
            f"# Brightness {light.mean:.0f}, flicker {light.flicker:.2f}, drift {light.drift:+.1f} "
            f"a minute, {light.steps} steps (grey levels)."
        ),
        "# Noise of pixels by brightness: "
        + (", ".join(f"{n.low}-{n.high}: {n.sigma:.1f}" for n in proposal.noise) or "none seen"),
        (
            f"# Moving share at the default noise floor: median {median}, 95 % below {most}, "
            f"highest {highest}."
        ),
        "",
        "[background.gaussian]",
        (
            "# Smallest sigma of a pixel, in grey levels. Highest sustained share for each value "
            "tried:"
        ),
        "# " + ", ".join(f"{f:g}: {format_share(peak)}" for f, peak in proposal.peaks.items()),
        f"noise_floor = {proposal.noise_floor:g}",
        "",
        "[decision]",
        f"# {alarm_words(proposal)}.",
        f'enter = "{_exact(proposal.enter)}"',
        f'exit = "{_exact(proposal.exit)}"',
    ]
    if proposal.kept:
        lines += ["# As they were set; with others the thresholds above promise nothing."]
        lines += [f"{name} = {_value(value)}" for name, value in proposal.kept.items()]
    for spread in proposal.measures:
        lines += [
            "",
            (
                f"# {spread.entry.name} between frames a second apart ({len(spread.values)} pairs)"
                f": median {spread.at(0.5):.4g}, 95 % {spread.at(0.95):.4g}, "
                f"farthest {spread.at(1.0):.4g}."
            ),
        ]
        if spread is proposal.measures[0]:
            lines += ["[measures]", f'measure = "{spread.entry.name}"']
            lines += [f"threshold = {spread.threshold():.6g}"]
        else:
            lines += [f"# threshold for it: {spread.threshold():.6g}"]
    return "\n".join(lines) + "\n"


def alarm_words(proposal: Proposal) -> str:
    """Return the expected false alarms, in words."""
    bound = f"fewer than {proposal.bound_a_day:,.0f} with 95 % confidence"
    usual = f"with the default settings {_rate(proposal.usual_alarms_a_day)}"
    if proposal.alarms_a_day < 0.005:
        return f"False alarms expected a day: none ({bound}); {usual}"
    return f"False alarms expected a day: {_rate(proposal.alarms_a_day)}; {usual}"


def _rate(number: float) -> str:
    return "none" if number < 0.005 else f"{number:,.2g}" if number < 100 else f"{number:,.0f}"


def _value(value: float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value:.12g}s"'


def _exact(share: float) -> str:
    return f"{round(share * 100, 6):.6g}%"
