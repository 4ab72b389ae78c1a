"""Films that appear whole or not at all, or that can be read while they grow."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import av
import av.error
import av.logging
from av.container import OutputContainer
from av.stream import Stream

from motionlapse.closing import Finishing
from motionlapse.errors import ConfigError, SinkError, why
from motionlapse.files import MADE_OF_FOOTAGE, drop, make_folder, part_of, put_new
from motionlapse.locks import hold_new, ready_to_rename

AnyPacket: TypeAlias = "av.Packet[Stream]"

Placing: TypeAlias = Callable[[Path, Path], None]

FORMATS = {".mp4": "mp4", ".mkv": "matroska"}
# What may be lost of a growing film when the program is killed.
_FRAGMENT_S = 1.0
_WHOLE = {"mp4": {"movflags": "+faststart"}, "matroska": {}}
_GROWING = {
    # delay_moov: the header waits for the first packets, and so knows where the film starts.
    "mp4": {
        "movflags": "+frag_keyframe+delay_moov+default_base_moof",
        "frag_duration": str(round(_FRAGMENT_S * 1e6)),
        "flush_packets": "1",
    },
    "matroska": {"cluster_time_limit": str(round(_FRAGMENT_S * 1e3)), "flush_packets": "1"},
}


def check_film_name(path: Path) -> str:
    """Return FFmpeg's name of the container that a film's name stands for.

    Raises
    ------
    ConfigError
        If its suffix is another than ``.mp4`` and ``.mkv``.
    """
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise ConfigError(f"{path}: a film's name ends in .mp4 or .mkv")
    return kind


class VideoFile(Finishing):
    """A film that is being written: only the container, which encoders and copiers fill.

    In a with-statement, it is discarded if an error leaves the block.

    Parameters
    ----------
    path
        Ends in ``.mp4`` or ``.mkv``. Its folder is made; a link is followed.
    growing
        False: it is written beside its place and put there by `close`, which replaces nothing; if
        the name has been taken meanwhile, the film gets one with a number, and `SinkError` is
        raised. True: it is written in its place, in fragments of about a second, so that after a
        kill all but the last can be played; a file that exists already is an error.
    placing
        Told of a finished film, where it is and where it goes, before it is put there.
    made
        Whether its metadata says that it was made of footage, so that a scan of its folder does not
        take it for footage itself.

    Attributes
    ----------
    container
        Add streams to it, and mux packets inside `writing`.
    kept
        True once the film is finished under its name.

    Raises
    ------
    ConfigError
        For another suffix.
    SinkError
        From every method, if it cannot be written.
    """

    def __init__(
        self,
        path: Path,
        *,
        growing: bool = False,
        placing: Placing | None = None,
        made: bool = False,
    ) -> None:
        kind = check_film_name(path)
        make_folder(path.parent)
        self.path = path
        self._place = path.resolve()
        self._growing = growing
        self._placing = placing
        self._part = self._place if growing else part_of(self._place)
        self._open = True
        av.logging.set_level(None)  # FFmpeg's own lines on stderr are not for people
        with self.writing():
            if growing and self._place.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            options = (_GROWING if growing else _WHOLE)[kind]
            # FFmpeg opens it with the first packet; a place that cannot be written is known now.
            self._held = self._part.open("xb") if growing else hold_new(self._part, shared=True)
            try:
                # With the protocol, or FFmpeg takes what stands before a colon in a name for one.
                self.container: OutputContainer = av.open(
                    f"file:{self._part}", "w", format=kind, options=dict(options)
                )
            except BaseException:
                drop(self._part)
                self._held.close()
                raise
        if made:
            self.container.metadata["comment"] = MADE_OF_FOOTAGE
        self.kept = False
        self._written = 0
        self._fault: SinkError | None = None

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Turn faults of the file system and of FFmpeg into a `SinkError` that names the film."""
        try:
            yield
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise SinkError(f"{self.path}: cannot be written: {why(error)}") from None

    def mux(self, packet: AnyPacket) -> None:
        """Add a packet whose stream, times and time base are set.

        Once one could not be written none can: FFmpeg crashes where the header was not written
        either, and what follows a gap is of no use.
        """
        if self._fault is not None:
            raise self._fault
        try:
            with self.writing():
                self.container.mux_one(packet)
        except SinkError as error:
            self._fault = error
            raise
        self._written += 1

    def close(self) -> None:
        """Finish the film and put it in its place; may be called again.

        A film without a packet is no film and is not kept, nor is one with a gap. Of one that grows
        what can be played stays, however it ends.
        """
        if not self._open:
            return
        if not self._written or (self._fault is not None and not self._growing):
            self.discard()
            return
        self._open = False
        name = self._place
        try:
            with self.writing():
                self.container.close()
                if not self._growing:
                    if self._placing is not None:
                        self._placing(self._part, self._place)
                    ready_to_rename(self._held)
                    name = put_new(self._part, self._place)
        except SinkError:
            self._drop_useless()
            raise
        finally:
            self._held.close()
        if self._fault is not None:
            self._drop_useless()
            return
        if name != self._place:
            raise SinkError(
                f"{self.path}: cannot be written: another program has taken the name in the "
                f"meantime; the film is {name.name}"
            )
        self.kept = True

    def discard(self) -> None:
        """Close without keeping anything; of a growing film what can be played stays.

        May be repeated.
        """
        if not self._open:
            return
        self._open = False
        with contextlib.suppress(av.error.FFmpegError, OSError, ValueError):
            self.container.close()
        self._drop_useless()
        self._held.close()

    def _drop_useless(self) -> None:
        """Remove what was written, unless it grew and there is a picture in it.

        What FFmpeg has taken need not be there: on a full disk nothing is.
        """
        if not (self._growing and self._written and _has_picture(self._part)):
            drop(self._part)


def _has_picture(film: Path) -> bool:
    try:
        with av.open(f"file:{film}") as container:
            packet = next(container.demux(video=0), None)
            return packet is not None and packet.size > 0 and not packet.is_corrupt
    except (av.error.FFmpegError, OSError, ValueError, IndexError):
        return False
