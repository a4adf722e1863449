"""Remove a tenant from the hub wholly."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, Table, delete

from blocks.hub import claims, leases, models, outbox


def erase_tenant(connection: Connection, tenant: str, *, now: dt.datetime) -> dict[str, int]:
    """Delete every row of the tenant, in every table that has any, and count them per table.

    Raises:
        LeaseTaken: A run works on one of its units; it would write again what was just erased.
    """
    for lease in leases.live(connection, now, tenant=tenant):
        raise lease.taken
    outbox.remember_tenant(connection, tenant)
    claims.pass_on(connection, tenant)
    # Tables that refer to others come last in the list, and are emptied first.
    return {
        table.name: count
        for table in reversed(models.metadata.sorted_tables)
        if (count := _erase_from(connection, table, tenant))
    }


def _erase_from(connection: Connection, table: Table, tenant: str) -> int:
    column = table.c.id if table is models.tenant else table.c.get("tenant")
    if column is None:
        return 0
    return connection.execute(delete(table).where(column == tenant)).rowcount
