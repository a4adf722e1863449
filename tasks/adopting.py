"""Adopt: tenants of whom only the warehouse knows are made known to the hub."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from blocks.durable import remove, rename_synced, sync
from blocks.hub import LOST, Hub, Tenant
from blocks.hub.claims import NumberTaken
from blocks.hub.errors import HubDamaged
from blocks.lake import lake_of
from blocks.published_files import published_tenants
from blocks.settings import settings
from blocks.warehouse import warehouse_of
from blocks.warehouse.damage import PublishedDamaged
from tasks.fences import highest_token, renew_damaged_fence
from tasks.repair import repair_tenant
from tasks.restoring import JOURNALS, HomeInUse
from tasks.stores import Stores

REPAIRED: Final = "{}.mended-{:%Y%m%dT%H%M%SZ}"
"""Name of a damaged hub whose rows are all in the one that took its place."""


def adopt() -> list[Tenant]:
    """Add each tenant of the warehouse that the hub lacks, with its published years; return them.

    A hub that is gone is made anew. One that is damaged is mended, or made anew when some of its
    rows cannot be read; what it was is kept under another name. Of a tenant it then knows the
    organisation number of the last file and the published years, and nothing else.

    Raises:
        HomeInUse: It is damaged, and a process has it open; nothing was done.
    """
    chosen = settings()
    with Hub(chosen.hub_url) as hub:
        _make_usable(hub)
        stores = Stores(hub, lake_of(chosen), warehouse_of(chosen))
        unknown = [name for name in published_tenants() if not hub.tenants.has(name)]
        added = [_added(stores, tenant) for tenant in unknown]
        highest = [highest_token(stores, tenant.id) for tenant in added]
        hub.leases.fresh_token(above=max(highest, default=0))
        for tenant in added:
            repair_tenant(stores, tenant.id)
            renew_damaged_fence(stores, tenant.id)
    return added


def _make_usable(hub: Hub) -> None:
    try:
        hub.migrate()
        hub.database.storage.require_whole()
    except HubDamaged as problem:
        hub.close()
        if hub.database.file.is_open_elsewhere():
            raise HomeInUse(hub=hub.database.file.path) from problem
        hub.events.add("damage", f"{problem.values['answer']}; the hub was {_replaced(hub)}")


def _replaced(hub: Hub) -> str:
    """Put a whole hub into the place of a damaged one; say what became of both."""
    file = hub.database.file
    repaired = file.path.with_name("mended.sqlite")
    remove(repaired)
    try:
        file.copy_into(repaired, reindexed=True)
    except HubDamaged:
        remove(repaired)
        kept = _set_aside(hub, LOST)
        hub.migrate()
        return f"begun anew, since not all of its rows can be read: it is kept as {kept}"
    sync(repaired)
    kept = _set_aside(hub, REPAIRED)
    rename_synced(repaired, file.path)
    file.prepare()
    hub.migrate()
    return f"mended, with all of its rows: what it was is kept as {kept}"


def _set_aside(hub: Hub, name: str) -> Path:
    """Give a hub another name, by which SQLite still finds its journal."""
    path = hub.database.file.path
    kept = path.with_name(name.format(path.name, hub.database.now()))
    for ending in JOURNALS:
        there = path.with_name(f"{path.name}{ending}")
        if there.exists():
            rename_synced(there, kept.with_name(f"{kept.name}{ending}"))
    return kept


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
