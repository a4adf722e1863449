"""Which system's ledger a tenant's years are, from which first year on.

A row counts for every year that begins on its first day or later, up to the next row. What another
system says of those years is evidence and is never published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.errors import Refused
from blocks.hub.events import Events, cut
from blocks.hub.tenants import require
from ledger.fiscal_year import FiscalYear
from ledger.text import is_explained


class LedgerOfAnother(Refused):
    """A system's ledger was to be published for a year that belongs to another system."""

    sentence = (
        "{tenant} {year}: the ledger of the years from {first_day} on is {owner}'s, so {system}'s "
        "is evidence and was not published. If {system} keeps these books now, an operator says "
        "so: tasma tenant owner {tenant} {system} --from YEAR --reason WHY"
    )


class OwnerUnexplained(Refused):
    """Another system was to become the owner of years without a reason or a person."""

    sentence = "Whose ledger a tenant's years are is a person's decision: give a reason, and who."


@dataclass(frozen=True)
class LedgerOwner:
    """`system` has the ledger of the tenant's years that begin on `first_day` or later.

    `who` and `reason`: of the operator who said so; both are empty where the first publication
    of a year did.
    """

    tenant: str
    first_day: dt.date
    system: str
    set_at: dt.datetime
    who: str = ""
    reason: str = ""


class LedgerOwners:
    """Reads and changes the rows."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def of_tenant(self, tenant: str) -> list[LedgerOwner]:
        """Return a tenant's rows in order of time."""
        with self._database.reading() as connection:
            return _rows(connection, tenant)

    def every(self) -> list[LedgerOwner]:
        """Return the rows of all tenants, in order of tenant and time."""
        with self._database.reading() as connection:
            return _rows(connection)

    def of_year(self, tenant: str, year: FiscalYear) -> LedgerOwner | None:
        """Return the row that counts for a year; None when nobody has its ledger yet."""
        return owner_among(self.of_tenant(tenant), year)

    def claim(self, tenant: str, year: FiscalYear, *, system: str) -> None:
        """Make sure that a system may publish a year, which makes it the owner of a free one.

        Years before all rows are free; the first publication of one gives it to the system, and
        with it the years up to the next row.

        Raises:
            UnknownTenant: The hub has no such tenant.
            LedgerOfAnother: The year is another system's.
        """
        with self._database.writing() as connection:
            require(connection, tenant)
            rows = _rows(connection, tenant)
            owner = owner_among(rows, year)
            if owner and owner.system != system:
                raise _of_another(owner, year, system=system)
            if owner is None:
                row = LedgerOwner(tenant, year.start_date, system, self._database.now())
                self._write(connection, [row, *rows])
                message = f"{system} has it from {year.start_date} on: the first that was published"
                self._events.record(connection, "ledger owner", message, tenant=tenant)

    def give(
        self, tenant: str, year: FiscalYear, *, system: str, reason: str, who: str
    ) -> LedgerOwner:
        """Make a system the owner of a year and of all later ones; what is published stays.

        Raises:
            UnknownTenant: The hub has no such tenant.
            OwnerUnexplained: There is no reason or no person.
        """
        if not is_explained(reason, who=who):
            raise OwnerUnexplained
        now, by = self._database.now(), cut(who, models.NAME_CHARS)
        row = LedgerOwner(tenant, year.start_date, system, now, by, cut(reason))
        with self._database.writing() as connection:
            require(connection, tenant)
            earlier = [old for old in _rows(connection, tenant) if old.first_day < row.first_day]
            self._write(connection, [*earlier, row])
            message = f"{system} has it from {year.start_date} on, set by {who}: {reason}"
            self._events.record(connection, "ledger owner", message, tenant=tenant)
        return row

    def _write(self, connection: Connection, rows: list[LedgerOwner]) -> None:
        """Replace a tenant's rows; one that only repeats the row before it is left out."""
        table = models.ledger_owner
        kept = [
            row
            for before, row in zip([None, *rows], rows, strict=False)
            if before is None or before.system != row.system or row.who
        ]
        connection.execute(delete(table).where(table.c.tenant == rows[0].tenant))
        connection.execute(insert(table), [vars(row) for row in kept])


def owner_among(rows: Iterable[LedgerOwner], year: FiscalYear) -> LedgerOwner | None:
    """Return which of a tenant's rows, in order of time, counts for a year."""
    return next((row for row in [*rows][::-1] if row.first_day <= year.start_date), None)


def _of_another(owner: LedgerOwner, year: FiscalYear, *, system: str) -> LedgerOfAnother:
    return LedgerOfAnother(
        tenant=owner.tenant,
        year=year,
        first_day=owner.first_day,
        owner=owner.system,
        system=system,
    )


def _rows(connection: Connection, tenant: str = "") -> list[LedgerOwner]:
    table = models.ledger_owner
    query = select(table).order_by(table.c.tenant, table.c.first_day)
    if tenant:
        query = query.where(table.c.tenant == tenant)
    return [LedgerOwner(**row._asdict()) for row in connection.execute(query)]
