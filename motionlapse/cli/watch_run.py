"""Puts a watch together: source, controls, signals, output, dashboard."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from motionlapse.cli.stopping import Signals
from motionlapse.cli.watch_output import WatchOutput
from motionlapse.clock import Clock, SystemClock
from motionlapse.errors import ConfigError, SourceError
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.address import parse_address
from motionlapse.units import parse_moment
from motionlapse.watch.controls import Controls
from motionlapse.watch.session import Watch

_INTERRUPTED = 130


def watch_until_the_end(
    source: str | None,
    settings: Settings,
    load: Callable[[], Settings],
    *,
    json: bool,
    dashboard: bool,
    quiet: bool,
) -> int:
    """Watch, and return the exit code."""
    configured = settings.sources.live.source
    name = source or (configured.get_secret_value() if configured else "0")
    address = parse_address(name)
    _check(settings)
    clock, controls = SystemClock(), Controls()
    output = WatchOutput(address.name, clock, json=json, quiet=quiet, lines=not dashboard)
    deadline = Deadline(settings, clock, controls)
    output.on_tick(deadline.check)

    def reload() -> Settings:
        new = load()
        _check(new)
        return new

    watch = Watch(address, settings, output, clock, controls, reload=reload, shown=dashboard)
    output.follow(watch)
    with Signals(controls) as signals:
        with ExitStack() as stack:
            if dashboard:
                from motionlapse.dashboard.live import Dashboard

                stack.enter_context(Dashboard(output.chronicle, watch, controls, clock))
            result = watch.run()
        signals.ignore_more()
        for fault in watch.live.faults:  # of a film that nobody wanted the end of
            output.error(fault.text)
            result.exit_code = max(result.exit_code, SourceError.exit_code)
        output.finish(result)
    return _INTERRUPTED if signals.interrupted else result.exit_code


def _check(settings: Settings) -> None:
    """Refuse settings that exclude each other in a watch; also when they are read again."""
    if settings.decision.lapse.every is not None and settings.sinks.clips != "none":
        raise ConfigError("--every keeps only pictures; leave out --clips")


class Deadline:
    """Stops watching after ``--for`` and at ``--until``.

    Parameters
    ----------
    settings
        Hold both, or either, or neither.
    clock
        ``--for`` is measured by the monotonic clock, ``--until`` by the time of day.
    controls
        Asked to stop when it is time.
    """

    def __init__(self, settings: Settings, clock: Clock, controls: Controls) -> None:
        live = settings.sources.live
        self._clock, self._controls = clock, controls
        self._stop_s = None if live.stop_after is None else clock.monotonic() + live.stop_after
        self._until = None if live.until is None else parse_moment(live.until, clock.now())
        if self._until is not None and self._until <= clock.now():
            raise ConfigError(f"--until: {live.until} has passed")

    def check(self) -> None:
        """Ask to stop when it is time."""
        if self._stop_s is not None and self._clock.monotonic() >= self._stop_s:
            self._controls.stop("--for")
        if self._until is not None and self._clock.now() >= self._until:
            self._controls.stop("--until")
