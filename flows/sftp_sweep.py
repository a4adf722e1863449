"""Fetch files from customers' SFTP servers: tenants at their own intervals, a run for each file."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Final

from prefect import State, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed, Failed
from pydantic import Field

from blocks.hub.pickups import Pickup
from blocks.settings import MAX_SHARDS
from flows.runs.file_runs import end_of
from flows.runs.flow import flow
from flows.runs.states import run_id
from ledger.text import visible
from tasks.notify import notify
from tasks.pages.pickups import pickups_page, pickups_summary
from tasks.pages_shown import show_page
from tasks.pickup.poll import SETTLE_S
from tasks.pickup.polled import Polled
from tasks.pickup.sweep import Sweep
from tasks.pickup.threads import Threads
from tasks.shards import shard_of
from tasks.stores import Stores, open_stores

SILENT_AFTER: Final = dt.timedelta(hours=36)
"""Without a new file, after which somebody is told (R-FIN-23)."""

SILENCE: Final = "silence"
"""Kind of the event that notes of whom somebody was told."""

Shard = Annotated[int, Field(ge=0, lt=MAX_SHARDS)]
Shards = Annotated[int, Field(ge=1, le=MAX_SHARDS)]
OneTenant = Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]{0,62})?$", max_length=63)]


@flow(name="sftp-sweep", flow_run_name="sftp sweep {shard}", retries=0)
async def sftp_sweep(shard: Shard = 0, shards: Shards = 1, tenant: OneTenant = "") -> State[Any]:
    """Look into the folders that are due, and start an import for each new file that is whole.

    A tenant whose poll still goes on is left out, and polls that are late are dropped. What is in
    the way of one tenant stops no other: it is a line of the page *sftp-shard-…*, and when it is
    new a failed task named after the tenant.

    Args:
        shard: Which part of the tenants, from 0.
        shards: How many parts there are.
        tenant: Only this one, whether or not it is due.
    """
    with open_stores() as stores, Threads() as threads:
        if tenant:
            await threads.do(_require, stores, tenant)
        every = await threads.do(stores.hub.pickups.every)
        due = chosen(every, stores.hub.database.now(), shard=shard, shards=shards, tenant=tenant)
        polls = await Sweep(
            stores, every, threads, end_of, run_id=run_id(), settle_s=SETTLE_S
        ).poll(due)
        await _tell(stores, polls)
    summary = pickups_summary(polls)
    if polls:
        page = pickups_page(f"SFTP sweep {shard}", polls)
        await show_page(f"sftp-shard-{shard}", page, card=summary)
    return Completed(message=summary)


def _require(stores: Stores, tenant: str) -> None:
    """Refuse a tenant that does not exist, or has no pickup: nothing would be polled, in green."""
    stores.hub.tenants.get(tenant)
    stores.hub.pickups.get(tenant)


def chosen(
    every: Sequence[Pickup], at: dt.datetime, *, shard: int, shards: int, tenant: str
) -> list[Pickup]:
    """Return the pickups of a sweep: those of the shard that are due, or the one tenant's."""
    if tenant:
        return [pickup for pickup in every if pickup.tenant == tenant]
    # Tenants of one login share its connection, so they share a shard.
    mine = [item for item in every if shard_of(item.block, shards) == shard]
    return [item for item in mine if item.is_due(at)]


@task(name="sftp-problem", task_run_name="sftp {tenant}", cache_policy=NO_CACHE, retries=0)
async def problem_of(tenant: str, problem: str) -> State[Any]:
    """Fail, so that the UI shows what is in the way of a tenant's pickup."""
    return Failed(message=visible(f"{tenant}: {problem}"))


async def _tell(stores: Stores, polls: Sequence[Polled]) -> None:
    """Tell somebody of new problems and of silence, each once."""
    for polled in polls:
        if polled.is_new_problem:
            # Prefect's types know no state that is returned by an async task.
            await problem_of(polled.tenant, polled.problem, return_state=True)  # type: ignore[misc]
            await notify(f"SFTP: {polled.tenant}", polled.problem)
        elif not polled.problem and (silence := await asyncio.to_thread(_silence, stores, polled)):
            await notify(f"SFTP silent: {polled.tenant}", silence)


def _silence(stores: Stores, polled: Polled) -> str:
    """Say for how long no new file has come, and note it; empty when it was told, or is short."""
    now, found = stores.hub.database.now(), stores.hub.pickups.find(polled.tenant)
    if found is None or (silent_for := found.silent_for(now)) <= SILENT_AFTER:
        return ""
    reported = stores.hub.events.recent(tenant=polled.tenant, kind=SILENCE, limit=1)
    if reported and reported[0].at > now - silent_for:
        return ""
    hours = int(silent_for.total_seconds() // 3_600)
    message = (
        f"No new file of {polled.tenant} for {hours} hours. Ask the customer whether its exports "
        "run."
    )
    stores.hub.events.add(SILENCE, message, tenant=polled.tenant)
    return message
