"""Reject what is held: a person's decision that it is wrong, by name, with a reason."""

from __future__ import annotations

from typing import Any

from prefect import State
from prefect.states import Completed

from flows.runs.flow import flow
from flows.runs.forms import LoadId, Person, Reason, TenantId, Year
from flows.runs.states import name_run
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.accept import reject
from tasks.stores import open_stores


@flow(name="reject-hold", flow_run_name="reject {tenant} {fiscal_year}", retries=0)
async def reject_hold(
    tenant: TenantId,
    fiscal_year: Year,
    *,
    reason: Reason,
    rejected_by: Person,
    load_id: LoadId = "",
) -> State[Any]:
    """Refuse what is held of a tenant's year, such as a wrong file; it is never published.

    The year is then as the last good load left it, and its red light goes out. The right file, or
    the next pull, is judged by itself; the same file again is held again.

    Args:
        tenant: Whose books: the tenant's id (small letters, digits, dashes), such as acme.
        fiscal_year: Such as 2024, or 2024-07-01_2025-06-30 for a broken year.
        reason: Why it is wrong, in three letters or more. It is kept in the event log.
        rejected_by: Who decides. It is kept in the event log.
        load_id: Only of a held file of less than a year (SIE 1-3, 4I): the id of its load.
    """
    unit = Unit(tenant, FiscalYear.parse(fiscal_year))
    await name_run(f"reject {unit}", tags=unit.tags)
    with open_stores() as stores:
        status = await reject(stores, unit, reason=reason, rejected_by=rejected_by, load_id=load_id)
    is_now = f"{unit} is {status.status}" if status else f"{unit} has no status"
    return Completed(name="Rejected", message=f"Nothing of it is published. {is_now}.")
