"""Report: the unit's pages in the UI, under keys that never change, so that each has a history."""

from __future__ import annotations

import asyncio

from prefect import task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE

from blocks.controls import controls_for
from blocks.steps import reached
from blocks.warehouse.records import ChangePlan
from tasks.jobs import Job
from tasks.pages import changes_page, reconciliation_page
from tasks.reconcile import Judgement, unit_context
from tasks.stage import StagedLoad
from tasks.statements import read_statements, statements_page
from tasks.steps import RETRIES, RETRY_DELAYS_S, RETRY_JITTER, STEP_LIMIT_S, is_transient


@task(
    name="report",
    task_run_name="report {job.unit}",
    cache_policy=NO_CACHE,
    retries=RETRIES,
    retry_delay_seconds=RETRY_DELAYS_S,
    retry_jitter_factor=RETRY_JITTER,
    retry_condition_fn=is_transient,
    timeout_seconds=STEP_LIMIT_S,
)
async def report(
    job: Job,
    load: StagedLoad,
    judgement: Judgement,
    *,
    verdict: str,
    plan: ChangePlan | None = None,
) -> None:
    """Write the pages of one load: controls; what changes; the statements when published."""
    pages = await asyncio.to_thread(make_pages, job, load, judgement, verdict=verdict, plan=plan)
    for name, text in pages.items():
        await acreate_markdown_artifact(
            key=job.unit.artifact_key(name),
            markdown=text,
            description=f"{job.unit}: {name.replace('-', ' ')}",
        )
    reached("report.made")


def make_pages(
    job: Job,
    load: StagedLoad,
    judgement: Judgement,
    *,
    verdict: str,
    plan: ChangePlan | None = None,
) -> dict[str, str]:
    """Return the pages by name; those of a dry run have names of their own."""
    facts = load.staged.facts
    controls = controls_for(facts.source, facts.source_kind, context=unit_context(job))
    prefix = "plan-" if job.is_dry_run else ""
    pages = {
        f"{prefix}reconciliation": reconciliation_page(
            job.unit, load.staged, judgement, verdict=verdict, controls=controls
        )
    }
    if plan is not None:
        pages[f"{prefix}changes"] = changes_page(job.unit, plan, verdict=verdict)
    if plan is not None and not job.is_dry_run:
        statements = read_statements(job, currency=facts.currency)
        pages["statements"] = statements_page(job.unit, statements)
    return pages
