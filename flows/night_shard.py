"""A shard of the night: its tenants looked at one beside the other, in one run."""

from __future__ import annotations

import asyncio
import datetime as dt
from functools import partial
from typing import Annotated, Any, Final

from prefect import State
from prefect.states import Failed
from pydantic import Field

from blocks.hub.kept_lease import leased
from blocks.hub.waiting import awaited_lease
from blocks.settings import MAX_SHARDS, settings
from flows.runs.flow import flow
from flows.runs.forms import Zone
from flows.runs.hooks import run_cancelled, run_crashed, shard_failed
from flows.runs.night_page import live_night
from flows.runs.own_run import hand_on
from flows.runs.rescheduling import UNFINISHED
from flows.runs.shard import Shard
from flows.runs.states import ended, run_id
from ledger.outcome import Outcome
from tasks.log import say
from tasks.pages.nights import night_summary
from tasks.stores import open_stores

WAIT_LIMIT_S: Final = 180.0
"""Longest wait for another run of the same shard; the lease of one that died lasts two minutes."""

POLL_INTERVAL_S: Final = 3.0


@flow(
    name="night-shard",
    flow_run_name="night {night} {zone} {shard}",
    retries=0,
    on_failure=[shard_failed],
    on_crashed=[run_crashed],
    on_cancellation=[run_cancelled],
)
async def night_shard(
    zone: Zone, night: dt.date, shard: Annotated[int, Field(ge=0, lt=MAX_SHARDS)] = 0
) -> State[Any]:
    """Look at the tenants of a shard; those with something new get a run of *pull* of their own.

    The page *night-…* says what became of each, while this runs and after. Retry, and Copy to new
    run, look at those that have no outcome yet or failed, and at nobody else.

    Args:
        zone: Tenants whose books are kept in this time zone.
        night: The calendar day whose night it is; it has to have begun (deployment nightly).
        shard: Which part of the tenants, from 0.
    """
    with open_stores() as stores:
        nights = stores.hub.nights
        read = partial(nights.of_shard, zone, night, shard)
        lease = partial(
            leased,
            stores.hub.leases,
            f"/night/{zone}/{night}/{shard}",
            holder=f"run {run_id() or 'without a server'}",
            clock=stores.hub.database.now,
            run_id=run_id(),
        )
        async with awaited_lease(
            lease, wait_limit_s=WAIT_LIMIT_S, poll_interval_s=POLL_INTERVAL_S
        ) as kept:
            work = Shard(
                stores,
                hand_on,
                run_id=run_id(),
                at_once=settings().night_at_once,
                check=kept.check,
            )
            rows = await asyncio.to_thread(read)
            say(
                f"{sum(row.is_open for row in rows):,} of {len(rows):,} tenants are to be looked at"
            )
            title = f"Night of {night}, {zone}, shard {shard}"
            async with live_night(artifact_key(zone, shard), title, read):
                await work.work(row for row in rows if row.is_open)
            rows = await asyncio.to_thread(read)
    summary = night_summary(rows)
    if not work.given_up and not work.without_run:
        return ended(Outcome.DONE, summary)
    return Failed(name=UNFINISHED, message=f"{summary} {_left(work)} Retry does the rest.")


def _left(work: Shard) -> str:
    """Say what a shard could not do."""
    parts = (
        f"Of {len(work.given_up):,} the system was away." if work.given_up else "",
        f"{len(work.without_run):,} have no run, which could not be made."
        if work.without_run
        else "",
    )
    return " ".join(filter(None, parts))


def artifact_key(zone: str, shard: int) -> str:
    """Return the key of a shard's page, the same every night, so that it has a history."""
    return f"night-{zone.rpartition('/')[2].lower()}-{shard}"
