"""Pull a tenant's books from its accounting system, one wanted fiscal year after the other."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from prefect import State, runtime
from pydantic import Field

from flows.runs.flow import flow
from flows.runs.forms import (
    AbsentYear,
    HandedOnBy,
    System,
    TenantId,
    Undefined,
    Uploaded,
    Year,
)
from flows.runs.hooks import run_cancelled, run_crashed, run_failed
from flows.runs.of_night import noted_for_night
from flows.runs.pull_tenant import pull_tenant
from flows.runs.pull_year import PullOptions
from flows.runs.states import ended
from tasks.source_years import Which
from tasks.stores import open_stores

MAX_YEARS: Final = 100
"""Most years that one run fetches."""

Years = Annotated[tuple[Year, ...], Field(max_length=MAX_YEARS)]
FIRST: Final = 1
"""A run that is started for the first time; Retry always fetches."""

LedgerMode = Literal["fetch", "leave"]


@flow(
    name="pull",
    flow_run_name="{tenant} pull",
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
    on_cancellation=[run_cancelled],
)
async def pull(
    tenant: TenantId,
    years: Years = (),
    *,
    which: Which = "open years",
    ledger: LedgerMode = "fetch",
    uploaded: Uploaded = "keep",
    undefined: Undefined = "refuse",
    closing_balances: bool = False,
    dry_run: bool = False,
    system: System = "",
    night: HandedOnBy = None,
    absent: AbsentYear = "fail",
) -> State[Any]:
    """Fetch a tenant's ledger from its accounting system, check it, and publish what nothing holds.

    Each fiscal year is replaced as a whole; fetching it again changes nothing. A year that fails or
    is held does not stop the others. Its documents come too, whatever becomes of its ledger.

    Args:
        tenant: Whose books: the tenant's id (small letters, digits, dashes), such as acme.
        years: Exactly these, such as 2024, or 2024-07-01_2025-06-30 for a broken year.
        which: If no year is named: all that are open here, or the two latest that exist here.
        ledger: Leave it as it is, if the documents on its vouchers are all that is wanted.
        uploaded: What becomes of a year whose ledger came from an uploaded SIE file.
        undefined: What becomes of a named year that the source has and nobody has defined here.
        closing_balances: Ask the source for the closing balance of each balance account, one call
            each. A year's first pull does so in any case.
        dry_run: Only show what would change; publish nothing.
        system: Only what comes from this system, such as fortnox; empty means all of them.
        night: In no form. The night that handed this tenant on to a run of its own.
        absent: In no form. What becomes of a named year that the source does not have.
    """
    options = PullOptions(
        years,
        which,
        leaves_ledger=ledger == "leave",
        overwrites=uploaded == "overwrite",
        asks_closing=closing_balances,
        dry_run=dry_run,
        night=night,
        defines=undefined == "define",
        skips_absent=absent == "skip",
        system=system,
        takes_look=night is not None and runtime.flow_run.run_count <= FIRST,
    )
    with open_stores() as stores:
        async with noted_for_night(stores, tenant, options) as note:
            found = await pull_tenant(stores, tenant, options)
            note(found)
    return ended(found.outcome, found.message, problem=found.problem)
