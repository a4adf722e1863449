"""Let a year go that is kept as an earlier load left it: a person's decision, with a reason."""

from __future__ import annotations

from typing import Any

from prefect import State
from prefect.states import Completed

from flows.runs.flow import flow
from flows.runs.forms import Person, Reason, TenantId, Year
from flows.runs.states import name_run
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.rollback import release
from tasks.stores import open_stores


@flow(name="release-year", flow_run_name="release {tenant} {fiscal_year}", retries=0)
async def release_year(
    tenant: TenantId, fiscal_year: Year, *, reason: Reason, decided_by: Person
) -> State[Any]:
    """Let a year go that is kept as an earlier load left it.

    What is published stays until the next pull or file, which replaces it if the controls let it
    pass.

    Args:
        tenant: Whose books: the tenant's id (small letters, digits, dashes), such as acme.
        fiscal_year: Such as 2024, or 2024-07-01_2025-06-30 for a broken year.
        reason: Why it need not be kept any more; three letters or more. Kept in the event log.
        decided_by: Who decides. It is kept in the event log.
    """
    unit = Unit(tenant, FiscalYear.parse(fiscal_year))
    await name_run(f"release {unit}", tags=unit.tags)
    with open_stores() as stores:
        found = await release(stores, unit, reason=reason, who=decided_by)
    return Completed(name="Released", message=str(found))
