"""Removing a tenant wholly: hub, lake, warehouse and inbox."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from blocks.hub import checked_tenant_id
from blocks.hub.earlier_consents import take_over
from blocks.settings import settings
from blocks.systems.registry import SYSTEMS, port
from tasks.stores import Stores


@dataclass(frozen=True)
class Holding:
    """Something of a tenant: where it is kept, what it is, how much."""

    place: str
    what: str
    size_bytes: int = 0


def holdings(stores: Stores, tenant: str) -> list[Holding]:
    """List what is kept of a tenant; empty when there is nothing left of it."""
    checked_tenant_id(tenant)
    return [*_in_hub(stores, tenant), *(item for item in _on_disk(stores, tenant) if item)]


def erase(stores: Stores, tenant: str) -> None:
    """Remove everything of a tenant; a second call finishes what a first one was stopped at.

    Its secrets go first, since only the hub knows that there are any. Then the hub: it refuses
    while a run works on the tenant, and afterwards no run of it can begin.

    Raises:
        LeaseTaken: A run works on one of its units; its books are all there.
        CallFailed: Prefect's server, which keeps its secrets, does not answer; nothing was removed.
    """
    checked_tenant_id(tenant)  # it becomes part of paths that are removed
    stores.hub.leases.refuse_busy(tenant=tenant)
    for name in SYSTEMS:
        if connection := stores.hub.connections.find(tenant, name):
            asyncio.run(port(name).connect.forget(connection))
    take_over(stores.hub)
    stores.hub.erase_tenant(tenant)
    stores.warehouse.erase(tenant)
    stores.lake.erase(tenant)
    inbox = _inbox(tenant)
    if inbox.exists():
        shutil.rmtree(inbox)


def _in_hub(stores: Stores, tenant: str) -> Iterator[Holding]:
    found = stores.hub.tenants.find(tenant)
    if found is None:
        return
    units = stores.hub.units.of_tenant(tenant)
    loads = sum(len(stores.hub.loads.of_unit(tenant, unit.year)) for unit in units)
    yield Holding(
        "hub", f"{found.name}: {len(units)} years, {loads} loads, their findings and acceptances"
    )


def _on_disk(stores: Stores, tenant: str) -> Iterator[Holding | None]:
    years = len(stores.warehouse.units(tenant))
    yield _weigh(
        "warehouse", stores.warehouse.root / f"{tenant}.duckdb", f"{years} published years"
    )
    yield _weigh("landing", stores.lake.root / "landing" / tenant, "files as received")
    yield _weigh("stage", stores.lake.root / "stage" / tenant, "tables read from them")
    yield _weigh("inbox", _inbox(tenant), "files dropped in by hand")


def _weigh(place: str, path: Path, what: str) -> Holding | None:
    if not path.exists():
        return None
    files = [path] if path.is_file() else [item for item in path.rglob("*") if item.is_file()]
    size_bytes = sum(item.stat().st_size for item in files)
    return Holding(place, f"{what} ({len(files)} files at {path})", size_bytes)


def _inbox(tenant: str) -> Path:
    return settings().inbox / tenant
