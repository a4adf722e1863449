"""Bring the hub in line with the warehouse, and remove what dead processes left on the disk."""

from __future__ import annotations

from blocks.durable import clean_temporary
from blocks.hub import UnitStatus
from tasks.stores import Stores, open_stores


def mend_statuses() -> list[UnitStatus]:
    """Repair every tenant's status from the warehouse's load records, and return what changed."""
    with open_stores() as stores:
        return [unit for tenant in stores.hub.tenants for unit in _mend(stores, tenant.id)]


def remove_leftovers() -> int:
    """Remove temporary files of processes that died hours ago, and say how many there were."""
    with open_stores() as stores:
        return clean_temporary(stores.lake.temporary)


def _mend(stores: Stores, tenant: str) -> list[UnitStatus]:
    mended = _repair(stores, tenant)
    # A run that published between our look at the warehouse and our word to the hub was
    # contradicted; the second look sees what it did.
    return _repair(stores, tenant) or mended if mended else []


def _repair(stores: Stores, tenant: str) -> list[UnitStatus]:
    years = stores.warehouse.units(tenant)
    for year in years:
        stores.hub.years.adopt(tenant, year)
    records = [stores.warehouse.load_record(tenant, year) for year in years]
    return stores.hub.repair(tenant, [record for record in records if record])
