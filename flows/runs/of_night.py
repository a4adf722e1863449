"""What a run of its own tells the night that handed its tenant on."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from blocks.systems.registry import systems_with
from flows.runs.outcomes import Ending
from flows.runs.pull_year import PullOptions
from flows.runs.states import run_id
from ledger.outcome import Outcome
from tasks.arrivals import explain
from tasks.patience import patiently
from tasks.stores import Stores


@asynccontextmanager
async def noted_for_night(
    stores: Stores, tenant: str, options: PullOptions
) -> AsyncIterator[Callable[[Ending], None]]:
    """Write into the night's row how the body ended, which says so by what is given.

    What is raised is a failure. A run that dies here is found by its id (`flows.runs.hooks`). Of a
    run that is of no night, or only shows what would change, nothing is written.
    """
    if options.night is None or options.dry_run:
        yield lambda _ending: None
        return
    nights, began, found = stores.hub.nights, time.monotonic(), list[Ending]()
    systems = [options.system] if options.system else list(_systems(stores, tenant))
    for system in systems:
        if row := await patiently(nights.find, tenant, system, options.night):
            await patiently(nights.handed_to, row, run_id=run_id())
    try:
        yield found.append
    except Exception as problem:
        found = [Ending(Outcome.FAILED, explain(problem))]
        raise
    finally:
        for ending in found:
            for system in systems:
                await patiently(
                    nights.end,
                    tenant,
                    system,
                    options.night,
                    ending.outcome,
                    reason=ending.message,
                    run_id=run_id(),
                    took_s=round(time.monotonic() - began, 2),
                )


def _systems(stores: Stores, tenant: str) -> list[str]:
    found = stores.hub.connections.of_tenant(tenant, systems_with("ledger"))
    return [connection.system for connection in found]
