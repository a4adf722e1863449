"""Removing a tenant wholly: hub, lake, warehouse, inbox and uploads."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blocks.hub import checked_tenant_id
from blocks.settings import settings
from blocks.systems.registry import port
from blocks.uploads import erase_uploads, uploads_of
from blocks.weights import Held, weighed
from ledger.text import number_of
from tasks.stores import Stores

IN_LAKE: Final = {"landing": "files as received", "stage": "tables read from them"}
"""What lies in each folder of the lake."""


EARLIER_CONSENTS: Final = "consents.json"
"""Where an early release kept, for seven days, which tenants were asked to approve."""


@dataclass(frozen=True)
class Holding:
    """Something of a tenant: where it is kept, what it is, how much."""

    place: str
    what: str
    size_bytes: int = 0


def holdings(stores: Stores, tenant: str) -> list[Holding]:
    """List what is kept of a tenant; empty when there is nothing left of it."""
    checked_tenant_id(tenant)
    return [*_in_hub(stores, tenant), *_on_disk(stores, tenant)]


def erase(stores: Stores, tenant: str) -> None:
    """Remove everything of a tenant; a second call finishes what a first one was stopped at.

    Its secrets go first, since only the hub knows that there are any. Then the hub: it refuses
    while a run works on the tenant, and afterwards no run of it can begin.

    Raises:
        LeaseTaken: A run works on one of its units; its books are all there.
        LakeBusy: A backup is being made; they are all there too.
        CallFailed: Prefect's server, which keeps its secrets, does not answer; nothing was removed.
    """
    checked_tenant_id(tenant)  # it becomes part of paths that are removed
    with stores.lake.removing(f"the erasing of {tenant}"):
        _erase(stores, tenant)


def _erase(stores: Stores, tenant: str) -> None:
    stores.hub.leases.refuse_busy(tenant=tenant)
    if stores.hub.tenants.find(tenant):
        for connection in stores.hub.connections.all_of(tenant):
            asyncio.run(port(connection.system).connect.forget(connection))
    (settings().home / "hub" / EARLIER_CONSENTS).unlink(missing_ok=True)
    stores.hub.erase_tenant(tenant)
    stores.warehouse.erase(tenant)
    stores.lake.erase(tenant)
    erase_uploads(tenant)
    inbox = _inbox(tenant)
    if inbox.exists():
        shutil.rmtree(inbox)


def _in_hub(stores: Stores, tenant: str) -> Iterator[Holding]:
    found = stores.hub.tenants.find(tenant)
    if found is None:
        return
    units = stores.hub.units.of_tenant(tenant)
    loads = sum(len(stores.hub.loads.of_unit(tenant, unit.year)) for unit in units)
    counts = f"{number_of(len(units), 'year')}, {number_of(loads, 'load')}"
    yield Holding("hub", f"{found.name}: {counts}, their findings and acceptances")


def _on_disk(stores: Stores, tenant: str) -> Iterator[Holding]:
    if found := stores.warehouse.held_of(tenant):
        years = number_of(len(stores.warehouse.units(tenant)), "published year")
        yield _holding("warehouse", found, years)
    for place, found in stores.lake.held_of(tenant).items():
        yield _holding(place, found, IN_LAKE[place])
    if _inbox(tenant).exists():
        yield _holding("inbox", weighed(_inbox(tenant)), "files dropped in by hand")
    if uploads_of(tenant).exists():
        yield _holding("uploads", weighed(uploads_of(tenant)), "files sent through the portal")


def _holding(place: str, found: Held, what: str) -> Holding:
    files = number_of(found.files, "file")
    return Holding(place, f"{what} ({files} at {_from_home(found.place)})", found.size_bytes)


def _from_home(place: str) -> str:
    """Shorten a path below the home: a table folds a long one within a word."""
    return place.removeprefix(f"{settings().home}/")


def _inbox(tenant: str) -> Path:
    return settings().inbox / tenant
