"""Waiting for the lease of a unit, and holding it while a run works on the unit."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Final

from blocks.hub import KeptLease, LeaseTaken
from flows.runs import run_id
from tasks.log import say
from tasks.stores import Stores
from tasks.units import Unit

WAIT_LIMIT_S: Final = 900.0
"""Longest wait for another run of the same unit; then the run fails and says who holds it."""

ASK_AGAIN_S: Final = 3.0


@asynccontextmanager
async def unit_lease(
    stores: Stores, unit: Unit, *, wait_limit_s: float = WAIT_LIMIT_S
) -> AsyncIterator[KeptLease]:
    """Hold the unit's lease, renewed in the background; wait for a run that holds it now.

    Raises:
        LeaseTaken: Somebody still holds it after ``wait_limit_s``; the message says who.
        LeaseLost: It was lost while the body ran.
    """
    guard, kept = await _enter(stores, unit, deadline=time.monotonic() + wait_limit_s)
    try:
        yield kept
    except BaseException:
        await asyncio.to_thread(guard.__exit__, *sys.exc_info())
        raise
    await asyncio.to_thread(guard.__exit__, None, None, None)


async def _enter(
    stores: Stores, unit: Unit, *, deadline: float
) -> tuple[AbstractContextManager[KeptLease], KeptLease]:
    told = False
    while True:
        guard = stores.hub.unit_lease(
            unit.tenant, unit.year, holder=f"run {run_id() or 'without a server'}", run_id=run_id()
        )
        try:
            return guard, await asyncio.to_thread(guard.__enter__)
        except LeaseTaken as taken:
            if time.monotonic() + ASK_AGAIN_S > deadline:
                raise
            if not told:
                say(f"Waiting: {taken}", tenant=unit.tenant, unit=unit.year.key)
            told = True
        await asyncio.sleep(ASK_AGAIN_S)
