"""The overview: every tenant with its light, as a table in the UI with a history."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from prefect import State, flow
from prefect.artifacts import acreate_table_artifact
from prefect.states import Completed

from blocks.hub.overview import MAX_TENANTS, OverviewRow
from tasks.notify import notify
from tasks.pages.overview import overview_summary, overview_table
from tasks.stores import Stores, open_stores

ARTIFACT_KEY: Final = "tenants-overview"
STALE: Final = "stale"
"""Kind of the event that notes of whom somebody was told."""

MAX_PAGES: Final = 100
"""Pages of `MAX_TENANTS` tenants that one table shows."""


@flow(name="overview", flow_run_name="overview of tenants", retries=0)
async def overview() -> State[Any]:
    """Show every tenant: green, grey or red, its status, its last good load, and why.

    The table is the artifact *tenants-overview*; its page keeps the earlier ones. Of a tenant whose
    last good load has become too old somebody is told, once.
    """
    rows = await asyncio.to_thread(overview_rows)
    for row in await asyncio.to_thread(newly_stale, rows):
        await notify(f"Stale: {row.tenant}", f"{row.tenant} {row.fiscal_year}: {row.reason}")
    summary = overview_summary(rows)
    await acreate_table_artifact(key=ARTIFACT_KEY, table=overview_table(rows), description=summary)
    return Completed(message=summary)


def newly_stale(rows: Sequence[OverviewRow]) -> list[OverviewRow]:
    """Return the stale rows of which nobody was told since their last good load, and note them."""
    with open_stores() as stores:
        fresh = [row for row in rows if row.is_stale and not _was_reported(stores, row)]
        for row in fresh:
            stores.hub.events.add(STALE, row.reason, tenant=row.tenant, fiscal_year=row.fiscal_year)
    return fresh


def _was_reported(stores: Stores, row: OverviewRow) -> bool:
    reported = stores.hub.events.recent(tenant=row.tenant, kind=STALE, limit=1)
    return bool(reported and row.last_published_at and reported[0].at > row.last_published_at)


def overview_rows() -> list[OverviewRow]:
    """Read the light of every unit as of now."""
    rows: list[OverviewRow] = []
    with open_stores() as stores:
        for _ in range(MAX_PAGES):
            page = stores.hub.overview(after=rows[-1].tenant if rows else "", limit=MAX_TENANTS)
            if not page:
                break
            rows += page
    return rows
