"""Find runs whose host is gone, and end them for the record."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Final

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.events import emit_event
from prefect.events.filters import (
    EventFilter,
    EventNameFilter,
    EventOccurredFilter,
    EventResourceFilter,
)
from prefect.settings import get_current_settings
from prefect.states import Crashed

from blocks.hub import Hub, LeaseLost, LeaseTaken, opened
from blocks.settings import settings
from flows.runs.hooks import CRASHED, end_run
from flows.runs.rescheduling import MAX_ATTEMPTS, reschedule
from flows.runs.starting import server_time
from flows.runs.states import TAG
from ledger.errors import TasmaError
from tasks.arrivals import explain
from tasks.log import warn

SILENT_BEATS: Final = 4
"""Beats without a sign of life after which a run is gone: three missed, and one for delay."""

BEAT_UNLESS_SET_S: Final = 180
"""Prefect's own beat; flows/prefect.env sets 30 s."""

STUCK_AFTER: Final = dt.timedelta(seconds=150)
"""A run that was taken up but has not begun by then never will, and it holds a place: as where the
server was away when its process asked for it."""

DIED_WITHIN: Final = dt.timedelta(hours=1)
"""A run that ended as crashed since then may have died without being scheduled anew."""

SETTLED_AFTER: Final = dt.timedelta(seconds=30)
"""By when its own worker has said all that it says of a dead run."""

PAGE_RUNS: Final = 200
"""Runs looked at in one sweep; the next sweep sees what is left."""

CLOCKS_OFF: Final = dt.timedelta(days=1)
"""By how much the clocks of hosts may differ at most."""

BEATS: Final = 50
"""Beats of a run that are looked at: ten minutes and more of each of two hosts."""

HEARTBEAT: Final = "prefect.flow-run.heartbeat"

SWEPT: Final = "tasma.swept"
"""What a sweep tells the server, so that the next one knows that such signs arrive."""

SWEEPING: Final = "/dead-runs"
"""The lease of who sweeps."""


@dataclass
class Swept:
    """The runs that were ended: their names."""

    crashed: list[str] = field(default_factory=list)


def silent_after() -> dt.timedelta:
    """Return for how long a living run may be silent: 2 minutes with flows/prefect.env."""
    beat_s = get_current_settings().flows.heartbeat_frequency or BEAT_UNLESS_SET_S
    return dt.timedelta(seconds=beat_s * SILENT_BEATS)


async def sweep(
    *, own_run_id: str = "", everything: bool = False, now: dt.datetime | None = None
) -> Swept:
    """Set every run of ours that is dead to Crashed and free what it held in the hub.

    Those of a night or a backfill are scheduled anew, also where Prefect ended them: a worker says
    twice that a process died, and the second time undoes what `run_crashed` scheduled. One sweep
    goes on at a time, whoever makes it; another one finds nothing. Where no sign of life of anybody
    has arrived lately, what should carry them is away, and nobody is taken for dead by silence.

    Args:
        own_run_id: A run to leave alone: the one that asks.
        everything: Take all for dead that is not ours to keep: the only process that could have
            run them has just started or is about to end.
        now: The time by which silence is judged, when signs of life do arrive; the server's, and
            looked for, unless given.
    """
    swept = Swept()
    with nullcontext(True) if everything else _alone() as is_ours:
        if not is_ours:
            return swept
        async with get_client() as client:
            is_heard = now is not None or await _is_anybody_heard(client)
            now = now or await server_time(client)
            for run in await _unfinished(client):
                if str(run.id) == own_run_id:
                    continue
                if everything or await _is_dead(client, run, now=now, is_heard=is_heard):
                    await _end(client, run, swept)
            for run in await _crashed(client, now=now):
                await _take_up(client, run)
    return swept


@contextmanager
def _alone() -> Iterator[bool]:
    """Be the only one who sweeps for the length of the body; false while somebody else does.

    Two of them would end a run that the one has just scheduled anew.
    """
    with Hub(settings().hub_url) as hub:
        try:
            lease = opened(hub).leases.acquire(SWEEPING, holder="a sweep of dead runs")
        except LeaseTaken:
            yield False
            return
        try:
            yield True
        finally:
            with suppress(LeaseLost):
                hub.leases.release(lease)


async def _end(client: PrefectClient, run: FlowRun, swept: Swept) -> None:
    """End one dead run; what is in the way of that is in the way of no other, and comes again."""
    try:
        await asyncio.to_thread(end_run, str(run.id), reason=CRASHED)
        await client.set_flow_run_state(run.id, Crashed(message=CRASHED), force=True)
        await reschedule(client, run)
    except (TasmaError, httpx.HTTPError) as problem:
        warn(f"The dead run {run.name} could not be ended: {explain(problem)}")
    else:
        swept.crashed.append(run.name)


async def _unfinished(client: PrefectClient) -> list[FlowRun]:
    states = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
    return await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            tags=FlowRunFilterTags(all_=[TAG]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)),
        ),
        limit=PAGE_RUNS,
    )


async def _crashed(client: PrefectClient, *, now: dt.datetime) -> list[FlowRun]:
    return await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            tags=FlowRunFilterTags(all_=[TAG], any_=list(MAX_ATTEMPTS)),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.CRASHED])),
            end_time=FlowRunFilterEndTime(after_=now - DIED_WITHIN, before_=now - SETTLED_AFTER),
        ),
        limit=PAGE_RUNS,
    )


async def _take_up(client: PrefectClient, run: FlowRun) -> None:
    try:
        await reschedule(client, run)
    except httpx.HTTPError as problem:
        warn(f"The dead run {run.name} could not be scheduled anew: {explain(problem)}")


async def _is_anybody_heard(client: PrefectClient) -> bool:
    """Return whether a sign of life of any run, or of a sweep, has arrived lately; give one."""
    now = await server_time(client)
    page = await client.read_events(
        EventFilter(
            occurred=EventOccurredFilter(since=now - CLOCKS_OFF, until=now + CLOCKS_OFF),
            event=EventNameFilter(name=[HEARTBEAT, SWEPT]),
        ),
        limit=BEATS,
    )
    emit_event(event=SWEPT, resource={"prefect.resource.id": SWEPT})
    return any(now - event.received < silent_after() for event in page.events)


async def _is_dead(
    client: PrefectClient, run: FlowRun, *, now: dt.datetime, is_heard: bool
) -> bool:
    """Return whether nothing has been heard of the run for too long."""
    since = run.state.timestamp if run.state else run.expected_start_time
    if run.state_type is StateType.PENDING:
        return now - max(filter(None, (since, run.expected_start_time))) > STUCK_AFTER
    if not is_heard or since is None or now - since < silent_after():
        return False
    if await asyncio.to_thread(_holds_lease, str(run.id)):
        return False
    beat = await _last_beat(client, run, now=now)
    return beat is None or now - beat >= silent_after()


def _holds_lease(run_id: str) -> bool:
    """Return whether the run renews a lease in the hub, which only a living process does."""
    with Hub(settings().hub_url) as hub:
        return bool(opened(hub).leases.held_by_run(run_id))


async def _last_beat(
    client: PrefectClient, run: FlowRun, *, now: dt.datetime
) -> dt.datetime | None:
    """Return when the server last received a sign of life, whatever time its host thought it was.

    Of two hosts of one run the one whose clock is ahead seems the later, so several are looked at.
    """
    page = await client.read_events(
        EventFilter(
            occurred=EventOccurredFilter(since=now - CLOCKS_OFF, until=now + CLOCKS_OFF),
            event=EventNameFilter(name=[HEARTBEAT]),
            resource=EventResourceFilter(id=[f"prefect.flow-run.{run.id}"]),
        ),
        limit=BEATS,
    )
    return max((beat.received for beat in page.events), default=None)
