"""Years that are kept as a person wants them: no load replaces one until a person lets it go.

A year comes to be kept by a rollback (`tasks.rollback`), whose own load is the only one that may
still be published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, false, func, insert, select

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.errors import Refused
from blocks.hub.events import Events, cut
from blocks.hub.tenants import require
from ledger.fiscal_year import FiscalYear, short_year
from ledger.text import is_explained

KEPT: Final = ("kept as of load", "to be brought back to load")
"""How it begins what is said of a year that is kept, and of one whose rollback is held."""


class KeptUnexplained(Refused):
    """A year was to be kept, or let go, without a reason or a person."""

    sentence = (
        "That a year is kept as it was, or let go again, is a person's decision: give a reason, "
        "and who decides. Both are kept."
    )


class YearNotKept(Refused):
    """A year was to be let go that nobody keeps."""

    sentence = "{tenant} {fiscal_year} is not kept, so there is nothing to let go."


class YearKept(Refused):
    """A load was to replace a year that is kept."""

    sentence = "{tenant} {fiscal_year}: {kept}. Nothing of this load was published."


@dataclass(frozen=True)
class KeptYear:
    """A year that is kept as load `load_number` left it.

    `load_id`: the load that brings it back, which alone may be published. `who` and `reason`: of
    the person who wanted it so. `is_held`: that load waits for a person; what is published is
    still what it is to replace.
    """

    tenant: str
    fiscal_year: str
    load_id: str
    load_number: int
    kept_at: dt.datetime
    who: str
    reason: str
    is_held: bool = False

    def __str__(self) -> str:
        """Say that it is kept, or is to be, and how it is let go."""
        state, until = f"{KEPT[0]} {self.load_number}", ""
        if self.is_held:
            state = f"{KEPT[1]} {self.load_number} (held)"
            until = "; until that is decided no load replaces it"
        return (
            f"{state} since {self.kept_at:%Y-%m-%d %H:%M} UTC by {self.who} ({self.reason})"
            f"{until}; to let it go: "
            f"`{let_go_with(f'{self.tenant} {short_year(self.fiscal_year)}')}`"
        )


def let_go_with(place: str) -> str:
    """Return the command that lets a kept year go. `place`: tenant and year, as a person types."""
    return f"tasma ledger release {place} --reason WHY"


def tells_of_kept(message: str) -> bool:
    """Return whether the message of a run quotes a year that is kept."""
    return any(state in message for state in KEPT)


class KeptYears:
    """Reads and changes which years are kept."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def find(self, tenant: str, year: FiscalYear) -> KeptYear | None:
        """Return how a year is kept, None when it is not."""
        with self._database.reading() as connection:
            return _find(connection, tenant, year)

    def of_tenant(self, tenant: str) -> list[KeptYear]:
        """Return a tenant's years that are kept."""
        with self._database.reading() as connection:
            return rows(connection, [tenant])

    def every(self) -> list[KeptYear]:
        """Return all years that are kept, by tenant and year."""
        with self._database.reading() as connection:
            return rows(connection)

    def keep(
        self,
        tenant: str,
        year: FiscalYear,
        *,
        load_id: str,
        load_number: int,
        who: str,
        reason: str,
    ) -> KeptYear:
        """Keep a year as of a load; asked once more for the same load, it is kept since the first.

        Raises:
            UnknownTenant: The hub has no such tenant.
            KeptUnexplained: There is no reason or no person.
        """
        _refuse_unexplained(who, reason)
        with self._database.writing(tenant=tenant) as connection:
            require(connection, tenant)
            old = _find(connection, tenant, year)
            is_same = old is not None and old.load_number == load_number
            new = KeptYear(
                tenant,
                year.key,
                load_id,
                load_number,
                old.kept_at if old and is_same else self._database.now(),
                cut(who.strip(), models.NAME_CHARS),
                cut(reason.strip()),
            )
            connection.execute(delete(models.kept_year).where(_here(tenant, year)))
            row = {name: value for name, value in vars(new).items() if name != "is_held"}
            connection.execute(insert(models.kept_year).values(row))
            if not is_same:
                message = f"from now on as of load {load_number}, by {new.who}: {new.reason}"
                self._note(connection, new, message)
        return new

    def release(self, tenant: str, year: FiscalYear, *, who: str, reason: str) -> KeptYear:
        """Let a year go: the next load replaces it, if the controls let it pass.

        Raises:
            KeptUnexplained: There is no reason or no person.
            YearNotKept: Nobody keeps it.
        """
        _refuse_unexplained(who, reason)
        with self._database.writing(tenant=tenant) as connection:
            kept = _find(connection, tenant, year)
            if kept is None:
                raise YearNotKept(tenant=tenant, fiscal_year=year)
            connection.execute(delete(models.kept_year).where(_here(tenant, year)))
            message = f"let go, by {cut(who.strip(), models.NAME_CHARS)}: {cut(reason.strip())}"
            self._note(connection, kept, message)
        return kept

    def _note(self, connection: Connection, kept: KeptYear, message: str) -> None:
        self._events.record(
            connection,
            "kept year",
            message,
            tenant=kept.tenant,
            fiscal_year=kept.fiscal_year,
            load_id=kept.load_id,
        )


def rows(connection: Connection, tenants: Collection[str] | None = None) -> list[KeptYear]:
    """Return the years that are kept, of some tenants or of all, within a transaction."""
    table = models.kept_year
    query = _WITH_LOAD.order_by(table.c.tenant, table.c.fiscal_year)
    if tenants is not None:
        query = query.where(table.c.tenant.in_(tenants))
    return [KeptYear(**row._asdict()) for row in connection.execute(query)]


def forget_load(connection: Connection, load_id: str) -> None:
    """Let the year go that is kept for a load which a person refused, within a transaction."""
    connection.execute(delete(models.kept_year).where(models.kept_year.c.load_id == load_id))


_WITH_LOAD: Final = select(
    models.kept_year, func.coalesce(models.load.c.is_open, false()).label("is_held")
).outerjoin(models.load, models.load.c.load_id == models.kept_year.c.load_id)


def _find(connection: Connection, tenant: str, year: FiscalYear) -> KeptYear | None:
    row = connection.execute(_WITH_LOAD.where(_here(tenant, year))).one_or_none()
    return None if row is None else KeptYear(**row._asdict())


def _here(tenant: str, year: FiscalYear) -> ColumnElement[bool]:
    return and_(models.kept_year.c.tenant == tenant, models.kept_year.c.fiscal_year == year.key)


def _refuse_unexplained(who: str, reason: str) -> None:
    if not is_explained(reason, who=who):
        raise KeptUnexplained
