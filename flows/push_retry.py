"""Try documents once more that are held or rejected: one, several or all of a tenant."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from prefect import State

from blocks.hub import Hub
from blocks.hub.outbox import Queued
from flows.runs.flow import flow
from flows.runs.forms import DocumentId, SystemName, TenantId
from flows.runs.states import ended, run_id
from ledger.outcome import Outcome
from tasks.push_people import retry, waiting_of
from tasks.stores import open_stores


@flow(name="push-retry", flow_run_name="{tenant} retry to {system}", retries=0)
async def push_retry(
    tenant: TenantId,
    system: SystemName,
    *,
    documents: tuple[DocumentId, ...] = (),
    all_of_them: bool = False,
) -> State[Any]:
    """Have documents tried once more where that can make nothing twice; the next push does it.

    What was lost without proof is not tried again by this: see *push-resolve*.

    Args:
        tenant: Whose documents: the tenant's id (small letters, digits, dashes), such as acme.
        system: Where to, such as fennoa.
        documents: Source and id of each, such as webshop/1001.
        all_of_them: All that are held or rejected, in place of naming any.
    """
    if bool(documents) == all_of_them:
        return ended(Outcome.FAILED, "Name documents, or choose all of them.")
    with open_stores() as stores:
        chosen = await asyncio.to_thread(_chosen, stores.hub, tenant, system, documents)
        ready, others = await asyncio.to_thread(retry, stores.hub, chosen, run_id=run_id())
    left = f" A person has to resolve {', '.join(others[:10])}." if others else ""
    message = f"{len(ready):,} are tried once more, {len(others):,} are not.{left}"
    return ended(Outcome.HELD if others else Outcome.DONE, message)


def _chosen(hub: Hub, tenant: str, system: str, documents: Sequence[str]) -> list[Queued]:
    if not documents:
        return waiting_of(hub, tenant, system)
    return [hub.outbox.find(tenant, system, name) for name in documents]
