"""One process at a time works with a tenant's connection: they share its tokens and its pace."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Final

from blocks.hub import Hub, KeptLease, LeaseTaken
from blocks.hub.keeping import leased

WAIT_LIMIT_S: Final = 900.0
"""Longest wait for another run of the same tenant; then the caller is told who holds it."""

ASK_AGAIN_S: Final = 0.5


@asynccontextmanager
async def system_lease(
    hub: Hub, tenant: str, system: str, *, run_id: str = "", wait_limit_s: float = WAIT_LIMIT_S
) -> AsyncIterator[KeptLease]:
    """Hold the tenant's connection to a system, renewed in the background.

    Raises:
        LeaseTaken: Somebody still holds it after ``wait_limit_s``; the message says who.
        LeaseLost: It was lost while the body ran.
    """
    deadline = time.monotonic() + wait_limit_s
    guard, kept = await _enter(hub, resource(tenant, system), run_id=run_id, deadline=deadline)
    try:
        yield kept
    except BaseException:
        await asyncio.to_thread(guard.__exit__, *sys.exc_info())
        raise
    await asyncio.to_thread(guard.__exit__, None, None, None)


def resource(tenant: str, system: str) -> str:
    """Name the resource; it begins with the tenant, as the hub's leases do, to go with it."""
    return f"{tenant}/{system}"


async def _enter(
    hub: Hub, name: str, *, run_id: str, deadline: float
) -> tuple[AbstractContextManager[KeptLease], KeptLease]:
    holder = f"run {run_id or 'without a server'}"
    while True:
        guard = leased(hub.leases, name, holder=holder, clock=hub.database.now, run_id=run_id)
        try:
            return guard, await asyncio.to_thread(guard.__enter__)
        except LeaseTaken:
            if time.monotonic() + ASK_AGAIN_S > deadline:
                raise
        await asyncio.sleep(ASK_AGAIN_S)
