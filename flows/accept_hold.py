"""Accept what holds a load: a person's decision, by name, with a reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

from prefect import State
from prefect.states import Completed

from flows.runs.flow import flow
from flows.runs.forms import ControlName, LoadId, Person, Reason, TenantId, Year
from flows.runs.held import publish_held
from flows.runs.hooks import run_cancelled, run_crashed, run_failed
from flows.runs.states import ended, name_run
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.accept import accept
from tasks.stores import open_stores


@flow(
    name="accept-hold",
    flow_run_name="accept {tenant} {fiscal_year}",
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
    on_cancellation=[run_cancelled],
)
async def accept_hold(
    tenant: TenantId,
    fiscal_year: Year,
    *,
    reason: Reason,
    accepted_by: Person,
    publish: bool = True,
    controls: tuple[ControlName, ...] = (),
    expires_on: dt.date | None = None,
    load_id: LoadId = "",
) -> State[Any]:
    """Let the breaks pass that hold a tenant's year, and publish it if nothing else holds it.

    An acceptance speaks of these very breaks, as the reconciliation page shows them; when one
    changes, it holds again. Another company's books are never accepted: *reject-hold*.

    Args:
        tenant: Whose books: the tenant's id (small letters, digits, dashes), such as acme.
        fiscal_year: Such as 2024, or 2024-07-01_2025-06-30 for a broken year.
        reason: Why it is right to publish nevertheless; three letters or more. Kept with the data.
        accepted_by: Who decides. It is kept with the data.
        publish: Publish at once. Otherwise start publish-accepted next.
        controls: Only the breaks of these controls; none named means all that block.
        expires_on: The last day of the acceptance; empty means until a break changes.
        load_id: Only of a held file of less than a year (SIE 1-3, 4I): the id of its load.
    """
    unit = Unit(tenant, FiscalYear.parse(fiscal_year))
    await name_run(f"accept {unit}", tags=unit.tags)
    with open_stores() as stores:
        holding = await accept(
            stores,
            unit,
            controls=controls,
            reason=reason,
            accepted_by=accepted_by,
            expires_on=expires_on,
            load_id=load_id,
        )
        if publish and not holding:
            found = await publish_held(stores, unit, load_id=load_id)
            return ended(found.outcome, f"Accepted. {found.message}")
    left = ", ".join(f"{result.control} ({result.break_count:,})" for result in holding)
    message = f"Still held by {left}." if left else "Nothing holds it now: run publish-accepted."
    return Completed(name="Accepted", message=message)
