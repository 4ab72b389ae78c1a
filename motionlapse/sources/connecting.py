"""Opening the kind of connection that an address needs."""

from __future__ import annotations

from functools import partial
from threading import Event

from motionlapse.clock import Clock
from motionlapse.sources.address import Address, Kind
from motionlapse.sources.connection import Connection, PacketTap
from motionlapse.sources.holding import Holding
from motionlapse.sources.polling import PollingConnection, Wait
from motionlapse.sources.settings import SourceSettings


def connect_to(
    address: Address,
    settings: SourceSettings,
    clock: Clock,
    tap: PacketTap | None = None,
    holding: Holding | None = None,
    wait: Wait | None = None,
) -> Connection:
    """Open a live source.

    Parameters
    ----------
    address
        What is opened.
    settings, clock, tap, holding
        As for `motionlapse.sources.stream.StreamConnection`.
    wait
        Waits between requests to a camera that sends one picture at a time; None for a wait that
        cannot be ended early.

    Raises
    ------
    SourceError
        If it cannot be opened; the message does not name the source.
    """
    if address.kind is Kind.DEMO:
        from motionlapse.sources.demo import DemoConnection

        return DemoConnection()
    if address.kind is Kind.CAMERA:
        from motionlapse.sources.camera import CameraConnection

        return CameraConnection(address, settings.live, clock)
    from motionlapse.sources.stream import StreamConnection

    fast, live = settings.fast, settings.live
    first = StreamConnection(address, live, clock, tap, holding, fast=fast)
    if not first.still:
        return first
    ask = partial(StreamConnection, address, live, clock, tap, holding, fast=fast)
    return PollingConnection(first, ask, live.ask_every, clock, wait or Event().wait)
