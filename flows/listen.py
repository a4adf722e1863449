"""Listen to a tenant's source: keep what it says, decide, and queue what is to go elsewhere."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from prefect import State
from pydantic import Field

from blocks.hub import LeaseTaken
from flows.runs.flow import flow
from flows.runs.forms import TenantId
from flows.runs.hooks import run_cancelled, run_crashed, run_failed
from flows.runs.states import ended, run_id
from ledger.outcome import Outcome
from tasks.listening import Ran, has_changed, hear, page
from tasks.log import say
from tasks.overview import LISTS
from tasks.pages_shown import show_page
from tasks.stores import open_stores

SourceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", examples=["ecom"])]


@flow(
    name="listen",
    flow_run_name="{tenant} listen to {source}",
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
    on_cancellation=[run_cancelled],
)
async def listen(tenant: TenantId, source: SourceName = "ecom") -> State[Any]:
    """Keep what a tenant's source has said since the last run, and queue what follows from it.

    What Ecom queues is sent by the push of the target; a cycle with Spotilla sends what it queued,
    and writes the page *spotilla-TENANT*. What needs a person is named by `tasma ecom list` or
    `tasma spotilla skipped`, and a run that finds more of it is red.

    Args:
        tenant: Whose: the tenant's id (small letters, digits, dashes), such as acme.
        source: The system that is listened to, such as ecom.
    """
    with open_stores() as stores:
        try:
            done = await hear(stores, tenant, source, run_id=run_id())
        except LeaseTaken as taken:
            return ended(Outcome.SKIPPED, f"Another run listens: {taken}")
        text = await asyncio.to_thread(page, stores.hub, tenant, source, done)
    message = _in_words(done)
    if text:
        await show_page(f"{source}-{tenant}", text, card=message)
    say(message, tenant=tenant, source=source)
    refused = done.settled.by_state.get("refused", 0)
    if refused or done.heard.unreadable_count:
        see = LISTS[source].format(tenant=tenant)
        return ended(Outcome.HELD, f"{message} `{see}` says what to do.")
    return ended(Outcome.DONE if has_changed(done) else Outcome.UNCHANGED, message)


def _in_words(done: Ran) -> str:
    states = ", ".join(
        f"{count:,} {state}" for state, count in sorted(done.settled.by_state.items())
    )
    return (
        f"{done.heard.new:,} new records, {done.heard.unreadable_count:,} unreadable; "
        f"{states or 'nothing follows'}."
    )
