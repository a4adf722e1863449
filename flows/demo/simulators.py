"""A simulated Fortnox beside a server that stays, with the demo's companies connected to it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from blocks.hub import Hub
from flows.demo.ledgers import (
    CHANGING,
    FREE,
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
        "`tasma --demo up` running? Stop it first."
    )


@contextmanager
def simulators_of_server(hub: Hub, *, port: int = FORTNOX_PORT) -> Iterator[Simulated]:
    """Serve the companies until the context ends; add those that the hub lacks as tenants.

    Raises:
        TerminalError: The port is taken.
    """
    try:
        with simulated_fortnox(port=port, has_free=True) as simulator:
            connect(hub)
            if hub.tenants.get(CHANGING.slug).has_schedule:
                change_books(simulator)  # as the demo left them
            tenants = {item.slug: str(item.number) for item in LEDGERS}
            free = {str(FREE.database_number): FREE.company.organisation_number}
            yield Simulated(simulator.url, tenants, variables(simulator), free)
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise
        raise SimulatorPortTaken(port=port) from problem
