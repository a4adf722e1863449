"""A child process of the fault tests: pulls a tenant's year from Fortnox, or dies."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

from blocks.hub import Connection, Method, Tenant
from blocks.steps import KILL_AT
from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.runs.pull_tenant import pull_tenant
from flows.runs.pull_year import PullOptions
from ledger.fiscal_year import FiscalYear
from tasks.stores import Stores
from tests.homes import opened


def pull(environment: dict[str, str], home: Path, tenant: str, kill_at: str = "") -> None:
    """Pull the open years; the exit status is 0 only when they are published afterwards."""
    os.environ.update({**environment, KILL_AT: kill_at})
    with opened(home) as stores:
        raise SystemExit(0 if pulled(stores, tenant) in {"Published", "Unchanged"} else 1)


def publish_first(
    environment: Mapping[str, str], home: Path, tenant: str, *, number: int, year: FiscalYear
) -> None:
    """Make a home whose tenant is connected by its database number, and publish its year."""
    with patch.dict(os.environ, environment), opened(home) as stores:
        stores.hub.migrate()
        stores.hub.tenants.add(Tenant(tenant, "Test AB"))
        stores.hub.years.define(tenant, year)
        stores.hub.connections.save(
            Connection(tenant, "fortnox", Method.CLIENT_CREDENTIALS, source_tenant_id=str(number))
        )
        assert "Published" == pulled(stores, tenant)


def pulled(stores: Stores, tenant: str, options: PullOptions | None = None) -> str:
    """Pull without a server, and return the name of the state in which it ends."""
    steps = LocalSteps(LoadResult(tenant), lambda _step: None)
    ending = asyncio.run(
        pull_tenant(stores, tenant, options or PullOptions(), steps=steps, wait_limit_s=30)
    )
    return ending.outcome.state_name
