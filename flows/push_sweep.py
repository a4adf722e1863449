"""Start a push for every tenant that has something to send."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any, Final

from prefect import State
from prefect.client.schemas.objects import FlowRun

from blocks.client_names import base_of
from blocks.systems.registry import systems_with
from flows.runs.flow import flow
from flows.runs.hooks import run_failed
from flows.runs.starting import start_run
from flows.runs.states import TAG, ended, scheduled_at
from ledger.outcome import Outcome
from ledger.text import number_of
from tasks.stores import open_stores

PUSH: Final = "push/push"


@flow(name="push-sweep", flow_run_name="push sweep", retries=0, on_failure=[run_failed])
async def push_sweep() -> State[Any]:
    """Start one run for each tenant and system with documents that wait and no pause.

    A sweep that is started twice for the same time starts nothing twice.
    """
    at = scheduled_at()
    found = await asyncio.to_thread(waiting)
    for tenant, system in found:
        await start_push(tenant, system, at=at)
    return ended(
        Outcome.DONE, f"{number_of(len(found), 'tenant has', 'tenants have')} something to send."
    )


def waiting() -> list[tuple[str, str]]:
    """Return each tenant that has something to send, with the system."""
    with open_stores() as stores:
        return [
            (tenant, system)
            for system in stores.hub.outbox.targets_with_work()
            if base_of(system) in systems_with("target")
            for tenant in stores.hub.outbox.tenants_with_work(system)
        ]


async def start_push(tenant: str, system: str, *, at: dt.datetime) -> FlowRun:
    """Make the tenant's run of a sweep, or return the one that there is already."""
    return await start_run(
        PUSH,
        parameters={"tenant": tenant, "system": system},
        idempotency_key=f"push:{system}:{tenant}:{at.isoformat(timespec='minutes')}",
        flow_run_name=f"{tenant} push to {system}",
        tags=[TAG, f"tenant:{tenant}"],
    )
