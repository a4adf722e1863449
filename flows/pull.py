"""Pull a tenant's books from its accounting system, one wanted fiscal year after the other."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Annotated, Any, Final, Literal

from prefect import State, flow
from pydantic import Field

from blocks.systems.registry import open_books, systems_with
from flows.runs.forms import TenantId, Undefined, Uploaded, Year
from flows.runs.hooks import run_cancelled, run_crashed, run_failed
from flows.runs.leasing import WAIT_LIMIT_S
from flows.runs.outcomes import Ending, combined
from flows.runs.pull_books import PullBooks
from flows.runs.pull_year import PullOptions
from flows.runs.states import ended, run_id
from flows.runs.steps import AS_TASKS, Steps
from ledger.errors import TasmaError
from ledger.outcome import Outcome
from tasks.log import say
from tasks.onboarding import require_open
from tasks.source_years import Which
from tasks.stores import Stores, open_stores

MAX_YEARS: Final = 100
"""Most years that one run fetches."""

Years = Annotated[tuple[Year, ...], Field(max_length=MAX_YEARS)]
LedgerMode = Literal["fetch", "leave"]

FIRST_TRANSFER_PENDING: Final = (
    "First transfer pending: no nightly run writes anything before somebody has looked at the "
    "first transfer. Run pull, look at its pages, then run approve-first-transfer."
)


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
    night: dt.date | None = None,
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
        night: Leave empty. The night for which the schedule started this run.
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
    )
    with open_stores() as stores:
        found = await pull_tenant(stores, tenant, options)
    return ended(found.outcome, found.message)


async def pull_tenant(
    stores: Stores,
    tenant: str,
    options: PullOptions,
    *,
    steps: Steps = AS_TASKS,
    wait_limit_s: float = WAIT_LIMIT_S,
) -> Ending:
    """Take every wanted year all the way, and return how that ended.

    Raises:
        NotOpen: The tenant's opening has not come that far.
        NotConnected: The tenant has no connection to an accounting system.
        CallRefused: Nothing can be fetched until the one acts whom the message names.
        LeaseTaken: Another run still fetches for the tenant after ``wait_limit_s``.
    """
    if options.night and not stores.hub.tenants.get(tenant).has_schedule:
        say(FIRST_TRANSFER_PENDING, tenant=tenant)
        return Ending(Outcome.SKIPPED, FIRST_TRANSFER_PENDING)
    await asyncio.to_thread(require_open, stores.hub, tenant, by_api=True)
    endings: list[Ending] = []
    refused: list[TasmaError] = []
    systems = [options.system] if options.system else systems_with("ledger")
    for connection in stores.hub.connections.of_tenant(tenant, systems):
        try:
            async with open_books(
                stores.hub, tenant, connection.system, run_id=run_id(), wait_limit_s=wait_limit_s
            ) as books:
                work = PullBooks(stores, tenant, books, options, steps, wait_limit_s)
                endings += await work.outcomes()
        except TasmaError as problem:  # one system's refusal never stops another
            refused.append(problem)
    if refused:
        raise refused[0]
    return combined(endings)
