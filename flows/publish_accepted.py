"""Publish a held load after its breaks were accepted."""

from __future__ import annotations

import asyncio
from typing import Any

from prefect import State, flow

from blocks.hub import KeptLease, UnitState
from flows.runs.forms import LoadId, TenantId, Year
from flows.runs.hooks import run_cancelled, run_crashed, run_failed
from flows.runs.moved import MovedYears
from flows.runs.states import ended, name_run, run_id
from flows.runs.steps import AS_TASKS
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.accept import NothingHeld
from tasks.jobs import Job
from tasks.recheck import staged_as_published
from tasks.stage import StagedLoad, staged_from_landing
from tasks.stores import Stores, open_stores


@flow(
    name="publish-accepted",
    flow_run_name="publish accepted {tenant} {fiscal_year}",
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
    on_cancellation=[run_cancelled],
)
async def publish_accepted(tenant: TenantId, fiscal_year: Year, load_id: LoadId = "") -> State[Any]:
    """Reconcile a tenant's held load again and publish it if what held it was accepted.

    The controls run anew against what is published now, so a break that has changed since it was
    accepted holds the load again.

    Args:
        tenant: Whose books: the tenant's id (small letters, digits, dashes), such as acme.
        fiscal_year: Such as 2024, or 2024-07-01_2025-06-30 for a broken year.
        load_id: Only of a held file of less than a year (SIE 1-3, 4I): the id of its load. It
            is judged again and, as any of its kind, never published.
    """
    unit = Unit(tenant, FiscalYear.parse(fiscal_year))
    await name_run(f"publish accepted {unit}", tags=unit.tags)
    with open_stores() as stores:

        async def begin(lease: KeptLease) -> tuple[Job, StagedLoad]:
            load = await asyncio.to_thread(staged_load, stores, unit, load_id=load_id)
            return Job(stores, unit, run_id(), lease, load.staged.facts.coverage), load

        found = await MovedYears(stores, AS_TASKS, held_load).take(unit, begin)
    return ended(found.outcome, found.message)


async def held_load(job: Job) -> StagedLoad | None:
    """Return what is held of a year, as staged; None when nothing is."""
    load = await asyncio.to_thread(job.stores.hub.holds.find, job.unit.tenant, job.unit.year)
    if load is None:
        return None
    staged = await asyncio.to_thread(staged_from_landing, job.stores, load)
    return StagedLoad(staged, load.load_id, load.dated)


def staged_load(stores: Stores, unit: Unit, *, load_id: str = "") -> StagedLoad:
    """Return what is held of the unit, as staged; under the unit's lease, so that it stays so.

    One that was published meanwhile comes back too, so that a second run finds nothing to do; so
    does one at which an earlier run of this kind was interrupted.

    Raises:
        NothingHeld: No such hold is open, and the unit is not published.
        ReadOtherwise: It is published, and this release reads its file otherwise.
        TerminalError: Stage and landed file are both gone; the file has to be loaded again.
    """
    load = stores.hub.holds.find(unit.tenant, unit.year, load_id=load_id)
    status = stores.hub.units.find(unit.tenant, unit.year)
    if load is None:
        if load_id or status is None or status.status is not UnitState.PUBLISHED:
            raise NothingHeld(unit, status, load_id=load_id)
        published = stores.hub.loads.find(status.load_id)
        if published is None:
            raise NothingHeld(unit, status)
        return StagedLoad(staged_as_published(stores, published), published.load_id)
    return StagedLoad(staged_from_landing(stores, load), load.load_id, load.dated)
