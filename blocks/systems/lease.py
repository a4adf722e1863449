"""One process at a time works with a tenant's connection: they share its tokens and its pace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Final

from blocks.hub import Hub, KeptLease
from blocks.hub.kept_lease import leased
from blocks.hub.waiting import awaited_lease

WAIT_LIMIT_S: Final = 900.0
"""Longest wait for another run of the same tenant; then the caller is told who holds it."""

POLL_INTERVAL_S: Final = 0.5


@asynccontextmanager
async def system_lease(
    hub: Hub, tenant: str, system: str, *, run_id: str = "", wait_limit_s: float = WAIT_LIMIT_S
) -> AsyncIterator[KeptLease]:
    """Hold the tenant's connection to a system, renewed in the background.

    Raises:
        LeaseTaken: Somebody still holds it after ``wait_limit_s``; the message says who.
        LeaseLost: It was lost while the body ran.
    """

    def take() -> AbstractContextManager[KeptLease]:
        return leased(
            hub.leases,
            resource(tenant, system),
            holder=f"run {run_id or 'without a server'}",
            clock=hub.database.now,
            run_id=run_id,
        )

    async with awaited_lease(
        take, wait_limit_s=wait_limit_s, poll_interval_s=POLL_INTERVAL_S
    ) as kept:
        yield kept


@asynccontextmanager
async def push_lease(
    hub: Hub, tenant: str, system: str, *, run_id: str = "", wait_limit_s: float = 0.0
) -> AsyncIterator[KeptLease]:
    """Hold the right to push a tenant's documents into a system; it is apart from the pull's.

    Raises:
        LeaseTaken, LeaseLost: As `system_lease`.
    """
    push = f"push/{system}"
    async with system_lease(hub, tenant, push, run_id=run_id, wait_limit_s=wait_limit_s) as kept:
        yield kept


@asynccontextmanager
async def company_lease(
    hub: Hub, company: str, *, run_id: str = "", wait_limit_s: float
) -> AsyncIterator[KeptLease]:
    """Hold the right to create in a company that several tenants or routes may push into.

    Raises:
        LeaseTaken, LeaseLost: As `system_lease`.
    """

    def take() -> AbstractContextManager[KeptLease]:
        # It begins with a slash: it is of no tenant, and stays when one is erased.
        return leased(
            hub.leases,
            f"/push/{company}",
            holder=f"run {run_id or 'without a server'}",
            clock=hub.database.now,
            run_id=run_id,
        )

    async with awaited_lease(
        take, wait_limit_s=wait_limit_s, poll_interval_s=POLL_INTERVAL_S
    ) as kept:
        yield kept


def resource(tenant: str, system: str) -> str:
    """Name the resource; it begins with the tenant, as the hub's leases do, to go with it."""
    return f"{tenant}/{system}"
