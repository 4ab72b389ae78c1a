"""Names for what one watch writes of every frame, so that it replaces nothing of another's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from motionlapse.files import free_name, is_special, shown, writing
from motionlapse.sinks.left_parts import keep_dead_lines
from motionlapse.sinks.masks import holds_masks
from motionlapse.sinks.settings import SinkSettings


def with_own_names(
    sinks: SinkSettings, tell: Callable[[str], None], taken: Iterable[Path] = ()
) -> SinkSettings:
    """Return the settings with names for masks and for metrics that nothing has.

    What a camera showed cannot be looked at again, and a watch that a service starts anew, or that
    has read its settings again, must neither end nor replace what was written before. What a watch
    that was killed left of its metrics gets a name, too; not where they are Parquet, which cannot
    be read without its end.

    Parameters
    ----------
    sinks
        As they were given.
    tell
        Told of each name that is another, and of what was left.
    taken
        Names of what is being written, which nothing may have yet; a folder of masks goes on being
        written, since the numbers of frames go on.

    Raises
    ------
    SinkError
        If there can be no file of a name.
    """
    places = {path.resolve() for path in taken}
    named = {"masks": sinks.masks, "metrics": sinks.metrics}
    others = {}
    for key, path in named.items():
        if path is None:
            continue
        with writing(path):  # too long a name, or a folder that is closed
            if is_special(path):
                continue
            if key == "metrics" and path.suffix.lower() != ".parquet":
                _keep_what_was_left(path, tell)
            in_folder = key == "masks" and not sinks.masks_film
            if in_folder and (path.resolve() in places or not holds_masks(path)):
                continue
            others[key] = free_name(path, places)
        if others[key] != path:
            tell(f"{path}: already exists; this watch writes to {others[key]}")
    return sinks.model_copy(update=others)


def _keep_what_was_left(metrics: Path, tell: Callable[[str], None]) -> None:
    for kept in keep_dead_lines(metrics.resolve()):
        tell(
            f"{metrics}: left unfinished by the watch before; what it wrote is now in {shown(kept)}"
        )
