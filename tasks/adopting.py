"""Adopt: tenants of whom only the warehouse knows are made known to the hub."""

from __future__ import annotations

from blocks.durable import rename_synced
from blocks.hub import Hub, Tenant
from blocks.hub.claims import NumberTaken
from blocks.hub.errors import HubDamaged
from blocks.lake import Lake
from blocks.published_files import published_tenants
from blocks.settings import settings
from blocks.warehouse import Warehouse
from blocks.warehouse.damage import PublishedDamaged
from tasks.repair import repair_tenant
from tasks.stores import Stores


def adopt() -> list[Tenant]:
    """Add each tenant of the warehouse that the hub lacks, with its published years; return them.

    A hub that is gone is made anew, and one that is damaged is kept under another name. Of a tenant
    it then knows the organisation number of the last file and the published years, and nothing
    else.
    """
    chosen = settings()
    with Hub(chosen.hub_url) as hub:
        _make_usable(hub)
        stores = Stores(hub, Lake(chosen.lake), Warehouse(chosen.warehouse))
        unknown = [name for name in published_tenants() if not hub.tenants.has(name)]
        added = [_added(stores, tenant) for tenant in unknown]
        highest = [stores.warehouse.highest_token(tenant.id) for tenant in added]
        hub.leases.fresh_token(above=max(highest, default=0))
        for tenant in added:
            repair_tenant(stores, tenant.id)
    return added


def _make_usable(hub: Hub) -> None:
    try:
        hub.migrate()
        hub.database.storage.require_whole()
    except HubDamaged:
        hub.close()
        now, file = hub.database.now(), hub.database.file.path
        for ending in ("", "-wal", "-shm"):
            path = file.with_name(f"{file.name}{ending}")
            if path.exists():
                rename_synced(path, path.with_name(f"{path.name}.damaged-{now:%Y%m%dT%H%M%SZ}"))
        hub.migrate()


def _added(stores: Stores, tenant: str) -> Tenant:
    number = _number(stores, tenant)
    try:
        return stores.hub.tenants.add(Tenant(tenant, tenant, number))
    except NumberTaken:  # of which one it is a person has to say
        return stores.hub.tenants.add(Tenant(tenant, tenant))


def _number(stores: Stores, tenant: str) -> str:
    """Return the organisation number of the file that was loaded last; empty if none says it."""
    try:
        loads = stores.warehouse.published(tenant, "load").to_pylist()
    except PublishedDamaged:
        return ""
    known = [load for load in loads if load["organisation_number"]]
    last = max(known, key=lambda load: load["published_at"], default=None)
    return str(last["organisation_number"]) if last else ""
