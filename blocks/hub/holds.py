"""Holds: loads that a broken control keeps from being published, until a person has acted.

A hold is open until it is published, replaced by what a later load of the whole year came to, or
rejected. A later run that fails or dies replaces nothing: what was held can still be judged. A
load of less than a year that is held stands beside its year and is open in the same way. So does
what was held before another company's books came for the year.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from blocks.hub import acceptances, kept_years, leases, loads, models, units
from blocks.hub.database import Database
from blocks.hub.events import Events, cut
from blocks.hub.loads import Load
from blocks.hub.refusals import NotHeld, RejectionIncomplete
from blocks.hub.states import WHOLE_YEAR, WORKING, UnitState
from blocks.hub.units import UnitStatus
from ledger.acceptance import is_foreign
from ledger.fiscal_year import FiscalYear
from ledger.text import is_explained

REJECTED_BY: Final = "rejected by "
"""How the reason of a load begins that a person refused; the name and a colon follow."""


class Holds:
    """Finds the open holds, and closes one that a person refused."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def find(self, tenant: str, year: FiscalYear, *, load_id: str = "") -> Load | None:
        """Return a unit's open hold, or the open load beside it that `load_id` names, or None."""
        with self._database.reading() as connection:
            return find(connection, tenant, year, load_id=load_id)

    def reject(self, load_id: str, *, reason: str, rejected_by: str) -> Load:
        """Refuse what is held: it is never published, and its unit is as it was before.

        The unit's status is again that of what was held beside it, else of the last good load;
        where nothing was published it is rejected. A year that came with another company's file
        alone, and that nobody defined, was never the tenant's: its status goes. A later run's
        failure, which is no part of the hold, stays. What was accepted of the load is accepted no
        longer.

        Raises:
            Refused: No reason or no person, or the load is not an open hold (any more).
            LeaseTaken: A run works on the unit; it may be publishing this very load.
        """
        if not is_explained(reason, who=rejected_by):
            raise RejectionIncomplete
        rejection = cut(f"{REJECTED_BY}{rejected_by.strip()}: {reason.strip()}")
        with self._database.writing() as connection:
            load = loads.required(connection, load_id)
            _refuse_closed(load)
            self._refuse_at_work(connection, load)
            rejected = replace(load, status=UnitState.REJECTED, reason=rejection, is_open=False)
            _write(connection, rejected)
            acceptances.end_of_load(connection, load_id, at=self._database.now())
            kept_years.forget_load(connection, load_id)
            if load.coverage == WHOLE_YEAR:
                self._step_back(connection, rejected)
            self._events.record(
                connection,
                "rejection",
                rejection,
                tenant=load.tenant,
                fiscal_year=load.fiscal_year,
                load_id=load_id,
            )
        return rejected

    def _refuse_at_work(self, connection: Connection, load: Load) -> None:
        resource = leases.unit_resource(load.tenant, load.year)
        for lease in leases.live(connection, self._database.now(), tenant=load.tenant):
            if lease.resource == resource:
                raise lease.taken

    def _step_back(self, connection: Connection, load: Load) -> None:
        unit = units.find(connection, load.tenant, load.year)
        if unit is None or unit.load_id != load.load_id:
            return
        if _came_by_mistake(connection, unit):
            units.forget(connection, unit)
        else:
            earlier = find(connection, load.tenant, load.year)
            before = _held(unit, earlier) if earlier else _before(connection, unit, load)
            units.write(connection, replace(before, updated_at=self._database.now()))


def find(
    connection: Connection, tenant: str, year: FiscalYear, *, load_id: str = ""
) -> Load | None:
    """Return the open hold within a transaction."""
    table = models.load.c
    which = table.load_id == load_id if load_id else table.coverage == WHOLE_YEAR
    query = select(models.load).where(
        is_waiting(), table.tenant == tenant, table.fiscal_year == year.key, which
    )
    row = connection.execute(query.order_by(table.load_id.desc()).limit(1)).one_or_none()
    return None if row is None else Load(**row._asdict())


def is_waiting() -> ColumnElement[bool]:
    """Say of a row whether it waits for a person: a hold does, also while it is judged again."""
    table = models.load.c
    return and_(table.is_open, or_(table.coverage == WHOLE_YEAR, table.status.not_in(WORKING)))


def _write(connection: Connection, load: Load) -> None:
    here = models.load.c.load_id == load.load_id
    connection.execute(update(models.load).where(here).values(vars(load)))


def _refuse_closed(load: Load) -> None:
    if not load.is_open:
        raise NotHeld(
            load_id=load.load_id,
            tenant=load.tenant,
            fiscal_year=load.fiscal_year,
            status=load.status,
        )


def _came_by_mistake(connection: Connection, unit: UnitStatus) -> bool:
    """Say whether the tenant has the year by loads of other companies alone, and none is open."""
    table, year = models.load.c, models.fiscal_year.c
    defined = select(year.tenant).where(
        year.tenant == unit.tenant,
        year.start_date == unit.year.start_date,
        year.end_date == unit.year.end_date,
    )
    if unit.published_load_id or connection.execute(defined).first():
        return False
    mine = (table.tenant == unit.tenant, table.fiscal_year == unit.fiscal_year)
    of_year = connection.execute(select(table.load_id, table.is_open).where(*mine)).all()
    return all(not row.is_open and is_foreign(loads.results(connection, row[0])) for row in of_year)


def _held(unit: UnitStatus, hold: Load) -> UnitStatus:
    """Return the unit as the hold left it that still waits."""
    return replace(
        unit,
        status=UnitState.HELD,
        reason=hold.reason,
        load_id=hold.load_id,
        digest=hold.digest,
        source=hold.source,
        run_id=hold.run_id,
    )


def _before(connection: Connection, unit: UnitStatus, load: Load) -> UnitStatus:
    """Return the unit without the load: as the last good one left it."""
    if not unit.published_load_id:
        reason = cut(f"{load.reason}; nothing is published")
        return replace(unit, status=UnitState.REJECTED, reason=reason)
    warned = loads.warned(connection, unit.tenant, unit.fiscal_year, digest=unit.published_digest)
    return replace(
        unit,
        status=UnitState.PUBLISHED,
        reason=warned,
        load_id=unit.published_load_id,
        digest=unit.published_digest,
        source=unit.published_source,
        run_id="",
    )
