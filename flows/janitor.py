"""The janitor: what a crash left behind is ended, freed, mended and removed."""

from __future__ import annotations

import asyncio
from typing import Any

from prefect import State
from prefect.states import Completed

from flows.runs.dead_runs import sweep
from flows.runs.flow import flow
from flows.runs.hooks import CRASHED
from flows.runs.states import run_id
from tasks.log import say
from tasks.notify import notify
from tasks.repair import forget_old, remove_leftovers, repair_statuses


@flow(name="janitor", flow_run_name="janitor", retries=0)
async def janitor() -> State[Any]:
    """Tidy up after crashes: dead runs, their leases, statuses left in the middle, stray files.

    Safe at any time: what a living run holds is left alone.
    """
    swept = await sweep(own_run_id=run_id())
    repaired = await asyncio.to_thread(repair_statuses)
    removed = await asyncio.to_thread(remove_leftovers)
    forgotten = await asyncio.to_thread(forget_old)
    for name in swept.crashed:
        say(f"Ended the dead run {name}")
        await notify("Crashed", f"{name}: {CRASHED}")
    for unit in repaired:
        say(f"Now {unit.status}: {unit.reason}", tenant=unit.tenant, unit=unit.fiscal_year)
    return Completed(
        message=f"{len(swept.crashed)} dead runs ended, {len(repaired)} statuses mended, "
        f"{removed} stray files removed, {forgotten} old entries forgotten."
    )
