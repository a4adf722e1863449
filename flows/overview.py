"""The overview: every tenant with its light, as a table in the UI with a history."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from prefect import State, flow
from prefect.artifacts import acreate_table_artifact
from prefect.states import Completed

from blocks.hub import Hub
from blocks.hub.overview import MAX_TENANTS, OverviewRow
from blocks.settings import settings
from tasks.overview_page import overview_summary, overview_table

ARTIFACT_KEY: Final = "tenants-overview"
MAX_PAGES: Final = 100
"""Pages of `MAX_TENANTS` tenants that one table shows."""


@flow(name="overview", flow_run_name="overview of tenants", retries=0)
async def overview() -> State[Any]:
    """Show every tenant: green, grey or red, its status, its last good load, and why.

    The table is the artifact *tenants-overview*; its page keeps the earlier ones.
    """
    rows = await asyncio.to_thread(overview_rows)
    summary = overview_summary(rows)
    await acreate_table_artifact(key=ARTIFACT_KEY, table=overview_table(rows), description=summary)
    return Completed(message=summary)


def overview_rows() -> list[OverviewRow]:
    """Read the light of every unit as of now."""
    rows: list[OverviewRow] = []
    with Hub(settings().hub_url) as hub:
        hub.migrate()
        for _ in range(MAX_PAGES):
            page = hub.overview(after=rows[-1].tenant if rows else "", limit=MAX_TENANTS)
            if not page:
                break
            rows += page
    return rows
