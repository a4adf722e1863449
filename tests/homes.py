"""The stores of a home, as tests and their child processes open them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from blocks.hub import Hub
from blocks.hub.database import Clock
from blocks.hub.tenants import Tenant
from blocks.lake import Lake
from blocks.warehouse import FileWarehouse
from tasks.stores import Stores


@contextmanager
def opened(home: Path, **clock: Clock) -> Iterator[Stores]:
    """Open the stores of a home; `clock`: of its hub."""
    with Hub(f"sqlite:///{home / 'hub.sqlite'}", **clock) as hub:
        yield Stores(hub, Lake(home / "lake"), FileWarehouse(home / "warehouse"))


@contextmanager
def opened_new(home: Path, empty_hub: Path, **clock: Clock) -> Iterator[Stores]:
    """Open the stores of a home without a tenant; to migrate its hub would take longer."""
    shutil.copy(empty_hub, home / "hub.sqlite")
    with opened(home, **clock) as stores:
        yield stores


def add_sharing(hub: Hub, tenant: Tenant) -> Tenant:
    """Add a tenant; if another has its number, as one that keeps books of its own under it."""
    holder = hub.tenants.by_number(tenant.organisation_number)
    return hub.tenants.add(replace(tenant, same_number_as=holder.id if holder else ""))
