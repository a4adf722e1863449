"""A simulated Fortnox beside a server that stays, with the demo's companies connected to it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from blocks.hub import Hub
from flows.demo.ledgers import (
    CHANGING,
    FORTNOX,
    LEDGERS,
    change_books,
    connect,
    simulated_fortnox,
    variables,
)
from flows.doors.demo import Simulated
from flows.doors.demo_home import FORTNOX_PORT
from ledger.errors import TerminalError


class SimulatorPortTaken(TerminalError):
    """The port of the simulated Fortnox is in use."""

    sentence = (
        "Port {port} of 127.0.0.1, where the simulated Fortnox listens, is taken. Is another "
        "`tasma up --with-simulators` or `tasma --demo up` running? Stop it first."
    )


@contextmanager
def simulators_of_server(hub: Hub, *, port: int = FORTNOX_PORT) -> Iterator[Simulated]:
    """Serve the companies until the context ends; add those that the hub lacks as tenants.

    Raises:
        TerminalError: The port is taken, or the hub has tenants of the real Fortnox.
    """
    _refuse_real(hub)
    try:
        with simulated_fortnox(port=port) as simulator:
            connect(hub)
            if hub.tenants.get(CHANGING.slug).has_schedule:
                change_books(simulator)  # as the demo left them
            tenants = {item.slug: str(item.number) for item in LEDGERS}
            yield Simulated(simulator.url, tenants, variables(simulator))
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise
        raise SimulatorPortTaken(port=port) from problem


class RealConnections(TerminalError):
    """Tenants of the real Fortnox would be answered by a simulated one."""

    sentence = (
        "{tenants} and maybe others are connected to the real Fortnox; a simulated one beside them "
        "would answer in its place. Start without --with-simulators, or look at the simulators "
        "with `tasma --demo up`."
    )


def _refuse_real(hub: Hub) -> None:
    """Keep tenants that are connected to the real Fortnox away from a simulated one."""
    simulated = {str(item.number) for item in LEDGERS}
    others = [
        item.tenant
        for item in hub.connections.every([FORTNOX])
        if item.source_tenant_id not in simulated
    ]
    if others:
        raise RealConnections(tenants=", ".join(others[:3]))
