"""Bring a year back to an earlier load: a person's decision, by name, with a reason."""

from __future__ import annotations

from typing import Annotated, Any

from prefect import State
from pydantic import Field

from flows.runs.flow import flow
from flows.runs.forms import Person, Reason, TenantId, Year
from flows.runs.hooks import run_cancelled, run_crashed, run_failed
from flows.runs.roll_back import roll_back_unit
from flows.runs.states import ended, name_run
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.rollback import Wanted
from tasks.stores import open_stores


@flow(
    name="roll-back",
    flow_run_name="roll back {tenant} {fiscal_year}",
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
    on_cancellation=[run_cancelled],
)
async def roll_back(
    tenant: TenantId,
    fiscal_year: Year,
    to_load: Annotated[int, Field(ge=1)],
    *,
    reason: Reason,
    decided_by: Person,
    dry_run: bool = False,
) -> State[Any]:
    """Bring a tenant's year back to what an earlier load published; then keep it so.

    What was received for that load passes all controls again, and is published as a new load or
    held like any other. No night and no file replaces the year until somebody lets it go:
    *release-year*.

    Args:
        tenant: Whose books: the tenant's id (small letters, digits, dashes), such as acme.
        fiscal_year: Such as 2024, or 2024-07-01_2025-06-30 for a broken year.
        to_load: Number of the load, such as 3. The command tasma ledger changes lists them, with
            what each changed.
        reason: Why what came since is wrong, in three letters or more. It is kept with the data.
        decided_by: Who decides. It is kept with the data.
        dry_run: Only show what would change; publish nothing.
    """
    unit = Unit(tenant, FiscalYear.parse(fiscal_year))
    await name_run(f"roll back {unit} to load {to_load}", tags=unit.tags)
    wanted = Wanted(unit, to_load, decided_by, reason)
    with open_stores() as stores:
        found = await roll_back_unit(stores, wanted, dry_run=dry_run)
    return ended(found.outcome, found.message)
