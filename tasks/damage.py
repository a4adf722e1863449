"""What the hub knows to be published, and a tenant's file does not have."""

from __future__ import annotations

from blocks.warehouse.damage import PublishedDamaged
from tasks.stores import Stores


def lost(stores: Stores, tenant: str) -> PublishedDamaged | None:
    """Return the error for a tenant of whom something is published, and whose file is no file.

    One that is damaged further in shows when it is read.
    """
    if not stores.hub.units.published_of(tenant):
        return None
    return stores.warehouse.damage(tenant)
