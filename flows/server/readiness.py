"""Whether work gets done, told by its effects: runs are scheduled, and what is due has begun.

A server that answers may have lost its scheduler, and a worker that is online may start nothing:
both have happened to others while every health check was green.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Literal

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType, WorkerStatus
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL

from blocks.addresses import shown_address
from blocks.hub import Hub
from blocks.settings import settings
from flows.runs.starting import server_time
from flows.server.own_secrets import UNREADABLE, WRONG_LOGIN
from flows.watch import PERIOD, end_of_period
from ledger.errors import TasmaError
from tasks.hosts import CLOCK_SLACK_S

SCHEDULED: Final = ("nightly/nightly", "watch/watch")
"""Deployments of which a run always lies ahead."""

GRACE: Final = dt.timedelta(minutes=3)
"""How late a run that is due may begin: a worker looks every few seconds, and forks."""

Light = Literal["green", "grey", "red"]


@dataclass(frozen=True)
class Seen:
    """What was looked at, how it is, and what was seen. Grey: it cannot be told yet."""

    what: str
    light: Light
    seen: str


async def look() -> list[Seen]:
    """Look at the scheduler, at the workers, and at the clocks of server and hosts."""
    try:
        async with get_client() as client:
            now = await server_time(client)
            found = [await _scheduler(client, now), await _workers(client, now)]
            found.append(await _blocks(client))
    except ObjectNotFound:
        return [Seen("deployments", "red", "they are not there: tasma deploy, or tasma up")]
    except httpx.HTTPError as problem:
        return [Seen("server", "red", _why(problem))]
    away_s = abs((dt.datetime.now(dt.UTC) - now).total_seconds())
    return [*found, *await asyncio.to_thread(_hosts), _clock("the server's clock", away_s)]


async def _blocks(client: PrefectClient) -> Seen:
    """See that what lies in blocks can be read: another key than theirs ends each call with 500."""
    try:
        await client.read_block_documents()
    except httpx.HTTPStatusError as problem:
        if problem.response.status_code != HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        return Seen("blocks", "red", UNREADABLE)
    return Seen("blocks", "green", "the server reads them")


async def _scheduler(client: PrefectClient, now: dt.datetime) -> Seen:
    """See that a run of each schedule lies ahead: the server makes them all the time."""
    missing = []
    for name in SCHEDULED:
        deployment = await client.read_deployment_by_name(name)
        if not await _ahead(client, deployment, now):
            missing.append(name)
    if missing:
        remedy = "restart the server's background services, and see that nothing is paused"
        return Seen("scheduler", "red", f"no run of {', '.join(missing)} lies ahead: {remedy}")
    return Seen("scheduler", "green", "runs lie ahead")


async def _ahead(
    client: PrefectClient, deployment: DeploymentResponse, now: dt.datetime
) -> list[FlowRun]:
    return await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
            expected_start_time=FlowRunFilterExpectedStartTime(after_=now),
        ),
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
        limit=1,
    )


async def _workers(client: PrefectClient, now: dt.datetime) -> Seen:
    """See that a worker is there, and that the watch that was due last has begun."""
    deployment = await client.read_deployment_by_name("watch/watch")
    pool = deployment.work_pool_name
    if pool and not await _is_anybody_online(client, pool):
        return Seen("workers", "red", f"no worker of the pool {pool} is online: start one")
    due = await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            expected_start_time=FlowRunFilterExpectedStartTime(
                after_=now - PERIOD - GRACE, before_=now - GRACE
            ),
        ),
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=10,
    )
    # One that was cancelled before it began says nothing; of the others the last one due decides.
    last = next((run for run in due if run.start_time or not _is_over(run)), None)
    if last is None:
        return Seen("workers", "grey", "no watch was due yet since the deployments were made")
    return of_watch(last, now=now, is_another=await _is_another(client, deployment, now))


def of_watch(last: FlowRun, *, now: dt.datetime, is_another: bool) -> Seen:
    """Say whether somebody looks, by the watch that was due last.

    Args:
        last: That watch.
        now: By the server's clock.
        is_another: Whether another one is at work or due.
    """
    since = last.expected_start_time or now
    if not last.start_time:
        remedy = "see that a worker runs (tasma hosts), and what the log of one says"
        return Seen("workers", "red", f"the watch of {since:%H:%M} UTC has not begun: {remedy}")
    until = end_of_period(since)
    if _is_over(last) and now < until and not is_another:
        name = last.state.name if last.state else "ended"
        remedy = f"until {until:%H:%M} nobody looks, unless `watch` is started"
        return Seen("workers", "red", f"the watch of {since:%H:%M} UTC is {name}: {remedy}")
    return Seen("workers", "green", "the watch that was due has begun")


async def _is_another(
    client: PrefectClient, deployment: DeploymentResponse, now: dt.datetime
) -> bool:
    """Return whether a watch is at work, or is to begin now."""
    at_work = [StateType.RUNNING, StateType.PENDING, StateType.SCHEDULED]
    found = await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=at_work)),
            expected_start_time=FlowRunFilterExpectedStartTime(before_=now + GRACE),
        ),
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
        limit=1,
    )
    return bool(found)


async def _is_anybody_online(client: PrefectClient, pool: str) -> bool:
    workers = await client.read_workers_for_work_pool(pool)
    return any(worker.status is WorkerStatus.ONLINE for worker in workers)


def _is_over(run: FlowRun) -> bool:
    return bool(run.state and run.state.is_final())


def _hosts() -> list[Seen]:
    """Compare each host's clock with the hub's, by which leases go."""
    try:
        with Hub(settings().hub_url) as hub:
            live = hub.hosts.live()
    except TasmaError as problem:
        return [Seen("hub", "red", str(problem))]
    return [_clock(f"the clock of {host.name}", abs(host.clock_ahead_s)) for host in live]


def _clock(what: str, away_s: float) -> Seen:
    if away_s <= CLOCK_SLACK_S:
        return Seen(what, "green", f"within {CLOCK_SLACK_S:.0f} s")
    return Seen(what, "red", f"is {away_s:,.0f} s off: have it set by NTP")


def _why(problem: Exception) -> str:
    if isinstance(problem, httpx.HTTPStatusError):
        status = problem.response.status_code
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return f"it answers {status}: its log says why"
        return f"it answers {status}, another home's server perhaps: {WRONG_LOGIN}"
    url = shown_address(str(PREFECT_API_URL.value() or ""))
    return (
        f"no answer at {url} ({type(problem).__name__}): `tasma up` starts one; else, is "
        "PREFECT_API_URL right, and the server up?"
    )
