"""Which fiscal years a tenant has: defined, locked up to a day, retired."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.errors import Refused
from blocks.hub.events import Events
from blocks.hub.refusals import DayOutsideYear, UnknownYear
from blocks.hub.tenants import require
from ledger.fiscal_year import FiscalYear


class YearOverlap(Refused):
    """Two active fiscal years of one tenant would share a day (R-FIN-26)."""

    def __init__(self, tenant: str, *, new: FiscalYear, existing: FiscalYear) -> None:
        self.new, self.existing = new, existing
        super().__init__(
            f"{tenant}: the fiscal year {new} overlaps {existing}, which is defined already. "
            f"Retire {existing} first if its dates were wrong, or correct the new one.",
            tenant=tenant,
            new=new,
            existing=existing,
        )


@dataclass(frozen=True)
class DefinedYear:
    """A fiscal year that a tenant has or had.

    Days up to and including `locked_until` may not change. A retired year takes no loads and
    leaves its days free for another definition.
    """

    tenant: str
    start_date: dt.date
    end_date: dt.date
    locked_until: dt.date | None
    retired_at: dt.datetime | None
    defined_at: dt.datetime
    is_from_source: bool

    @property
    def year(self) -> FiscalYear:
        """The dates as the ledger's value."""
        return FiscalYear(self.start_date, self.end_date)


class Years:
    """The definitions of fiscal years."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def define(self, tenant: str, year: FiscalYear) -> DefinedYear:
        """Define a year by hand; a retired one with these dates becomes active again.

        Raises:
            UnknownTenant: The hub has no such tenant.
            YearOverlap: It shares a day with another active year; the message names both.
        """
        with self._database.writing() as connection:
            _require_free(connection, tenant, year)
            return self._define(connection, tenant, year, is_from_source=False)

    def require_definable(self, tenant: str, year: FiscalYear) -> None:
        """Make sure that `define` would take a year, and change nothing; raises as it does."""
        with self._database.reading() as connection:
            _require_free(connection, tenant, year)

    def adoptable(self, tenant: str, year: FiscalYear) -> bool:
        """Return whether a load of `year` fits the definitions: it is one, or may become one.

        Asking changes nothing. The definition follows with `adopt` once the load is published, so
        that a file that is held never reserves days for a year that does not exist.
        """
        with self._database.reading() as connection:
            return _fits(connection, tenant, year)

    def adopt(self, tenant: str, year: FiscalYear) -> bool:
        """Define `year` because a published load brought it; False when it does not fit."""
        with self._database.writing() as connection:
            if fits := _fits(connection, tenant, year):
                self._define(connection, tenant, year, is_from_source=True)
            return fits

    def retire(self, tenant: str, year: FiscalYear) -> DefinedYear:
        """Take a year out of use, so that its days may be defined otherwise.

        Raises:
            Refused: The tenant has no such active year.
        """
        return self._change(tenant, year, "retired", retired_at=self._database.now())

    def lock_until(self, tenant: str, year: FiscalYear, *, day: dt.date | None) -> DefinedYear:
        """Lock the year up to and including `day`; None opens all of it.

        Raises:
            Refused: The day lies outside the year, or the tenant has no such active year.
        """
        if day is not None and day not in year:
            raise DayOutsideYear(tenant=tenant, day=day, year=year)
        what = f"locked until {day}" if day else "opened"
        return self._change(tenant, year, what, locked_until=day)

    def find(self, tenant: str, year: FiscalYear) -> DefinedYear | None:
        """Return the active definition of `year`, None when there is none."""
        with self._database.reading() as connection:
            return _find(connection, tenant, year)

    def active(self, tenant: str) -> list[DefinedYear]:
        """Return the years in use, in order of date."""
        with self._database.reading() as connection:
            return _active(connection, tenant)

    def meant(self, tenant: str, text: str) -> FiscalYear:
        """Return the year in use that a person named, a broken one also by the year it ends in.

        Raises:
            ValueError: The text is no year.
        """
        in_use, wanted = [item.year for item in self.active(tenant)], FiscalYear.parse(text)
        ending = [year for year in in_use if len(text) == 4 and year.end_date.year == int(text)]
        return ending[0] if wanted not in in_use and len(ending) == 1 else wanted

    def latest(self, tenant: str, *, count: int = 2) -> list[DefinedYear]:
        """Return the `count` years in use that end last, latest first (R-SEN-27)."""
        return self.active(tenant)[::-1][:count]

    def _define(
        self, connection: Connection, tenant: str, year: FiscalYear, *, is_from_source: bool
    ) -> DefinedYear:
        if found := _find(connection, tenant, year):
            return found
        fresh = {"retired_at": None, "defined_at": self._database.now()}
        row = {**fresh, "locked_until": None, "is_from_source": is_from_source}
        revived = connection.execute(
            update(models.fiscal_year).where(_is(tenant, year)).values(row)
        )
        if not revived.rowcount:
            connection.execute(
                insert(models.fiscal_year).values(
                    tenant=tenant, start_date=year.start_date, end_date=year.end_date, **row
                )
            )
        how = "defined by a published load" if is_from_source else "defined by hand"
        self._events.record(connection, "year", how, tenant=tenant, fiscal_year=year.key)
        return _required(connection, tenant, year)

    def _change(
        self, tenant: str, year: FiscalYear, what: str, **values: dt.date | None
    ) -> DefinedYear:
        with self._database.writing() as connection:
            before = _required(connection, tenant, year)
            connection.execute(update(models.fiscal_year).where(_is(tenant, year)).values(values))
            self._events.record(connection, "year", what, tenant=tenant, fiscal_year=year.key)
        return DefinedYear(**{**vars(before), **values})


def _is(tenant: str, year: FiscalYear) -> ColumnElement[bool]:
    table = models.fiscal_year.c
    return and_(
        table.tenant == tenant,
        table.start_date == year.start_date,
        table.end_date == year.end_date,
    )


def _active(connection: Connection, tenant: str) -> list[DefinedYear]:
    table = models.fiscal_year
    query = select(table).where(table.c.tenant == tenant, table.c.retired_at.is_(None))
    rows = connection.execute(query.order_by(table.c.end_date))
    return [DefinedYear(**row._asdict()) for row in rows]


def _find(connection: Connection, tenant: str, year: FiscalYear) -> DefinedYear | None:
    return next((found for found in _active(connection, tenant) if found.year == year), None)


def _required(connection: Connection, tenant: str, year: FiscalYear) -> DefinedYear:
    if found := _find(connection, tenant, year):
        return found
    known = ", ".join(str(item.year) for item in _active(connection, tenant)) or "none"
    raise UnknownYear(tenant=tenant, year=year, known=known)


def _overlapping(active: list[DefinedYear], year: FiscalYear) -> FiscalYear | None:
    others = (item.year for item in active if item.year != year)
    return next((other for other in others if other.overlaps(year)), None)


def _require_free(connection: Connection, tenant: str, year: FiscalYear) -> None:
    require(connection, tenant)
    if other := _overlapping(_active(connection, tenant), year):
        raise YearOverlap(tenant, new=year, existing=other)


def _fits(connection: Connection, tenant: str, year: FiscalYear) -> bool:
    from_source = require(connection, tenant).years_from_source
    active = _active(connection, tenant)
    if any(item.year == year for item in active):
        return True
    return from_source and _overlapping(active, year) is None
