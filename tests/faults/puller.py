"""A child process of the fault tests: pulls a tenant's year from Fortnox, or dies."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from blocks.hub import Hub
from blocks.lake import Lake
from blocks.steps import KILL_AT
from blocks.warehouse import Warehouse
from flows.cli.local import Imported, steps_into
from flows.pull import pull_tenant
from flows.pull_year import Wish
from tasks.stores import Stores


def pull(environment: dict[str, str], home: Path, tenant: str, kill_at: str = "") -> None:
    """Pull the open years; the exit status is 0 only when they are published afterwards."""
    os.environ.update({**environment, KILL_AT: kill_at})
    with Hub(f"sqlite:///{home / 'hub.sqlite'}") as hub:
        stores = Stores(hub, Lake(home / "lake"), Warehouse(home / "warehouse"))
        raise SystemExit(0 if pulled(stores, tenant) in {"Published", "Unchanged"} else 1)


def pulled(stores: Stores, tenant: str, wish: Wish | None = None) -> str:
    """Pull without a server, and return the name of the state in which it ends."""
    steps = steps_into(Imported(Path(), tenant), lambda _step: None)
    state = asyncio.run(pull_tenant(stores, tenant, wish or Wish(), steps=steps, wait_limit_s=30))
    return str(state.name)
