"""What the commands ask of Fortnox and of its block, each in an event loop of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from pydantic import SecretStr

from blocks.hub import Connection, Hub, LeaseTaken, Method
from blocks.hub.earlier_consents import take_over
from blocks.systems import fortnox
from blocks.systems.fortnox import SourceYear
from blocks.systems.fortnox.by_number import connect_by_number
from blocks.systems.fortnox.preflight import Requirements
from blocks.systems.lease import resource
from flows.cli.on_server import server_chosen

Answer = TypeVar("Answer")


def state_of(hub: Hub, tenant: str) -> str:
    """Return the state of the tenant's consent that is under way, or begin one."""
    take_over(hub, fortnox.SYSTEM)
    return hub.consents.state_of(tenant, fortnox.SYSTEM)


def authorize_url(state: str, *, documents: bool) -> str:
    """Return the address where a customer's administrator approves."""
    return _ask(fortnox.authorize_url(state, documents=documents))


def finish(hub: Hub, tenant: str, code: SecretStr, *, state: str, method: Method) -> Connection:
    """Exchange the code and connect the tenant; only success spends the state.

    Raises:
        ConsentTaken, ConsentGone: Another terminal finishes the same consent, or has finished it.
        LeaseTaken: A run uses the tenant's connection.
        CallRefused, CallFailed: As `finish_consent` does.
    """
    refuse_busy(hub, resource(tenant, fortnox.SYSTEM))
    with hub.consents.taken(tenant, fortnox.SYSTEM, state):
        return _ask(fortnox.finish_consent(hub, tenant, code, method=method))


def by_number(hub: Hub, tenant: str, number: str) -> Connection:
    """Connect the tenant to a company that has approved before; raises as `finish` does."""
    return _ask(connect_by_number(hub, tenant, number, wait_limit_s=0.0))


def requirements(hub: Hub, tenant: str) -> Requirements:
    """Find out which of the three requirements are met; raises as `finish` does."""
    refuse_busy(hub, resource(tenant, fortnox.SYSTEM))
    return _ask(fortnox.preflight(hub, tenant))


def refuse_busy(hub: Hub, *resources: str) -> None:
    """Say who works on one of the resources, rather than wait for them.

    Raises:
        LeaseTaken: Somebody does.
    """
    for name in resources:
        lease = hub.leases.find(name)
        if lease and lease.is_live(hub.database.now()):
            raise LeaseTaken(
                name, holder=lease.holder, since=lease.acquired_at, until=lease.expires_at
            )


def _ask(question: Coroutine[Any, Any, Answer]) -> Answer:
    with server_chosen():
        return asyncio.run(question)


def source_years(hub: Hub, tenant: str) -> list[SourceYear]:
    """Return the fiscal years that the source has; raises as `finish` does."""
    return _ask(_source_years(hub, tenant))


async def _source_years(hub: Hub, tenant: str) -> list[SourceYear]:
    async with fortnox.fortnox_session(hub, tenant, wait_limit_s=0.0) as session:
        return await session.financial_years()
