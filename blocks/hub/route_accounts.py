"""Account tables of routes: to which account of the target an account of the source goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, delete, insert, select

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.events import Events
from blocks.hub.tenants import require


@dataclass(frozen=True)
class RouteAccount:
    """One row. `vat_rate`: of the source's account, per cent. Empty text: not said yet."""

    account: str
    vat_rate: Decimal
    target_account: str = ""
    vat_status: str = ""
    is_for_sales: bool = True
    is_for_purchases: bool = True


class RouteAccounts:
    """The tables, by tenant and source."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def of(self, tenant: str, source: str) -> list[RouteAccount]:
        """Return a tenant's table by account and rate."""
        with self._database.reading() as connection:
            return sorted(_of(connection, tenant, source), key=_key)

    def set(self, tenant: str, source: str, rows: Sequence[RouteAccount], *, who: str) -> None:
        """Replace a tenant's table as a whole.

        Raises:
            UnknownTenant: The hub has no such tenant.
        """
        with self._database.writing() as connection:
            self._replace(connection, tenant, source, rows, who)

    def put(self, tenant: str, source: str, rows: Sequence[RouteAccount], *, who: str) -> None:
        """Add rows to a table as it is now, or replace those of the same account and rate.

        Raises:
            UnknownTenant: The hub has no such tenant.
        """
        with self._database.writing() as connection:
            merged = {_key(row): row for row in (*_of(connection, tenant, source), *rows)}
            self._replace(connection, tenant, source, list(merged.values()), who)

    def _replace(
        self,
        connection: Connection,
        tenant: str,
        source: str,
        rows: Sequence[RouteAccount],
        who: str,
    ) -> None:
        table, of = models.route_account, {"tenant": tenant, "source": source}
        require(connection, tenant)
        here = (table.c.tenant == tenant) & (table.c.source == source)
        connection.execute(delete(table).where(here))
        if rows:
            connection.execute(insert(table), [vars(row) | of for row in rows])
        message = f"account table of {source}: {len(rows):,} rows, set by {who}"
        self._events.record(connection, "account_table", message, tenant=tenant)


def _of(connection: Connection, tenant: str, source: str) -> list[RouteAccount]:
    table = models.route_account
    query = select(table).where(table.c.tenant == tenant, table.c.source == source)
    names = RouteAccount.__dataclass_fields__
    rows = connection.execute(query).mappings()
    return [RouteAccount(**{name: row[name] for name in names}) for row in rows]


def _key(row: RouteAccount) -> tuple[str, Decimal]:
    return row.account, row.vat_rate
