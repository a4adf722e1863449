"""A year brought back to an earlier load: what was received then, through the one pipeline."""

from __future__ import annotations

import asyncio

from blocks.hub import KeptLease, UnitState
from flows.runs.held import held_load
from flows.runs.leasing import WAIT_LIMIT_S
from flows.runs.moved import MovedYears
from flows.runs.outcomes import Ending
from flows.runs.states import run_id
from flows.runs.steps import AS_TASKS, Steps
from flows.runs.unit import plan_unit
from ledger.outcome import Outcome
from tasks.arrivals import explain
from tasks.jobs import Job
from tasks.rollback import Wanted, keep_year, received_for, refuse_other_books
from tasks.stage import StagedLoad
from tasks.stores import Stores


async def roll_back_unit(
    stores: Stores,
    wanted: Wanted,
    *,
    dry_run: bool = False,
    steps: Steps = AS_TASKS,
    wait_limit_s: float = WAIT_LIMIT_S,
) -> Ending:
    """Publish a year as an earlier load left it, or hold that; from then on the year is kept.

    Vouchers that moved between years meanwhile move back together: where the other year's rollback
    is held for them, both are published at once.

    Raises:
        NoSuchLoad, LoadOfPeriod, ReceivedGone, ReadOtherwiseNow: It cannot be; nothing changed.
        LeaseTaken: Another run still works on the unit after ``wait_limit_s``.
    """
    if dry_run:
        job = Job(stores, wanted.unit, run_id(), lease=None)
        fetched = await asyncio.to_thread(received_for, stores, wanted)
        load = await steps.stage(job, fetched)
        await asyncio.to_thread(refuse_other_books, stores, load, wanted)
        return await plan_unit(job, fetched, steps=steps)

    async def begin(lease: KeptLease) -> tuple[Job, StagedLoad]:
        job = Job(stores, wanted.unit, run_id(), lease)
        fetched = await asyncio.to_thread(received_for, stores, wanted)
        try:
            load = await steps.stage(job, fetched)
            await asyncio.to_thread(keep_year, job, load, wanted)
        except Exception as problem:
            await asyncio.to_thread(job.tell, UnitState.FAILED, reason=explain(problem))
            raise
        return job, load

    ending = await MovedYears(stores, steps, held_load, wait_limit_s).take(wanted.unit, begin)
    return _kept_too(stores, wanted, ending)


def _kept_too(stores: Stores, wanted: Wanted, ending: Ending) -> Ending:
    """Add to what became of the year that it is kept, unless it was held for now."""
    kept = stores.hub.kept_years.find(wanted.unit.tenant, wanted.unit.year)
    if kept is None or ending.outcome not in {Outcome.PUBLISHED, Outcome.UNCHANGED}:
        return ending
    why = f"{ending.why.rstrip('.')}. The year is {kept}."
    return Ending(ending.outcome, why, ending.unit, problem=ending.problem)
