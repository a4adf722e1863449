"""Import one file of one tenant: the form a person fills in, and what the inbox starts."""

from __future__ import annotations

import asyncio
from typing import Any

from prefect import State, flow

from flows.arrivals import Arrival, explain, resolve
from flows.forms import FilePath, Hash, OptionalPerson, TenantId
from flows.hooks import run_cancelled, run_crashed, run_failed
from flows.leasing import WAIT_LIMIT_S
from flows.steps import AS_TASKS, Steps
from flows.unit import load_unit
from tasks.fetch import Fetched
from tasks.stores import Stores, open_stores


@flow(
    name="import-file",
    flow_run_name="{tenant} file",
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
    on_cancellation=[run_cancelled],
)
async def import_file(
    tenant: TenantId,
    path: FilePath,
    *,
    dry_run: bool = False,
    who: OptionalPerson = "",
    sha256: Hash = "",
) -> State[Any]:
    """Read an accounting file (SIE), check it, and publish it if nothing holds it.

    The file replaces the fiscal year it is of, whatever was there before; loading it again
    changes nothing. What does not pass the controls is held, and the last good data stays.

    Args:
        tenant: Whose books: the tenant's id (small letters, digits, dashes), such as acme.
        path: The file: its full path, or its name in the tenant's inbox folder.
        dry_run: Only show what would change; publish nothing.
        who: Who brings the file; it is kept with it.
        sha256: Leave empty. The hash of a file that the inbox has already taken in.
    """
    arrival = Arrival(tenant, resolve(tenant, path), who, sha256)
    with open_stores() as stores:
        return await take_in(stores, arrival, dry_run=dry_run)


async def take_in(
    stores: Stores,
    arrival: Arrival,
    *,
    dry_run: bool = False,
    steps: Steps = AS_TASKS,
    wait_limit_s: float = WAIT_LIMIT_S,
) -> State[Any]:
    """Take a file all the way, note what became of it, and return how that ends."""
    fetched: Fetched | None = None
    try:
        fetched = await steps.fetch(
            stores, arrival.tenant, path=arrival.path, sha256=arrival.sha256, who=arrival.who
        )
        state = await load_unit(
            stores, fetched, dry_run=dry_run, steps=steps, wait_limit_s=wait_limit_s
        )
    except Exception as problem:
        if not dry_run:
            landed = fetched.landed.sha256 if fetched else arrival.sha256
            await asyncio.to_thread(
                arrival.conclude,
                stores,
                sha256=landed,
                outcome="failed",
                reason=explain(problem),
            )
        raise
    if not dry_run:
        await asyncio.to_thread(_conclude, arrival, stores, fetched, state)
    return state


def _conclude(arrival: Arrival, stores: Stores, fetched: Fetched, state: State[Any]) -> None:
    loads = stores.hub.loads.of_unit(arrival.tenant, fetched.facts.fiscal_year, limit=1)
    mine = [load for load in loads if load.landed_sha256 == fetched.landed.sha256]
    arrival.conclude(
        stores,
        sha256=fetched.landed.sha256,
        outcome=(state.name or "").lower(),
        reason=f"{state.name}: {state.message}" if state.is_failed() else "",
        load_id=mine[0].load_id if mine else "",
    )
