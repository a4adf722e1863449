"""Move what is published from tenants' files into a server, one tenant after the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from blocks.settings import Settings
from blocks.warehouse import FileWarehouse
from ledger.errors import TasmaError
from tasks.stores import Stores


@dataclass(frozen=True)
class MovedTenant:
    """What a tenant's move came to. `kept`: what its file is called now. `problem`: why not."""

    tenant: str
    rows: int = 0
    tables: int = 0
    kept: tuple[str, ...] = ()
    problem: str = ""


def move_books(
    stores: Stores, chosen: Settings, tenants: Collection[str] = ()
) -> Iterator[MovedTenant]:
    """Move the books of tenants, of all unless named, into the server that the settings name.

    One that cannot be moved stops no other, and stays as it is. Those that were moved before have
    no file any more, so that the same again goes on.

    Raises:
        WarehouseNotInServer: The settings name no server.
    """
    source = FileWarehouse(chosen.warehouse)
    stores.warehouse.require_server()
    for tenant in [item for item in source.tenants() if not tenants or item in tenants]:
        try:
            yield _moved(stores, source, tenant)
        except TasmaError as problem:
            yield MovedTenant(tenant, problem=str(problem))


def _moved(stores: Stores, source: FileWarehouse, tenant: str) -> MovedTenant:
    """Move one tenant's books while nobody works on any of its years."""
    hub = stores.hub
    years = {*source.units(tenant), *(item.year for item in hub.years.active(tenant))}
    hub.leases.refuse_busy(tenant=tenant)
    with ExitStack() as leases:
        for year in sorted(years):
            above = source.highest_token(tenant)
            leases.enter_context(hub.unit_lease(tenant, year, holder="a move", above=above))
        moved = stores.warehouse.move_in(source.root, tenant, now=hub.database.now())
    counted = f"{moved.rows:,} rows of {len(moved.tables)} tables"
    hub.events.add("move", f"books moved into the server: {counted}", tenant=tenant)
    return MovedTenant(tenant, moved.rows, len(moved.tables), moved.kept)
