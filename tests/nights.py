"""Nights as tests ask for them: who is in one, and a shard at work in this very process."""

from __future__ import annotations

import asyncio

from flows.nightly import begin, members_of
from flows.runs.shard import Shard
from tasks.stores import open_stores


def tenants_of(zone):
    """Return who would be in a zone's night, in the stores of the settings."""
    with open_stores() as stores:
        members = members_of(stores, stores.hub.tenants, zone, shards=1)
    return sorted({member.tenant for member in members})


def work_on(stores, zone, night, *, handed_on=None, run_id="", **how):
    """Begin a night unless it has begun, and work on all that is open in it; return the shard.

    `handed_on` takes the tenants that are to have a run of their own.
    """
    begin(stores, zone, night)
    handed_on = [] if handed_on is None else handed_on

    async def hand_on(row):
        handed_on.append((row.tenant, row.system))
        return f"run of {row.tenant}"

    how = {"at_once": 4, "pauses_s": (0.0, 0.0)} | how
    shard = Shard(stores, hand_on, run_id=run_id, **how)
    rows = [row for row in stores.hub.nights.of_night(night) if row.zone == zone and row.is_open]
    asyncio.run(shard.work(rows))
    return shard
