"""All of a tenant's books that are wanted, in each of its systems: what a pull does."""

from __future__ import annotations

import asyncio
from typing import Final

from blocks.systems.registry import open_books, systems_with
from flows.runs.leasing import WAIT_LIMIT_S
from flows.runs.outcomes import Ending, combined
from flows.runs.pull_books import PullBooks
from flows.runs.pull_year import PullOptions
from flows.runs.states import run_id
from flows.runs.steps import AS_TASKS, Steps
from ledger.errors import TasmaError
from ledger.outcome import Outcome
from tasks.log import say
from tasks.onboarding import require_open
from tasks.stores import Stores

FIRST_TRANSFER_PENDING: Final = (
    "First transfer pending: no nightly run writes anything before somebody has looked at the "
    "first transfer. Run pull, look at its pages, then run approve-first-transfer."
)


async def pull_tenant(
    stores: Stores,
    tenant: str,
    options: PullOptions,
    *,
    steps: Steps = AS_TASKS,
    wait_limit_s: float = WAIT_LIMIT_S,
) -> Ending:
    """Take every wanted year all the way, and return how that ended.

    Raises:
        NotOpen: The tenant's opening has not come that far.
        NotConnected: The tenant has no connection to an accounting system.
        CallRefused: Nothing can be fetched until the one acts whom the message names.
        LeaseTaken: Another run still fetches for the tenant after ``wait_limit_s``.
    """
    if options.night and not stores.hub.tenants.get(tenant).has_schedule:
        say(FIRST_TRANSFER_PENDING, tenant=tenant)
        return Ending(Outcome.SKIPPED, FIRST_TRANSFER_PENDING)
    await asyncio.to_thread(require_open, stores.hub, tenant, by_api=True)
    endings: list[Ending] = []
    refused: list[TasmaError] = []
    systems = [options.system] if options.system else systems_with("ledger")
    for connection in stores.hub.connections.of_tenant(tenant, systems):
        try:
            async with open_books(
                stores.hub, tenant, connection.system, run_id=run_id(), wait_limit_s=wait_limit_s
            ) as books:
                work = PullBooks(stores, tenant, books, options, steps, wait_limit_s)
                endings += await work.outcomes()
        except TasmaError as problem:  # one system's refusal never stops another
            refused.append(problem)
    if refused:
        raise refused[0]
    return combined(endings)
