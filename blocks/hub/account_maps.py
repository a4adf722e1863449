"""Account maps: on which scheme of statements a tenant's books are read, and its own places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.events import Events
from blocks.hub.tenants import require
from ledger.account_map import Place
from ledger.text import number_of


@dataclass(frozen=True)
class StoredMap:
    """What a person has set. `chart`: the scheme; `places`: beyond its defaults."""

    chart: str
    places: tuple[Place, ...] = ()


class AccountMaps:
    """The maps, by tenant. A tenant without one is judged by none (R-FIN-27)."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def find(self, tenant: str) -> StoredMap | None:
        """Return a tenant's map; None while nobody has set one."""
        scheme, place = models.statement_scheme, models.account_place
        with self._database.reading() as connection:
            chart = connection.execute(
                select(scheme.c.chart).where(scheme.c.tenant == tenant)
            ).scalar()
            if chart is None:
                return None
            rows = connection.execute(select(place).where(place.c.tenant == tenant))
            places = sorted(
                Place(row.accounts, row.statement, row.line, row.valid_from) for row in rows
            )
        return StoredMap(chart, tuple(places))

    def set(self, tenant: str, chart: str, places: Sequence[Place], *, who: str) -> None:
        """Replace a tenant's map as a whole.

        Raises:
            UnknownTenant: The hub has no such tenant.
        """
        scheme, place = models.statement_scheme, models.account_place
        rows = [
            {
                "tenant": tenant,
                "accounts": item.accounts,
                "valid_from": item.valid_from,
                "statement": item.statement,
                "line": item.line,
            }
            for item in places
        ]
        with self._database.writing() as connection:
            require(connection, tenant)
            for table in (place, scheme):
                connection.execute(delete(table).where(table.c.tenant == tenant))
            now = self._database.now()
            row = {"tenant": tenant, "chart": chart, "who": who, "set_at": now}
            connection.execute(insert(scheme).values(row))
            if rows:
                connection.execute(insert(place), rows)
            message = (
                f"account map: {chart} and {number_of(len(rows), 'place')} of its own, set by {who}"
            )
            self._events.record(connection, "account_map", message, tenant=tenant)
