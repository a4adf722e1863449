"""The overview: every tenant with its light, as a page in the UI with a version for each day."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from prefect import State
from prefect.client.orchestration import get_client
from prefect.states import Completed

from blocks.hub.overview import OverviewRow
from flows.runs.flow import flow
from flows.runs.live_page import LivePage
from tasks.notify import notify
from tasks.overview import whole_overview
from tasks.pages.links import OVERVIEW, OVERVIEW_DAYS
from tasks.pages.overview import overview_page, overview_summary
from tasks.stores import Stores, open_stores

STALE: Final = "stale"
"""Kind of the event that notes of whom somebody was told."""


@flow(name="overview", flow_run_name="overview of tenants", retries=0)
async def overview() -> State[Any]:
    """Show every tenant's years: green, grey or red, the age of the last good load, and why.

    The page is the artifact *tenants-overview*, whose address stays; *tenants-overview-days* has
    how it was at the end of each day before. Of a tenant whose last good load has become too old
    somebody is told, once.
    """
    rows = await asyncio.to_thread(overview_rows)
    for row in await asyncio.to_thread(newly_stale, rows):
        await notify(f"Stale: {row.tenant}", f"{row.tenant} {row.fiscal_year}: {row.reason}")
    now, summary = dt.datetime.now(dt.UTC), overview_summary(rows)
    async with get_client() as client:
        page = await LivePage.lasting(client, OVERVIEW, days=OVERVIEW_DAYS, today=now.date())
        await page.show(client, overview_page(rows, at=now), summary=summary)
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
    with open_stores() as stores:
        return list(whole_overview(stores.hub))
