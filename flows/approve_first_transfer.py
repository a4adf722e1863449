"""Approve a tenant's first transfer, after which its nightly runs begin."""

from __future__ import annotations

import asyncio
from typing import Any

from prefect import State
from prefect.states import Completed

from flows.runs.flow import flow
from flows.runs.forms import Person, Reason, TenantId
from flows.runs.states import name_run
from ledger.fiscal_year import year_in_words
from tasks.approve import approve
from tasks.stores import open_stores


@flow(
    name="approve-first-transfer",
    flow_run_name="approve first transfer {tenant}",
    retries=0,
)
async def approve_first_transfer(
    tenant: TenantId, *, approved_by: Person, note: Reason
) -> State[Any]:
    """Say that a tenant's first transfer is right, so that its nightly runs begin.

    Look at the reconciliation pages of its years first. One that is held or failed is in the way.

    Args:
        tenant: Whose books: the tenant's id (small letters, digits, dashes), such as acme.
        approved_by: Who decides. It is kept in the event log.
        note: What was looked at, such as "agrees with the customer's statements of 31 October".
    """
    await name_run(f"approve first transfer {tenant}", tags=[f"tenant:{tenant}"])
    with open_stores() as stores:
        years = await asyncio.to_thread(approve, stores, tenant, approved_by=approved_by, note=note)
        has_nights = stores.hub.tenants.get(tenant).has_schedule
    listed = ", ".join(year_in_words(unit.fiscal_year) for unit in years)
    begun = "The nights begin for" if has_nights else "The first transfer is approved, of"
    return Completed(name="Approved", message=f"{begun} {tenant}: {listed}.")
