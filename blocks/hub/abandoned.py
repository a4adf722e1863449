"""Units that say that a run works on them although none does: it ended without a word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, select

from blocks.hub import leases, models
from blocks.hub.leases import DEFAULT_TTL_S, unit_resource
from blocks.hub.states import WORKING
from blocks.hub.units import UnitStatus

GRACE: Final = dt.timedelta(seconds=DEFAULT_TTL_S)
"""After the last word of a run, while it may be between two leases."""

ABANDONED: Final = "nobody works on it any more: its run ended without a word while it was {}"
FREE_WITH: Final = "tasma doctor --free"


def abandoned(
    connection: Connection, now: dt.datetime, *, tenants: Collection[str] | None = None
) -> list[UnitStatus]:
    """Return such units of some tenants, or of all, within a transaction."""
    query = select(models.unit).where(models.unit.c.status.in_(WORKING))
    if tenants is not None:
        query = query.where(models.unit.c.tenant.in_(tenants))
    found = [UnitStatus(**row._asdict()) for row in connection.execute(query)]
    if not found:
        return []
    at_work = {lease.resource for lease in leases.live(connection, now)}
    stale = {lease.resource for lease in leases.stale(connection, now)}
    return [
        unit
        for unit in found
        for resource in [unit_resource(unit.tenant, unit.year)]
        if resource not in at_work and (resource in stale or now - unit.updated_at > GRACE)
    ]
