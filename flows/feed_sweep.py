"""Ask every source whether a tenant's feed has news, and start a run for each that has."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from prefect import State, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import FlowRun
from prefect.states import Failed

from flows.runs.flow import flow
from flows.runs.hooks import run_failed
from flows.runs.starting import start_run
from flows.runs.states import TAG, ended, scheduled_at
from ledger.outcome import Outcome
from ledger.text import number_of, visible
from tasks.listening import sweep
from tasks.stores import open_stores

LISTEN: Final = "listen/listen"


@flow(name="feed-sweep", flow_run_name="feed sweep", retries=0, on_failure=[run_failed])
async def feed_sweep() -> State[Any]:
    """Start one run for each tenant and source with news; an idle tenant has none.

    A sweep that is started twice for the same time starts nothing twice. A feed that cannot be read
    is a failed task named after its tenant, and stops no other.
    """
    at = scheduled_at()
    with open_stores() as stores:
        found = await sweep(stores.hub)
    for tenant, source in found.news:
        await start_listening(tenant, source, at=at)
    for (tenant, source), problem in found.problems.items():
        # Prefect's types know no state that is returned by an async task.
        await problem_of(tenant, source, problem, return_state=True)  # type: ignore[misc]
    failed = f", {len(found.problems):,} could not be asked" if found.problems else ""
    return ended(
        Outcome.DONE, f"{number_of(len(found.news), 'feed has', 'feeds have')} news{failed}."
    )


@task(name="feed-problem", task_run_name="{source} {tenant}", cache_policy=NO_CACHE, retries=0)
async def problem_of(tenant: str, source: str, problem: str) -> State[Any]:
    """Fail, so that the UI shows what is in the way of a tenant's feed."""
    return Failed(message=visible(f"{tenant}, {source}: {problem}"))


async def start_listening(tenant: str, source: str, *, at: dt.datetime) -> FlowRun:
    """Make the tenant's run of a sweep, or return the one that there is already."""
    return await start_run(
        LISTEN,
        parameters={"tenant": tenant, "source": source},
        idempotency_key=f"listen:{source}:{tenant}:{at.isoformat(timespec='minutes')}",
        flow_run_name=f"{tenant} listen to {source}",
        tags=[TAG, f"tenant:{tenant}"],
    )
