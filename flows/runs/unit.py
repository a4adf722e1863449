"""The one pipeline of a unit: stage, reconcile, publish or hold, report.

Whatever brings data calls this, so that a mid-day file, a rerun and a backfill treat a fiscal year
alike. Each step may be repeated: landing and stage go by hash, publication by digest, and all of it
happens under the unit's lease, whose token fences off a run that was overtaken.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from prefect import State

from blocks.hub import UnitState
from flows.runs.leasing import WAIT_LIMIT_S, unit_lease
from flows.runs.states import PLANNED, UNCHANGED, ended, name_run, run_id
from flows.runs.steps import AS_TASKS, Steps
from ledger.coverage import Coverage, CoverageKind
from tasks.fetch import Fetched
from tasks.jobs import Job
from tasks.pages.unit import changes_in_words
from tasks.reconcile import Judgement, judgement_of_published, tell_judged
from tasks.report import lacks_pages, last_changes, published_load
from tasks.stage import StagedLoad
from tasks.stores import Stores

VERDICT: Final = {
    CoverageKind.WHOLE_YEAR: UnitState.PUBLISHED,
    CoverageKind.PERIOD: UnitState.PUBLISHED,
    CoverageKind.VOUCHERS: UnitState.PARTIAL,
    CoverageKind.BALANCES: UnitState.EVIDENCE,
}
"""What becomes of a load that nothing holds: only what is complete may replace."""

KEPT_ASIDE: Final = {
    UnitState.PARTIAL: "a few vouchers of the year: checked, and never replacing the year",
    UnitState.EVIDENCE: "balances without vouchers: evidence to compare with, nothing to publish",
}


async def load_unit(
    stores: Stores,
    fetched: Fetched,
    *,
    dry_run: bool = False,
    steps: Steps = AS_TASKS,
    wait_limit_s: float = WAIT_LIMIT_S,
) -> State[Any]:
    """Take a fetched source all the way, and return the state in which its run ends.

    Raises:
        LeaseTaken: Another run still works on the unit after ``wait_limit_s``.
    """
    unit = fetched.facts.unit
    await name_run(f"{unit}{' (dry run)' if dry_run else ''}", tags=unit.tags)
    coverage = fetched.facts.coverage
    if dry_run:
        job = Job(stores, unit, run_id(), lease=None, coverage=coverage)
        return await plan_unit(job, fetched, steps=steps)
    async with unit_lease(stores, unit, wait_limit_s=wait_limit_s) as lease:
        job = Job(stores, unit, run_id(), lease, coverage)
        return await settle(job, await steps.stage(job, fetched), steps=steps)


async def settle(job: Job, load: StagedLoad, *, steps: Steps = AS_TASKS) -> State[Any]:
    """Publish what passes, hold what does not, set aside what may not replace a year."""
    if judgement_kept := await asyncio.to_thread(judgement_of_published, job, load):
        # Its controls were answered when it was published; this raises fence and freshness.
        await asyncio.to_thread(tell_judged, job, load)
        publication = await steps.publish(job, load, judgement_kept)
        if await lacks_pages(job):
            shown, judgement, plan = await asyncio.to_thread(published_load, job, load)
            await steps.report(
                job,
                shown,
                judgement,
                verdict=UnitState.PUBLISHED,
                plan=plan,
                publication=publication,
            )
        return ended(UNCHANGED, "Everything in the source is published already.")
    judgement = await steps.reconcile(job, load)
    verdict = decide(judgement, load.staged.facts.coverage)
    if verdict is UnitState.PUBLISHED:
        publication = await steps.publish(job, load, judgement)
        plan = publication.plan
        if not publication.written:
            plan = await asyncio.to_thread(last_changes, job)
        await steps.report(
            job, load, judgement, verdict=str(verdict), plan=plan, publication=publication
        )
        return ended(verdict.title(), publication.in_words)
    reason = judgement.reason or kept_aside(verdict, judgement)
    await asyncio.to_thread(job.tell, verdict, load_id=load.load_id, reason=reason)
    await steps.report(job, load, judgement, verdict=str(verdict))
    return ended(verdict.title(), reason)


async def plan_unit(job: Job, fetched: Fetched, *, steps: Steps = AS_TASKS) -> State[Any]:
    """Say what a load would do, and do none of it."""
    load = await steps.stage(job, fetched)
    judgement = await steps.reconcile(job, load)
    verdict = decide(judgement, load.staged.facts.coverage)
    plan = None
    if load.staged.facts.coverage.may_replace:
        plan = await asyncio.to_thread(job.stores.warehouse.plan, load.staged)
    await steps.report(job, load, judgement, verdict=f"would be {verdict}", plan=plan)
    would = changes_in_words(plan) if plan else kept_aside(verdict, judgement)
    why = judgement.reason if judgement.holding else would
    return ended(PLANNED, f"Dry run, nothing was written. Would be {verdict}: {why}")


def kept_aside(verdict: UnitState, judgement: Judgement) -> str:
    """Say why a load that nothing holds replaces nothing, and how it lies to what is published."""
    found = f". Beside the published year: {judgement.remarks}" if judgement.compared else ""
    return f"{KEPT_ASIDE[verdict]}{found}"


def decide(judgement: Judgement, coverage: Coverage) -> UnitState:
    """Say what becomes of a load: a break that blocks and that nobody accepted holds it."""
    return UnitState.HELD if judgement.holding else VERDICT[coverage.kind]
