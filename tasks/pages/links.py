"""Where things stand in Prefect's UI, in one place: below the address at which people open it.

Links within the UI have no address, so that they hold behind a proxy and at another port too.
"""

from __future__ import annotations

import os
from typing import Final
from uuid import UUID

ADDRESS: Final = "PREFECT_UI_URL"
"""Prefect's own setting: where people open the UI, if that is not beside its API."""

DEPLOYMENTS: Final = "/v2/deployments"

BOOKS: Final = "books"
"""Tag of what is done for some tenant's books."""

RUNS_OF_BOOKS: Final = f"/v2/runs?tags={BOOKS}"
"""The list of runs without what looks after the house, and without what is only scheduled."""

PAGES: Final = "/v2/artifacts"
"""All pages by key, to search among; the menu of the UI does not lead there."""

OVERVIEW: Final = "tenants-overview"
"""Key of the page of all tenants: one artifact for good, so that its address stays."""

OVERVIEW_DAYS: Final = "tenants-overview-days"
"""Key of how that page was at the end of each day before."""


def run_page(run_id: UUID | str) -> str:
    """Return where a run is; empty without one."""
    return f"/v2/runs/flow-run/{run_id}" if run_id else ""


def page_of(artifact_id: UUID | str) -> str:
    """Return where one version of a page is; by its key Prefect's UI opens the list of them."""
    return f"/v2/artifacts/artifact/{artifact_id}"


def ui_address(api_url: str) -> str:
    """Return where people open the UI, without a slash at the end."""
    return os.environ.get(ADDRESS, "").rstrip("/") or api_url.rstrip("/").removesuffix("/api")
