"""The tenants of whom the database has something: of each one row, as of each there is a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.warehouse.postgresql.server import one

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor


def note(db: Cursor, tenant: str) -> None:
    """Have it known that something is published of a tenant."""
    statement = "insert into published_tenant values ($tenant) on conflict do nothing"
    db.execute(statement, {"tenant": tenant})


def is_known(db: Cursor, tenant: str) -> bool:
    """Return whether something is published of a tenant."""
    query = "select exists (select 1 from published_tenant where tenant = $tenant)"
    return bool(one(db, query, {"tenant": tenant}))
