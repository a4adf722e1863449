"""How the documents of a unit stand: fetched when, how many, and what is missing and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import and_, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.events import cut
from blocks.hub.tenants import require
from ledger.fiscal_year import FiscalYear


@dataclass(frozen=True)
class DocumentFetch:
    """The documents of one unit.

    `fetched_at`: last time they were, None for never. `document_count`, `without_voucher`: as of
    then; a document on a voucher that the ledger lacks is without. `reason`: what was not fetched
    the last time and why; empty when nothing is missing.
    """

    tenant: str
    fiscal_year: str
    fetched_at: dt.datetime | None = None
    document_count: int = 0
    without_voucher: int = 0
    reason: str = ""
    updated_at: dt.datetime | None = None
    """Set by the hub."""


class Documents:
    """Reads and changes how the documents of units stand."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fetched(
        self,
        tenant: str,
        year: FiscalYear,
        *,
        document_count: int,
        without_voucher: int,
        reason: str = "",
    ) -> None:
        """Say that the documents of a unit were fetched, all of them or, for a reason, most."""
        now = self._database.now()
        counts = {"document_count": document_count, "without_voucher": without_voucher}
        self._write(tenant, year, fetched_at=now, reason=cut(reason), **counts)

    def missed(self, tenant: str, year: FiscalYear, *, reason: str) -> None:
        """Say why none were fetched this time; what was known before stays."""
        self._write(tenant, year, reason=cut(reason))

    def find(self, tenant: str, year: FiscalYear) -> DocumentFetch | None:
        """Return how a unit's documents stand, None when nothing was ever said of them."""
        return self.of_tenant(tenant).get(year)

    def of_tenant(self, tenant: str) -> dict[FiscalYear, DocumentFetch]:
        """Return how the documents of the tenant's units stand, by fiscal year."""
        query = select(models.document_fetch).where(models.document_fetch.c.tenant == tenant)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        found = [DocumentFetch(**row._asdict()) for row in rows]
        return {FiscalYear.parse(item.fiscal_year): item for item in found}

    def _write(self, tenant: str, year: FiscalYear, **stated: object) -> None:
        table = models.document_fetch
        here = and_(table.c.tenant == tenant, table.c.fiscal_year == year.key)
        values = {**stated, "updated_at": self._database.now()}
        with self._database.writing() as connection:
            require(connection, tenant)
            if not connection.execute(update(table).where(here).values(values)).rowcount:
                new = {**vars(DocumentFetch(tenant, year.key)), **values}
                connection.execute(insert(table).values(new))
