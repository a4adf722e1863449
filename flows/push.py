"""Push one tenant's documents into its system: one run at a time, and each document once."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from typing import Any, Final

from prefect import State

from blocks.hub import Hub, LeaseTaken
from blocks.hub.outbox import Queued
from flows.runs.flow import flow
from flows.runs.forms import SystemName, TenantId
from flows.runs.hooks import run_cancelled, run_crashed, run_failed
from flows.runs.states import ended, run_id
from ledger.outcome import Outcome
from tasks.ledger_sources import title_of
from tasks.log import say, warn
from tasks.pages.push import in_words, push_page
from tasks.pages_shown import show_page
from tasks.push import Pusher, push_tenant
from tasks.push_people import waiting_of
from tasks.push_words import waits
from tasks.stores import open_stores

BEHIND_SHOWN: Final = 100
"""Documents that wait for others of which the page and the log tell."""


@flow(
    name="push",
    flow_run_name="{tenant} push to {system}",
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
    on_cancellation=[run_cancelled],
)
async def push(tenant: TenantId, system: SystemName) -> State[Any]:
    """Send what the tenant's outbox has for a system, and look for what is in doubt.

    Ends after ten minutes or 500 documents; the next run goes on. The page *push* has what was
    sent, held and rejected, why, and what a person does. A run that leaves a document held that was
    not held before is red, once.

    Args:
        tenant: Whose documents: the tenant's id (small letters, digits, dashes), such as acme.
        system: Where to, such as fennoa.
    """
    began = dt.datetime.now(dt.UTC)
    with open_stores() as stores:
        try:
            pusher = await push_tenant(
                stores.hub, tenant, system, lake=stores.lake, run_id=run_id()
            )
        except LeaseTaken as taken:
            return ended(Outcome.SKIPPED, f"Another run pushes: {taken}")
        touched = await asyncio.to_thread(
            stores.hub.outbox.listed, tenant, system, since=began, limit=1_000
        )
        waiting = await asyncio.to_thread(waiting_of, stores.hub, tenant, system)
        behind = await asyncio.to_thread(_behind, stores.hub, tenant, system)
    shown = list({one.id: one for one in [*waiting, *touched]}.values())
    title = f"{tenant}: push to {title_of(system)}"
    page = push_page(title, pusher.ends, shown, problem=pusher.problem, behind=behind)
    name = re.sub(r"[^a-z0-9]+", "-", f"push-{tenant}-{system}".lower())
    await show_page(name, page, card=pusher.problem or in_words(pusher.ends))
    say(in_words(pusher.ends, problem=pusher.problem), tenant=tenant, system=system)
    return _ended(pusher)


def _behind(hub: Hub, tenant: str, system: str) -> list[tuple[Queued, str]]:
    """Return the documents that wait for others, and warn of those that have for long."""
    overdue = hub.outbox.overdue(tenant, system, limit=BEHIND_SHOWN)
    for one in overdue:
        warn(f"{one.source_id} {waits(hub, one)}", tenant=tenant, system=system)
    found = hub.outbox.waiting(tenant, system, limit=BEHIND_SHOWN)
    shown = {one.id: one for one in [*overdue, *found]}
    return [(one, waits(hub, one)) for one in shown.values()]


def _ended(pusher: Pusher) -> State[Any]:
    if pusher.problem:
        left = in_words(pusher.ends, problem=pusher.problem)
        return ended(Outcome.FAILED, f"{pusher.problem}. {left}")
    needs = pusher.ends["held"] + pusher.ends["rejected"]
    if needs:
        see = f"tasma push status {pusher.tenant} --to {pusher.system}"
        message = f"{in_words(pusher.ends)} `{see}` says what to do."
        return ended(Outcome.HELD, message)
    done = Outcome.DONE if pusher.ends else Outcome.UNCHANGED
    return ended(done, in_words(pusher.ends))
