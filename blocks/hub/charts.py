"""The ledger accounts that a tenant was given before its first file (R-FIN-24, R-FIN-25)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, insert, select

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.events import Events
from blocks.hub.tenants import require


class Charts:
    """The accounts, by tenant."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def set(self, tenant: str, accounts: Iterable[tuple[str, str, str]], *, who: str) -> int:
        """Replace the accounts that a tenant was given; return how many there are.

        Args:
            tenant: Whose.
            accounts: Number, name and type of each.
            who: Who brings them.
        """
        table = models.chart_account
        rows = {
            number: {"tenant": tenant, "account_number": number, "name": name, "account_type": kind}
            for number, name, kind in accounts
        }
        with self._database.writing() as connection:
            require(connection, tenant)
            connection.execute(delete(table).where(table.c.tenant == tenant))
            if rows:
                connection.execute(insert(table), list(rows.values()))
            message = f"{len(rows):,} ledger accounts imported by {who}"
            self._events.record(connection, "onboarding", message, tenant=tenant)
        return len(rows)

    def of(self, tenant: str) -> dict[str, str]:
        """Return name by number of the accounts that a tenant was given."""
        table = models.chart_account
        query = select(table.c.account_number, table.c.name).where(table.c.tenant == tenant)
        with self._database.reading() as connection:
            return {row.account_number: row.name for row in connection.execute(query)}
