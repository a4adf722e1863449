"""The night: one pull run for every connected tenant of a time zone, each night exactly once."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from prefect import State, flow, runtime
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import arun_deployment
from prefect.states import Completed

from blocks.hub import Tenant
from blocks.settings import settings
from blocks.systems.registry import systems_with
from flows.runs.rescheduling import NIGHT
from flows.runs.states import TAG
from tasks.log import say, warn
from tasks.stores import open_stores

PULL: Final = "pull/pull"

Zone = Literal["Europe/Stockholm", "Europe/Helsinki"]

NAMED: Final = 10
"""Tenants that a message names; it counts the others."""

AT_ONCE: Final = 8
"""Runs that are being made at the same time."""


@flow(name="nightly", flow_run_name="night {zone}", retries=0)
async def nightly(zone: Zone, night: dt.date | None = None) -> State[Any]:
    """Start one pull for every connected tenant of a time zone; each fetches its open years.

    Started again for the same night it makes no second run of any tenant.

    Args:
        zone: Tenants whose books are kept in this time zone.
        night: The calendar day whose night it is; empty means the day of this run's schedule.
    """
    the_night = night or night_of(scheduled_at(), zone)
    tenants = await asyncio.to_thread(tenants_of, zone)
    free = asyncio.Semaphore(AT_ONCE)

    async def start(place: int, tenant: str) -> FlowRun:
        async with free:
            return await start_pull(tenant, the_night, after=stagger(place))

    runs = await asyncio.gather(*(start(place, tenant) for place, tenant in enumerate(tenants)))
    last = stagger(max(len(runs) - 1, 0))
    message = f"{len(runs)} tenants of {zone} for the night of {the_night}, over {last}."
    if left_out := await asyncio.to_thread(tenants_without_night):
        message += f" {nobodys(left_out)}"
        warn(nobodys(left_out))
    say(message)
    return Completed(message=message)


async def start_pull(tenant: str, night: dt.date, *, after: dt.timedelta) -> FlowRun:
    """Make the tenant's run of a night, or return the one that there is already."""
    return await arun_deployment(
        PULL,
        parameters={"tenant": tenant, "night": night.isoformat()},
        idempotency_key=f"night:{tenant}:{night}",
        flow_run_name=f"{tenant} night {night}",
        scheduled_time=dt.datetime.now(dt.UTC) + after,
        tags=[TAG, f"tenant:{tenant}", NIGHT],
        timeout=0,
        as_subflow=False,
    )


def night_of(moment: dt.datetime, zone: str) -> dt.date:
    """Return the calendar day in a zone; a run that starts late keeps the night it was for."""
    return moment.astimezone(ZoneInfo(zone)).date()


def scheduled_at() -> dt.datetime:
    """Return when this run was to start; now, outside of a run."""
    return runtime.flow_run.get_scheduled_start_time() or dt.datetime.now(dt.UTC)


def stagger(place: int) -> dt.timedelta:
    """Return how long after the first the tenant at a place starts, so that hosts keep up."""
    return dt.timedelta(minutes=1) * place // settings().night_runs_per_minute


def tenants_of(zone: str) -> list[str]:
    """Return the tenants of a time zone that are connected to a system, in order."""
    return [tenant.id for tenant in _connected() if tenant.time_zone == zone]


def tenants_without_night() -> list[str]:
    """Return the connected tenants whose time zone has no schedule, in order."""
    return [tenant.id for tenant in _connected() if not tenant.has_night]


def nobodys(tenants: list[str]) -> str:
    """Say of tenants that none of the nights is theirs, and what to do."""
    more = f" and {len(tenants) - NAMED:,} more" if len(tenants) > NAMED else ""
    return (
        f"In no night, by their time zone: {', '.join(tenants[:NAMED])}{more}; "
        "`tasma tenant correct TENANT --time-zone ZONE`."
    )


def _connected() -> list[Tenant]:
    with open_stores() as stores:
        connected = {item.tenant for item in stores.hub.connections.every(systems_with("ledger"))}
        return [tenant for tenant in stores.hub.tenants if tenant.id in connected]
