"""Publish a held load after its breaks were accepted."""

from __future__ import annotations

from typing import Any

from prefect import State

from flows.runs.flow import flow
from flows.runs.forms import LoadId, TenantId, Year
from flows.runs.held import publish_held
from flows.runs.hooks import run_cancelled, run_crashed, run_failed
from flows.runs.states import ended, name_run
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.stores import open_stores


@flow(
    name="publish-accepted",
    flow_run_name="publish accepted {tenant} {fiscal_year}",
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
    on_cancellation=[run_cancelled],
)
async def publish_accepted(tenant: TenantId, fiscal_year: Year, load_id: LoadId = "") -> State[Any]:
    """Reconcile a tenant's held load again and publish it if what held it was accepted.

    The controls run anew against what is published now, so a break that has changed since it was
    accepted holds the load again.

    Args:
        tenant: Whose books: the tenant's id (small letters, digits, dashes), such as acme.
        fiscal_year: Such as 2024, or 2024-07-01_2025-06-30 for a broken year.
        load_id: Only of a held file of less than a year (SIE 1-3, 4I): the id of its load. It
            is judged again and, as any of its kind, never published.
    """
    unit = Unit(tenant, FiscalYear.parse(fiscal_year))
    await name_run(f"publish accepted {unit}", tags=unit.tags)
    with open_stores() as stores:
        found = await publish_held(stores, unit, load_id=load_id)
    return ended(found.outcome, found.message)
