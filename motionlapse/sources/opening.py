"""Footage opened with what reads it."""

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
    """Open footage with what reads it; a film does not wait for the library of stills.

    Parameters
    ----------
    footage
        From `motionlapse.sources.footage.find_footage`.
    settings
        How it is read.
    opening
        What will be asked of `Source.opening`, so that a film may read it at once.
    shrink
        What most of the frames are wanted for, where it is not the pictures themselves.
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
