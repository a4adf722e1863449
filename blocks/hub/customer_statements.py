"""The statements that a customer gave of a year, and what became of comparing them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, insert, select

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.events import Events
from blocks.hub.tenants import require
from ledger.fiscal_year import FiscalYear
from ledger.onboarding import Comparison, StatementKind


@dataclass(frozen=True)
class CustomerStatement:
    """One statement of one year.

    `answers`: what a person decided about reading it, as JSON. `as_of`: the day that its amounts
    are of. `is_from_source`: a report of the source's own service, which a customer's file
    replaces. `outcome`: of the last comparison, missing while there was none; `differing`: the
    first line that differs, in words; `digest`: of the books that were compared.
    """

    tenant: str
    year: FiscalYear
    kind: StatementKind
    sha256: str
    file_name: str
    as_of: dt.date
    answers: str = "{}"
    is_from_source: bool = False
    outcome: Comparison = Comparison.MISSING
    differing: str = ""
    digest: str = ""
    who: str = ""
    added_at: dt.datetime | None = None
    compared_at: dt.datetime | None = None


class CustomerStatements:
    """The statements, one of each kind for a year."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def of_tenant(self, tenant: str) -> list[CustomerStatement]:
        """Return a tenant's statements, by year and kind."""
        table = models.customer_statement
        query = select(table).where(table.c.tenant == tenant)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(table.c.fiscal_year, table.c.kind)).all()
        return [
            CustomerStatement(
                **{
                    name: value
                    for name, value in row._mapping.items()  # noqa: SLF001 - SQLAlchemy's public name for it
                    if name not in {"fiscal_year", "kind"}
                },
                year=FiscalYear.parse(row.fiscal_year),
                kind=StatementKind(row.kind),
            )
            for row in rows
        ]

    def of_year(self, tenant: str, year: FiscalYear) -> dict[StatementKind, CustomerStatement]:
        """Return the statements of one year."""
        return {item.kind: item for item in self.of_tenant(tenant) if item.year == year}

    def add(self, statement: CustomerStatement) -> bool:
        """Keep a statement; it replaces the one of its kind and year, and is not compared yet.

        Returns:
            Whether it counts: a report of the source's own service never replaces a customer's
            file (R-FIN-13).

        Raises:
            UnknownTenant: The hub has no such tenant.
        """
        table = models.customer_statement
        before = self.of_year(statement.tenant, statement.year).get(statement.kind)
        if before and statement.is_from_source and not before.is_from_source:
            return False
        now = self._database.now()
        row = {name: value for name, value in vars(statement).items() if name != "year"}
        row |= {"fiscal_year": statement.year.key, "added_at": now, "compared_at": None}
        row |= {"outcome": Comparison.MISSING, "differing": "", "digest": ""}
        with self._database.writing() as connection:
            require(connection, statement.tenant)
            connection.execute(delete(table).where(self._here(statement)))
            connection.execute(insert(table).values(row))
            message = f"{statement.kind.replace('_', ' ')} of {statement.year} as of "
            message += f"{statement.as_of}: {statement.file_name}, by {statement.who}"
            self._events.record(connection, "statement", message, tenant=statement.tenant)
        return True

    def compared(
        self,
        statement: CustomerStatement,
        outcome: Comparison,
        *,
        differing: str = "",
        digest: str = "",
    ) -> bool:
        """Note what a comparison came to; False when another file has taken its place."""
        table = models.customer_statement
        values = {
            "outcome": outcome,
            "differing": differing[:2_000],
            "digest": digest,
            "compared_at": self._database.now(),
        }
        here = self._here(statement) & (table.c.sha256 == statement.sha256)
        with self._database.writing() as connection:
            return connection.execute(table.update().where(here).values(**values)).rowcount > 0

    @staticmethod
    def _here(statement: CustomerStatement) -> ColumnElement[bool]:
        table = models.customer_statement
        return (
            (table.c.tenant == statement.tenant)
            & (table.c.fiscal_year == statement.year.key)
            & (table.c.kind == statement.kind)
        )
