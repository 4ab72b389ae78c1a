"""Opening footage: a film or stills."""

from __future__ import annotations

from motionlapse.frames import Shrink, Source
from motionlapse.opening import Opening
from motionlapse.sources.footage import Footage
from motionlapse.sources.settings import SourceSettings


def open_footage(
    footage: Footage,
    settings: SourceSettings,
    opening: Opening | None = None,
    shrink: Shrink | None = None,
) -> Source:
    """Open footage; Pillow is imported for stills only.

    Parameters
    ----------
    footage
        From `motionlapse.sources.footage.find_footage`.
    settings
        How it is read.
    opening
        What will be asked of `Source.opening`, so that a film can begin to read it at once.
    shrink
        Makes the small copies that analysis needs, if whole pictures of most frames are not wanted.
    """
    if footage.stills:
        from motionlapse.sources.stills import Stills

        return Stills(footage.stills, settings, name=footage.name, label=footage.label)
    from motionlapse.sources.recording import Recording

    return Recording(
        footage.url or footage.path,
        settings,
        name=footage.name,
        label=footage.label,
        opening=opening,
        shrink=shrink,
    )
