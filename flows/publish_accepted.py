"""Publish a held load after its breaks were accepted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final

from prefect import State, flow

from blocks.hub import UnitState
from blocks.staging import read_staged
from flows.forms import TenantId, Year
from flows.hooks import run_cancelled, run_crashed, run_failed
from flows.leasing import unit_lease
from flows.runs import name_run, run_id
from flows.unit import settle
from ledger.fiscal_year import FiscalYear
from tasks.accept import NothingHeld
from tasks.jobs import Job
from tasks.stage import StagedLoad
from tasks.stores import Stores, open_stores
from tasks.units import Unit

NEVER_PUBLISHED: Final = frozenset({UnitState.PARTIAL, UnitState.EVIDENCE})


@flow(
    name="publish-accepted",
    flow_run_name="publish accepted {tenant} {fiscal_year}",
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
    on_cancellation=[run_cancelled],
)
async def publish_accepted(tenant: TenantId, fiscal_year: Year) -> State[Any]:
    """Reconcile a tenant's held load again and publish it if what held it was accepted.

    The controls run anew against what is published now, so a break that has changed since it was
    accepted holds the load again.

    Args:
        tenant: Whose books: the tenant's id (small letters, digits, dashes), such as acme.
        fiscal_year: Such as 2024, or 2024-07-01_2025-06-30 for a broken year.
    """
    unit = Unit(tenant, FiscalYear.parse(fiscal_year))
    await name_run(f"publish accepted {unit}", tags=unit.tags)
    with open_stores() as stores:
        async with unit_lease(stores, unit) as lease:
            job = Job(stores, unit, run_id(), lease)
            return await settle(job, await asyncio.to_thread(staged_load, stores, unit))


def staged_load(stores: Stores, unit: Unit) -> StagedLoad:
    """Return the unit's latest load, as staged.

    One that was published meanwhile comes back too, so that a second run finds nothing to do; so
    does one at which an earlier run of this kind was interrupted.

    Raises:
        NothingHeld: The unit was never loaded, or its latest load may not be published.
        TerminalError: The stage was pruned; the file has to be loaded again.
    """
    status = stores.hub.units.find(unit.tenant, unit.year)
    if (
        status is None
        or not status.load_id
        or status.status in {UnitState.PARTIAL, UnitState.EVIDENCE}
    ):
        raise NothingHeld(unit, status)
    load = stores.hub.loads.get(status.load_id)
    return StagedLoad(read_staged(Path(load.stage_folder)), load.load_id)
