"""The one pipeline of a unit: stage, reconcile, publish or hold, report.

Whatever brings data calls this, so that a mid-day file, a rerun and a backfill treat a fiscal year
alike. Each step may be repeated: landing and stage go by hash, publication by digest, and all of it
happens under the unit's lease, whose token fences off a run that was overtaken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from blocks.hub import UnitState
from flows.runs.leasing import WAIT_LIMIT_S, unit_lease
from flows.runs.outcomes import Ending
from flows.runs.states import name_run, run_id
from flows.runs.steps import AS_TASKS, Steps
from ledger.coverage import Coverage, CoverageKind
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from tasks.fetch import Fetched
from tasks.jobs import Job
from tasks.pages.unit import changes_in_words
from tasks.publish import Publication
from tasks.reconcile import Judgement, judgement_of_published, tell_judged, years_moved_with
from tasks.report import lacks_pages, last_changes, published_load
from tasks.rollback import kept_in_words
from tasks.stage import StagedLoad
from tasks.stores import Stores

Join: TypeAlias = Callable[[Job, StagedLoad, set[FiscalYear]], Awaitable[Ending]]
"""Settles a load together with those of other years (`flows.runs.moved`)."""

VERDICT: Final = {
    CoverageKind.WHOLE_YEAR: Outcome.PUBLISHED,
    CoverageKind.PERIOD: Outcome.PUBLISHED,
    CoverageKind.VOUCHERS: Outcome.PARTIAL,
    CoverageKind.BALANCES: Outcome.EVIDENCE,
}
"""What becomes of a load that nothing holds: only what is complete may replace."""

KEPT_ASIDE: Final = {
    Outcome.PARTIAL: "a few vouchers of the year: checked, and never replacing the year",
    Outcome.EVIDENCE: "balances without vouchers: evidence to compare with, nothing to publish",
}


async def load_unit(
    stores: Stores,
    fetched: Fetched,
    *,
    dry_run: bool = False,
    steps: Steps = AS_TASKS,
    wait_limit_s: float = WAIT_LIMIT_S,
) -> Ending:
    """Take a fetched source all the way, and return how that ended.

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
        if kept := await asyncio.to_thread(kept_from, stores, fetched):
            return Ending(Outcome.KEPT, kept, unit)
        job = Job(stores, unit, run_id(), lease, coverage)
        return await settle(job, await steps.stage(job, fetched), steps=steps)


def kept_from(stores: Stores, fetched: Fetched) -> str:
    """Say why a source does not replace its year: a person keeps that; empty when nobody does."""
    if not fetched.facts.coverage.may_replace:
        return ""
    return kept_in_words(stores.hub, fetched.facts.unit)


async def settle(
    job: Job, load: StagedLoad, *, steps: Steps = AS_TASKS, join: Join | None = None
) -> Ending:
    """Publish what passes, hold what does not, set aside what may not replace a year.

    `join`: settles a year with those that vouchers came from, or went into.
    """
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
                verdict=Outcome.PUBLISHED,
                plan=plan,
                publication=publication,
            )
        return Ending(Outcome.UNCHANGED, "Everything in the source is published already.", job.unit)
    judgement = await steps.reconcile(job, load)
    verdict = decide(judgement, load.staged.facts.coverage)
    if join and (years := await asyncio.to_thread(years_moved_with, job, judgement)):
        return await join(job, load, years)
    if verdict is Outcome.PUBLISHED:
        publication = await steps.publish(job, load, judgement)
        return await ending_of_published(job, load, judgement, publication, steps=steps)
    reason = judgement.reason or kept_aside(verdict, judgement)
    await asyncio.to_thread(job.tell, UnitState(verdict.value), load_id=load.load_id, reason=reason)
    await steps.report(job, load, judgement, verdict=verdict)
    return Ending(verdict, reason, job.unit)


async def ending_of_published(
    job: Job,
    load: StagedLoad,
    judgement: Judgement,
    publication: Publication,
    *,
    steps: Steps,
) -> Ending:
    """Show what was published, and say how that ended."""
    plan = publication.plan
    if not publication.written:
        plan = await asyncio.to_thread(last_changes, job)
    verdict = Outcome.PUBLISHED
    await steps.report(job, load, judgement, verdict=verdict, plan=plan, publication=publication)
    return Ending(verdict, publication.in_words, job.unit)


async def plan_unit(job: Job, fetched: Fetched, *, steps: Steps = AS_TASKS) -> Ending:
    """Say what a load would do, and do none of it."""
    load = await steps.stage(job, fetched)
    judgement = await steps.reconcile(job, load)
    verdict = decide(judgement, load.staged.facts.coverage)
    plan = None
    if load.staged.facts.coverage.may_replace:
        plan = await asyncio.to_thread(job.stores.warehouse.plan, load.staged)
    await steps.report(job, load, judgement, verdict=verdict, plan=plan)
    why = judgement.reason
    if not judgement.holding:
        why = changes_in_words(plan) if plan else kept_aside(verdict, judgement)
    if fetched.rollback is None and (
        kept := await asyncio.to_thread(kept_from, job.stores, fetched)
    ):
        return Ending(Outcome.PLANNED, f"{kept}. {why}", job.unit, would_be=Outcome.KEPT)
    changes_nothing = plan is not None and plan.is_empty and verdict is Outcome.PUBLISHED
    would_be = Outcome.UNCHANGED if changes_nothing else verdict
    return Ending(Outcome.PLANNED, why, job.unit, would_be=would_be)


def kept_aside(verdict: Outcome, judgement: Judgement) -> str:
    """Say why a load that nothing holds replaces nothing, and how it lies to what is published."""
    found = f". Beside the published year: {judgement.remarks}" if judgement.compared else ""
    return f"{KEPT_ASIDE[verdict]}{found}"


def decide(judgement: Judgement, coverage: Coverage) -> Outcome:
    """Say what becomes of a load: a break that blocks and that nobody accepted holds it."""
    return Outcome.HELD if judgement.holding else VERDICT[coverage.kind]
