"""The run of a tenant that a shard of the night hands on: made once, however often asked for."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.states import Scheduled

from blocks.hub import NightRow
from flows.runs.rescheduling import NIGHT
from flows.runs.starting import server_time, start_run
from flows.runs.states import TAG
from tasks.arrivals import explain
from tasks.log import warn

PULL: Final = "pull/pull"

PATIENCE_S: Final = 900.0
"""How long a server that is away is asked for a run, before the shard goes on without."""

POLL_INTERVAL_S: Final = 5.0


async def hand_on(row: NightRow) -> str:
    """Make the tenant's own run of a night, or find it, and return its id.

    One that is over although the night has no outcome of it is scheduled anew: then it fetches.

    Returns:
        The run's id; empty when the server did not answer for `PATIENCE_S`, or refused.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return await _run_of(row)
        except httpx.HTTPError as problem:
            where = {"tenant": row.tenant, "system": row.system}
            if time.monotonic() > deadline:
                warn(f"Without a run of its own: {type(problem).__name__}", **where)
                return ""
        except Exception as problem:  # noqa: BLE001 - whatever it was, the others have their night
            warn(f"Without a run of its own: {explain(problem)}", tenant=row.tenant)
            return ""
        await asyncio.sleep(POLL_INTERVAL_S)


async def _run_of(row: NightRow) -> str:
    run: FlowRun = await start_run(
        PULL,
        parameters={"tenant": row.tenant, "system": row.system, "night": row.night.isoformat()},
        idempotency_key=f"night:{row.tenant}:{row.system}:{row.night}",
        flow_run_name=f"{row.tenant} night {row.night}",
        tags=[TAG, f"tenant:{row.tenant}", NIGHT],
    )
    if run.state and run.state.is_final():
        async with get_client() as client:
            now = await server_time(client)
            await client.set_flow_run_state(run.id, Scheduled(scheduled_time=now), force=True)
    return str(run.id)
