"""Say what became of a call whose answer was lost: a person has looked there."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from prefect import State

from flows.runs.flow import flow
from flows.runs.forms import DocumentId, SystemName, TargetId, TenantId
from flows.runs.states import ended, run_id
from ledger.outcome import Outcome
from tasks.push_people import resolve
from tasks.stores import open_stores


@flow(name="push-resolve", flow_run_name="{tenant} resolve {document}", retries=0)
async def push_resolve(
    tenant: TenantId,
    system: SystemName,
    document: DocumentId,
    *,
    seen: Literal["it is there", "it is not there"],
    target_id: TargetId = "",
) -> State[Any]:
    """Say whether the lost call took place; the next push goes on from there.

    Saying that it is not there has it done once more: look first.

    Args:
        tenant: Whose document: the tenant's id (small letters, digits, dashes), such as acme.
        system: Where to, such as fennoa.
        document: Source and id of it, such as webshop/1001.
        seen: What you saw in the other system.
        target_id: The document's id there, where it is there.
    """
    if (seen == "it is there") != bool(target_id):
        return ended(Outcome.FAILED, "Give the id of a document that is there, and of no other.")
    with open_stores() as stores:
        found = await asyncio.to_thread(stores.hub.outbox.find, tenant, system, document)
        after = await asyncio.to_thread(
            resolve, stores.hub, found, target_id=target_id, run_id=run_id()
        )
    return ended(Outcome.DONE, f"{document} is {after.item.state.replace('_', ' ')} now.")
