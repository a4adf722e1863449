"""What the hub is told when a run ends without saying so itself.

Prefect calls hooks by keyword, and only by these three names; a hook that raises is noted in the
run's log and changes nothing.
"""
# ruff: noqa: ARG001 - each hook takes all three, whichever it needs

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final

import httpx
from prefect import Flow, State
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL

from blocks.hub import Hub, opened
from blocks.processes import is_elsewhere
from blocks.settings import settings
from flows.runs.rescheduling import AWAY, AWAY_FOR, UNFINISHED, reschedule
from ledger.errors import TransientError
from ledger.outcome import Outcome
from tasks.notify import notify
from tasks.pages.links import run_page, ui_address

CRASHED: Final = "interrupted: the run's process ended without a word; run it again"
CANCELLED: Final = "interrupted: the run was cancelled; run it again when wanted"


async def run_crashed(flow: Flow[Any, Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Free what the dead run held, mark its unit as failed, and take an unwatched one up again."""
    if await asyncio.to_thread(goes_on_elsewhere, str(flow_run.id)):
        return
    try:
        await asyncio.to_thread(end_run, str(flow_run.id), reason=CRASHED)
    finally:  # a hub that is away is no reason not to come again
        async with get_client() as client:
            await reschedule(client, await client.read_flow_run(flow_run.id))
    await notify(f"Crashed: {flow.name}", f"{flow_run.name}: {CRASHED}", link=_address(flow_run))


async def run_cancelled(flow: Flow[Any, Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Free what the cancelled run held; somebody chose this, so nobody is called."""
    await asyncio.to_thread(end_run, str(flow_run.id), reason=CANCELLED)


async def run_failed(flow: Flow[Any, Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Mark the unit as failed, unless the run ended as held, which the pipeline has told.

    A run that nobody watches comes again in a while if what it needed was away; nobody is called
    before it has failed for the last time.
    """
    if await asyncio.to_thread(goes_on_elsewhere, str(flow_run.id)):
        return
    try:
        if Outcome.of_state(state.name) is not Outcome.HELD:
            await asyncio.to_thread(end_run, str(flow_run.id), reason=f"failed: {state.message}")
    finally:  # a hub that is away is no reason not to come again
        is_to_come = await _scheduled_anew(flow_run, state)
    if is_to_come:
        return
    message = f"{flow_run.name}: {state.message}"
    await notify(f"{state.name}: {flow.name}", message, link=_address(flow_run))


async def _scheduled_anew(flow_run: FlowRun, state: State[Any]) -> bool:
    """Schedule a run anew that may work the next time, and say whether it was.

    A vendor's trouble is an error of ours by then; HTTP's own is that of Prefect's server.
    """
    problem = await state.aresult(raise_on_failure=False)
    if not isinstance(problem, TransientError | httpx.HTTPError):
        return False
    async with get_client() as client:
        run = await client.read_flow_run(flow_run.id)
        return await reschedule(client, run, why=AWAY, after=AWAY_FOR)


def _address(flow_run: FlowRun) -> str:
    """Return where people open the run."""
    api_url = PREFECT_API_URL.value() or ""
    return ui_address(api_url) + run_page(flow_run.id) if api_url else ""


async def shard_failed(flow: Flow[Any, Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Tell of a shard that broke off; of what one could not do somebody was told when it was so."""
    if state.name != UNFINISHED:
        await run_failed(flow=flow, flow_run=flow_run, state=state)


def goes_on_elsewhere(run_id: str) -> bool:
    """Return whether another machine holds a lease for a run: it was taken up there.

    A host that slept for longer than its leases wakes with runs that were started again elsewhere,
    and what it says of them is said of the past. Not known, while the hub is away, is no.
    """
    with suppress(TransientError), Hub(settings().hub_url) as hub:
        held = opened(hub).leases.held_by_run(run_id)
        return any(is_elsewhere(lease.process) for lease in held)
    return False


def end_run(run_id: str, *, reason: str) -> None:
    """Release the leases of a run that works no more and fail the unit it left in the middle.

    Raises:
        HubGone: The hub is gone; no empty one takes its place.
    """
    with Hub(settings().hub_url) as hub:
        opened(hub)
        hub.leases.release_run(run_id)
        hub.nights.fail_run(run_id, reason=reason)
        units = hub.units.fail_run(run_id, reason=reason)
        if not hub.side_loads.fail_run(run_id, reason=reason) and not units:
            hub.events.add("run", reason, run_id=run_id)
