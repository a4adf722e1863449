"""Fences of overtaken runs that are gone or cannot be read: what stands in for one, a new one."""

from __future__ import annotations

from blocks.warehouse.damage import PublishedDamaged
from blocks.warehouse.errors import FenceDamaged
from tasks.stores import Stores


def highest_token(stores: Stores, tenant: str) -> int:
    """Return the highest token known to have acted on the tenant's books.

    That is the fence's; where it is damaged, that of the load records, which a run that found
    nothing to write is not in.
    """
    try:
        return stores.warehouse.highest_token(tenant)
    except FenceDamaged:
        return _highest_recorded(stores, tenant)


def renew_damaged_fence(stores: Stores, tenant: str) -> None:
    """Write a damaged fence anew, above every token that may have acted on the tenant's books."""
    try:
        stores.warehouse.highest_token(tenant)
    except FenceDamaged as problem:
        years = [unit.year for unit in stores.hub.units.published_of(tenant)]
        token = stores.hub.leases.fresh_token(above=_highest_recorded(stores, tenant))
        stores.warehouse.renew_fence(tenant, years, token=token)
        finding = problem.values["finding"]
        stores.hub.events.add(
            "damage",
            f"The fence of overtaken runs {finding}; it was written anew, above every token that "
            "may have acted on the books. What is published is as it was.",
            tenant=tenant,
        )


def _highest_recorded(stores: Stores, tenant: str) -> int:
    """Return the highest token of the tenant's load records; 0 where they cannot be read."""
    try:
        years = stores.warehouse.units(tenant)
        records = [stores.warehouse.load_record(tenant, year) for year in years]
    except PublishedDamaged:
        return 0
    return max((record.token for record in records if record), default=0)
