"""The night: who is in it is written down once, and looked at by a few runs."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final
from zoneinfo import ZoneInfo

from prefect import State
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun

from blocks.hub import Member, Tenant
from blocks.settings import MAX_SHARDS, settings
from blocks.systems.registry import systems_with
from flows.runs.flow import flow
from flows.runs.forms import Zone
from flows.runs.hooks import run_crashed, run_failed
from flows.runs.rescheduling import SHARD, resumed
from flows.runs.starting import start_run
from flows.runs.states import TAG, ended, scheduled_at
from ledger.outcome import Outcome
from ledger.text import number_of
from tasks.log import say, warn
from tasks.shards import shard_of
from tasks.stores import Stores, open_stores

NIGHT_SHARD: Final = "night-shard/night-shard"

HOURS: Final[dict[Zone, int]] = {"Europe/Stockholm": 1, "Europe/Helsinki": 2}
"""When the night of a zone begins, by its own clocks.

The same moment in both, and one that each calendar night has once: clocks change later (R-FIN-16).
"""

NAMED: Final = 10
"""Tenants that a message names; it counts the others."""


@flow(
    name="nightly",
    flow_run_name="night {zone}",
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
)
async def nightly(zone: Zone, night: dt.date | None = None) -> State[Any]:
    """Begin the night of a time zone: a few runs look at every connected tenant, once.

    Started again for the same night it adds nobody, and takes up only shards that did not end well.

    Args:
        zone: Tenants whose books are kept in this time zone.
        night: The calendar day whose night it is; empty means the day of this run's schedule.
    """
    the_night, now = night or night_of(scheduled_at(), zone), dt.datetime.now(dt.UTC)
    if night is None and is_over(the_night, zone, now=now):
        return ended(Outcome.SKIPPED, MISSED.format(night=the_night))
    if the_night > night_of(now, zone):
        return ended(Outcome.FAILED, TO_COME.format(night=the_night, zone=zone))
    with open_stores() as stores:
        shards, left_out = await asyncio.to_thread(begin, stores, zone, the_night)
    for shard in shards:
        await start_shard(zone, the_night, shard)
    size = sum(shards.values())
    tenants, parts = number_of(size, "tenant"), number_of(len(shards), "shard")
    message = f"{tenants} of {zone} for the night of {the_night}, in {parts}."
    if left_out:
        message += f" {nobodys(left_out)}"
        warn(nobodys(left_out))
    say(message)
    return ended(Outcome.DONE, message)


MISSED: Final = (
    "The night of {night} was missed and the next is due, which fetches all that this one would "
    "have. To make up for it nevertheless, start nightly with its date."
)


TO_COME: Final = (
    "The night of {night} in {zone} is to come: its schedule begins it. Nothing was started, since "
    "a night is looked at once. The night of a day that has come may be begun by hand."
)


def begin(stores: Stores, zone: str, night: dt.date) -> tuple[Counter[int], list[str]]:
    """Write a night down, unless it has begun; return how many are in each of its shards.

    Returns:
        The shards, those without anybody left out; and the tenants that have no night.
    """
    tenants = list(stores.hub.tenants)
    shards = min(MAX_SHARDS, max(settings().night_shards, len(stores.hub.hosts.live())))
    stores.hub.nights.begin(zone, night, members_of(stores, tenants, zone, shards=shards))
    rows = stores.hub.nights.of_night(night)
    sizes = Counter(row.shard for row in rows if row.zone == zone)
    return sizes, tenants_without_night(stores, tenants)


def members_of(
    stores: Stores, tenants: Iterable[Tenant], zone: str, *, shards: int
) -> list[Member]:
    """Return a time zone's tenants with each system that their books are fetched from."""
    here = {tenant.id for tenant in tenants if tenant.time_zone == zone}
    return [
        Member(item.tenant, item.system, shard_of(item.tenant, shards))
        for item in stores.hub.connections.every(systems_with("ledger"))
        if item.tenant in here
    ]


def tenants_without_night(stores: Stores, tenants: Iterable[Tenant]) -> list[str]:
    """Return the connected tenants whose time zone has no schedule, in order."""
    connected = {item.tenant for item in stores.hub.connections.every(systems_with("ledger"))}
    return [item.id for item in tenants if item.id in connected and not item.has_night]


async def start_shard(zone: str, night: dt.date, shard: int) -> FlowRun:
    """Make a shard's run of a night, or find it; one that did not end well is taken up again."""
    run: FlowRun = await start_run(
        NIGHT_SHARD,
        parameters={"zone": zone, "night": night.isoformat(), "shard": shard},
        idempotency_key=f"night:{zone}:{night}:{shard}",
        flow_run_name=f"night {night} {zone} {shard}",
        tags=[TAG, SHARD],
    )
    async with get_client() as client:
        return await resumed(client, run)


def night_of(moment: dt.datetime, zone: str) -> dt.date:
    """Return the calendar day in a zone; a run that starts late keeps the night it was for."""
    return moment.astimezone(ZoneInfo(zone)).date()


def is_over(night: dt.date, zone: Zone, *, now: dt.datetime) -> bool:
    """Return whether the night after a night is due."""
    hour = dt.time(HOURS[zone], tzinfo=ZoneInfo(zone))
    return now >= dt.datetime.combine(night + dt.timedelta(days=1), hour)


def nobodys(tenants: list[str]) -> str:
    """Say of tenants that none of the nights is theirs, and what to do."""
    more = f" and {len(tenants) - NAMED:,} more" if len(tenants) > NAMED else ""
    return (
        f"In no night, by their time zone: {', '.join(tenants[:NAMED])}{more}; "
        "`tasma tenant correct TENANT --time-zone ZONE`."
    )
