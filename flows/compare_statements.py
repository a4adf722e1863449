"""Hold a published year against the customer's statements, at any period close."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from prefect import State
from pydantic import Field

from blocks.hub import Hub
from blocks.warehouse.errors import NoLedger
from flows.runs.flow import flow
from flows.runs.forms import TenantId
from flows.runs.hooks import run_failed
from flows.runs.states import ended, name_run
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.customer_statements import compare_published
from tasks.pages.comparison import comparison_in_words, comparison_page
from tasks.pages_shown import show_page
from tasks.stores import open_stores

YearOrLatest = Annotated[
    str,
    Field(
        pattern=r"^(\d{4}(-\d{2}-\d{2}_\d{4}-\d{2}-\d{2})?)?$",
        examples=["2024", "2024-07-01_2025-06-30"],
    ),
]


@flow(
    name="compare-statements",
    flow_run_name="compare {tenant} {fiscal_year}",
    retries=0,
    on_failure=[run_failed],
)
async def compare_statements(tenant: TenantId, fiscal_year: YearOrLatest = "") -> State[Any]:
    """Hold a published year against the customer's statements of it, row by row.

    Start it by hand, or give it a schedule in the UI, such as on the tenth of each month. Nothing
    is changed. The page *comparison* has every row; a run that finds some is red.

    Args:
        tenant: Whose books: the tenant's id (small letters, digits, dashes), such as acme.
        fiscal_year: Such as 2024, or 2024-07-01_2025-06-30 for a broken year. Empty, as in a
            schedule: the latest year that is published.
    """
    with open_stores() as stores:
        unit = await asyncio.to_thread(wanted_unit, stores.hub, tenant, fiscal_year)
        await name_run(f"compare {unit}", tags=unit.tags)
        results, lines = await asyncio.to_thread(compare_published, stores, unit)
    message = comparison_in_words(results)
    page = comparison_page(unit, results, lines)
    await show_page(unit.artifact_key("comparison"), page, card=message)
    if not results:
        return ended(Outcome.SKIPPED, message)
    differs = any(result.breaks for result in results)
    return ended(Outcome.DIFFERS if differs else Outcome.AGREES, message)


def wanted_unit(hub: Hub, tenant: str, fiscal_year: str) -> Unit:
    """Return the unit that is named, or the tenant's latest published one.

    Raises:
        NoLedger: No year was named, and none is published.
        UnknownTenant: The hub has no such tenant.
    """
    hub.tenants.get(tenant)
    if fiscal_year:
        return Unit(tenant, FiscalYear.parse(fiscal_year))
    published = [unit.year for unit in hub.units.of_tenant(tenant) if unit.published_load_id]
    if not published:
        raise NoLedger(tenant=tenant)
    return Unit(tenant, max(published, key=lambda year: year.end_date))
