"""The tenants of whom the database has something: of each one row, as of each there is a file."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from blocks.warehouse.postgresql.server import one

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor


def note(db: Cursor, tenant: str) -> None:
    """Have it known that something of a tenant was published, or changed, in this transaction."""
    db.execute(
        "insert into published_tenant values ($tenant, pg_current_xact_id())"
        " on conflict (tenant) do update set version = excluded.version",
        {"tenant": tenant},
    )


def version(db: Cursor, tenant: str) -> Hashable:
    """Return what tells one state of a tenant's books from another; empty when there are none."""
    query = "select version::text from published_tenant where tenant = $tenant"
    return db.execute(query, {"tenant": tenant}).fetchone() or ()


def is_known(db: Cursor, tenant: str) -> bool:
    """Return whether something is published of a tenant."""
    query = "select exists (select 1 from published_tenant where tenant = $tenant)"
    return bool(one(db, query, {"tenant": tenant}))
