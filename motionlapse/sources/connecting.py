"""Which connection an address asks for."""

from __future__ import annotations

from motionlapse.clock import Clock
from motionlapse.sources.address import Address, Kind
from motionlapse.sources.connection import Connection, PacketTap
from motionlapse.sources.holding import Holding
from motionlapse.sources.settings import SourceSettings


def connect_to(
    address: Address,
    settings: SourceSettings,
    clock: Clock,
    tap: PacketTap | None = None,
    holding: Holding | None = None,
) -> Connection:
    """Open a live source with what reads it.

    Raises
    ------
    SourceError
        If it cannot be opened; the message does not name it.
    """
    if address.kind is Kind.DEMO:
        from motionlapse.sources.demo import DemoConnection

        return DemoConnection()
    if address.kind is Kind.CAMERA:
        from motionlapse.sources.camera import CameraConnection

        return CameraConnection(address, settings.live, clock)
    from motionlapse.sources.stream import StreamConnection

    return StreamConnection(address, settings.live, clock, tap, holding, fast=settings.fast)
