"""What is held, judged anew and published if nothing holds it any more."""

from __future__ import annotations

import asyncio

from blocks.hub import KeptLease, UnitState
from flows.runs.leasing import WAIT_LIMIT_S
from flows.runs.moved import MovedYears
from flows.runs.outcomes import Ending
from flows.runs.states import run_id
from flows.runs.steps import AS_TASKS
from ledger.unit import Unit
from tasks.accept import NothingHeld
from tasks.jobs import Job
from tasks.recheck import staged_as_published
from tasks.stage import StagedLoad, staged_from_landing
from tasks.stores import Stores


async def publish_held(stores: Stores, unit: Unit, *, load_id: str = "") -> Ending:
    """Reconcile a unit's held load again, and publish it if what held it was accepted.

    Raises:
        NothingHeld: No such hold is open, and the unit is not published.
        LeaseTaken: Another run still works on the unit after `WAIT_LIMIT_S`.
    """

    async def begin(lease: KeptLease) -> tuple[Job, StagedLoad]:
        load = await asyncio.to_thread(staged_load, stores, unit, load_id=load_id)
        return Job(stores, unit, run_id(), lease, load.staged.facts.coverage), load

    return await MovedYears(stores, AS_TASKS, held_load, WAIT_LIMIT_S).take(unit, begin)


async def held_load(job: Job) -> StagedLoad | None:
    """Return what is held of a year, as staged; None when nothing is."""
    load = await asyncio.to_thread(job.stores.hub.holds.find, job.unit.tenant, job.unit.year)
    if load is None:
        return None
    staged = await asyncio.to_thread(staged_from_landing, job.stores, load)
    return StagedLoad(staged, load.load_id, load.judged_date)


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
    return StagedLoad(staged_from_landing(stores, load), load.load_id, load.judged_date)
