"""What the commands ask of vendors' systems, each in an event loop of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import SecretStr

from blocks.hub import Connection, Hub
from blocks.systems.lease import resource
from blocks.systems.ports import Consent, Requirement, SourceYear, Wants
from blocks.systems.registry import SYSTEMS, open_books, port, systems_with
from flows.cli.on_server import server_chosen

Answer = TypeVar("Answer")

NO_WAIT_S = 0.0


def completed(hub: Hub, tenant: str, system: str, wants: Wants) -> Wants:
    """Return the choices with what was left out as the last connection had it."""
    known = hub.connections.find(tenant, system)
    return port(system).connect.completed(wants, known)


def authorize_url(system: str, state: str, *, wants: Wants) -> str:
    """Return the address where a customer's administrator approves."""
    return _ask(_consent(system).authorize_url(state, wants=wants))


def finish_consent(
    hub: Hub, tenant: str, system: str, code: SecretStr, *, state: str, wants: Wants
) -> Connection:
    """Exchange the code and connect the tenant; only success spends the state.

    Raises:
        ConsentTaken, ConsentGone: Another terminal finishes the same consent, or has finished it.
        LeaseTaken: A run uses the tenant's connection.
        CallRefused, CallFailed: As `Connector.finish` does.
    """
    hub.leases.refuse_busy(resource(tenant, system))
    with hub.consents.taken(tenant, system, state):
        return finish(hub, tenant, system, {"code": code}, wants=wants)


def finish(
    hub: Hub, tenant: str, system: str, answer: Mapping[str, SecretStr], *, wants: Wants
) -> Connection:
    """Connect the tenant by what was typed or chosen; raises as `Connector.finish` does."""
    return _ask(port(system).connect.finish(hub, tenant, answer, wants=wants))


def refused_consent(system: str, error: str, description: str) -> Sequence[Requirement]:
    """Say what a customer who came back with an error lacks; raises as `Consent` does."""
    return _consent(system).refused_consent(error, description)


def _consent(system: str) -> Consent:
    found = port(system).consent
    if found is None:
        raise RuntimeError(f"{system} hands out no address, and its has_link says that it does.")
    return found


def requirements(hub: Hub, tenant: str, *systems: str) -> list[Requirement]:
    """Find out which requirements of its systems are met; raises as `Connector.preflight` does."""
    found: list[Requirement] = []
    for connection in connections(hub, tenant, *systems):
        hub.leases.refuse_busy(resource(tenant, connection.system))
        found += _ask(port(connection.system).connect.preflight(hub, tenant))
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
    return [year for item in connections for year in _ask(_source_years(hub, tenant, item.system))]


async def _source_years(hub: Hub, tenant: str, system: str) -> Sequence[SourceYear]:
    async with open_books(hub, tenant, system, wait_limit_s=NO_WAIT_S) as books:
        return await books.ledger.fiscal_years()


def _ask(question: Coroutine[Any, Any, Answer]) -> Answer:
    with server_chosen():
        return asyncio.run(question)
