"""What the commands ask of vendors' systems, each in an event loop of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import SecretStr

from blocks.hub import Connection, Hub
from blocks.systems.lease import resource
from blocks.systems.ports import Requirement, SourceYear, Wants
from blocks.systems.registry import SYSTEMS, open_books, port, systems_with
from flows.doors.on_server import server_chosen

Answer = TypeVar("Answer")

NO_WAIT_S = 0.0


def finish(
    hub: Hub, tenant: str, system: str, answer: Mapping[str, SecretStr], *, wants: Wants
) -> Connection:
    """Connect the tenant by what was typed or chosen; raises as `Connector.finish` does."""
    return ask(port(system).connect.finish(hub, tenant, answer, wants=wants))


def requirements(hub: Hub, tenant: str, *systems: str) -> list[Requirement]:
    """Find out which requirements of its systems are met; raises as `Connector.preflight` does."""
    found: list[Requirement] = []
    for connection in connections(hub, tenant, *systems):
        hub.leases.refuse_busy(resource(tenant, connection.system))
        found += ask(port(connection.system).connect.preflight(hub, tenant))
    return found


def connections(hub: Hub, tenant: str, *systems: str) -> list[Connection]:
    """Return a tenant's connections, those to some systems alone where any are named.

    Raises:
        NotConnected: There is none.
    """
    if systems:
        return hub.connections.of_tenant(tenant, systems)
    return hub.connections.all_of(tenant) or hub.connections.of_tenant(tenant, tuple(SYSTEMS))


def source_years(hub: Hub, tenant: str) -> list[SourceYear]:
    """Return the fiscal years that the tenant's systems have; raises as `open_books` does."""
    connections = hub.connections.of_tenant(tenant, systems_with("ledger"))
    return [year for item in connections for year in ask(_source_years(hub, tenant, item.system))]


async def _source_years(hub: Hub, tenant: str, system: str) -> Sequence[SourceYear]:
    async with open_books(hub, tenant, system, wait_limit_s=NO_WAIT_S) as books:
        return await books.ledger.fiscal_years()


def ask(question: Coroutine[Any, Any, Answer]) -> Answer:
    """Ask one question in an event loop of its own, with the server that holds the blocks."""
    with server_chosen():
        return asyncio.run(question)
