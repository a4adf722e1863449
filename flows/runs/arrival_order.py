"""Files that people drop in are taken in the order in which they came, one tenant's at a time.

Each is a run of its own, and who waits for a lease gets it by chance: of three files that somebody
sends within seconds, an older one could replace the newest. So a run waits until those before it
are over. It waits for none that has not begun: what holds a place may not wait for what needs one.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from typing import Final
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort

from flows.runs.leasing import WAIT_LIMIT_S
from flows.runs.states import run_id
from tasks.log import say, warn

POLL_INTERVAL_S: Final = 1.0

MAX_RUNS_READ: Final = 200
"""Most runs at work that are looked at; a machine runs far fewer at once."""

NEVER: Final = dt.datetime.max.replace(tzinfo=dt.UTC)
AT_WORK: Final = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)


async def wait_for_earlier(tenant: str, *, limit_s: float = WAIT_LIMIT_S) -> None:
    """Wait until the runs of this deployment that came before for a tenant are over.

    After `limit_s`, or where the server does not answer, it goes on: the lease still keeps two from
    working on one year at once. A run without a deployment waits for nobody.
    """
    deadline = time.monotonic() + limit_s
    is_waiting = False
    try:
        while earlier := await _earlier(tenant):
            if time.monotonic() > deadline:
                names = ", ".join(run.name for run in earlier)
                warn(f"Goes on before what came earlier: {names}", tenant=tenant)
                return
            if not is_waiting:
                say(f"Waiting for {earlier[0].name}, which came before", tenant=tenant)
            is_waiting = True
            await asyncio.sleep(POLL_INTERVAL_S)
    except httpx.HTTPError as problem:
        warn(f"Who came before is not known: {type(problem).__name__}", tenant=tenant)


async def _earlier(tenant: str) -> list[FlowRun]:
    if not run_id():
        return []
    async with get_client() as client:
        return await earlier_runs(client, await client.read_flow_run(UUID(run_id())), tenant)


async def earlier_runs(client: PrefectClient, own: FlowRun, tenant: str) -> list[FlowRun]:
    """Return the runs at work for a tenant that came before one of the same deployment."""
    if own.deployment_id is None:
        return []
    found = await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[own.deployment_id]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(AT_WORK))),
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=MAX_RUNS_READ,
    )
    return [
        run
        for run in found
        if run.parameters.get("tenant") == tenant and _came_at(run) < _came_at(own)
    ]


def _came_at(run: FlowRun) -> tuple[dt.datetime, str]:
    """Return what runs are ordered by: when asked for, or when it was to start if that is later."""
    moments = [at for at in (run.created, run.expected_start_time) if at]
    return max(moments, default=NEVER), str(run.id)
