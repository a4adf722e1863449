"""Waiting for the lease of a unit, and holding it while a run works on the unit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Final

from blocks.hub import KeptLease, LeaseTaken
from blocks.hub.waiting import awaited_lease
from flows.runs.states import run_id
from ledger.unit import Unit
from tasks.log import say
from tasks.stores import Stores

WAIT_LIMIT_S: Final = 900.0
"""Longest wait for another run of the same unit; then the run fails and says who holds it."""

POLL_INTERVAL_S: Final = 3.0


@asynccontextmanager
async def unit_lease(
    stores: Stores,
    unit: Unit,
    *,
    wait_limit_s: float = WAIT_LIMIT_S,
    poll_interval_s: float = POLL_INTERVAL_S,
) -> AsyncIterator[KeptLease]:
    """Hold the unit's lease, renewed in the background; wait for a run that holds it now.

    Raises:
        LeaseTaken: Somebody still holds it after ``wait_limit_s``; the message says who.
        LeaseLost: It was lost while the body ran.
    """

    def take() -> AbstractContextManager[KeptLease]:
        return stores.hub.unit_lease(
            unit.tenant,
            unit.year,
            holder=f"run {run_id() or 'without a server'}",
            run_id=run_id(),
            above=stores.warehouse.highest_token(unit.tenant),
        )

    def on_wait(taken: LeaseTaken) -> None:
        say(f"Waiting: {taken}", tenant=unit.tenant, unit=unit.year.key)

    async with awaited_lease(
        take, wait_limit_s=wait_limit_s, poll_interval_s=poll_interval_s, on_wait=on_wait
    ) as kept:
        yield kept
