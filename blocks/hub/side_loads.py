"""Loads of less than a year: what a few vouchers (SIE 4I) or balances alone (SIE 1-3) came to.

They stand beside their unit and never touch its status. One that is held, has failed, or found
what a control warns of is open until the same bytes come again, a later evidence of the same kind
that nothing holds takes its place (balances are a snapshot; vouchers of one file say nothing
about another's), or a person rejects it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, update

from blocks.hub import leases, loads, models, units
from blocks.hub.database import Database
from blocks.hub.errors import LeaseLost
from blocks.hub.events import Events, cut
from blocks.hub.loads import Load
from blocks.hub.states import SIDE_STATES, WHOLE_YEAR, WORKING, UnitState
from blocks.hub.units import UnitStatus
from ledger.controls import Answer, Severity
from ledger.coverage import Coverage
from ledger.fiscal_year import FiscalYear

MAX_LOADS: Final = 100
"""Most open loads beside a unit that are listed, newest first."""


class SideLoads:
    """Says and reads what became of loads of less than a year."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def set_status(
        self,
        load_id: str,
        status: UnitState,
        *,
        reason: str = "",
        run_id: str = "",
        token: int | None = None,
    ) -> Load:
        """Say what became of a load of less than a year; its unit's status stays as it is.

        A unit of which no whole year was ever loaded is called after it, for it has no status.

        Args:
            load_id: The load.
            status: A working state, or its end: partial, evidence, held or failed.
            reason: Why, in words that the person who has to act understands.
            run_id: The run that says so.
            token: The caller's lease token; refused once somebody has a higher one.

        Raises:
            Refused: There is no load of that id.
            LeaseLost: A later holder has the unit.
        """
        with self._database.writing() as connection:
            load = loads.required(connection, load_id)
            resource = leases.unit_resource(load.tenant, load.year)
            if token is not None and token < leases.latest_token(connection, resource):
                raise LeaseLost(resource, holder=run_id or "this run", token=token)
            mine = replace(load, run_id=run_id or load.run_id)
            return self._say(connection, mine, status, cut(reason))

    def of_unit(self, tenant: str, year: FiscalYear) -> list[Load]:
        """Return what stands beside a unit: the open loads, and the latest of either coverage."""
        table = models.load.c
        here = and_(
            table.tenant == tenant, table.fiscal_year == year.key, table.status.not_in(WORKING)
        )
        with self._database.reading() as connection:
            found = _where(connection, and_(here, _is_side_load(), table.is_open), limit=MAX_LOADS)
            for coverage in SIDE_STATES:
                settled = and_(
                    here, table.coverage == coverage.value, table.status != UnitState.REJECTED
                )
                found += _where(connection, settled, limit=1)
        return sorted(set(found), key=lambda load: load.load_id, reverse=True)

    def fail_run(self, run_id: str, *, reason: str) -> list[Load]:
        """Mark as failed what a dead run left unfinished beside its unit, and return it."""
        if not run_id:
            return []
        with self._database.writing() as connection:
            return self._fail(connection, models.load.c.run_id == run_id, cut(reason))

    def fail(self, load_id: str, *, reason: str) -> list[Load]:
        """Mark a load as failed unless it has come to an end."""
        with self._database.writing() as connection:
            return self._fail(connection, models.load.c.load_id == load_id, cut(reason))

    def unfinished(self) -> set[str]:
        """Return the tenants with a load that a run claims to work on."""
        query = select(models.load.c.tenant).where(_is_unfinished()).distinct()
        with self._database.reading() as connection:
            return set(connection.execute(query).scalars())

    def fail_abandoned(self, connection: Connection, tenant: str, *, reason: str) -> list[Load]:
        """Mark as failed, in a transaction, the tenant's loads on whose unit nobody works."""
        at_work = {
            lease.resource for lease in leases.live(connection, self._database.now(), tenant=tenant)
        }
        mine = _where(connection, and_(models.load.c.tenant == tenant, _is_unfinished()))
        return [
            self._say(connection, load, UnitState.FAILED, reason.format(load.status))
            for load in mine
            if leases.unit_resource(tenant, load.year) not in at_work
        ]

    def _fail(self, connection: Connection, which: ColumnElement[bool], reason: str) -> list[Load]:
        left = _where(connection, and_(which, _is_unfinished()))
        return [self._say(connection, load, UnitState.FAILED, reason) for load in left]

    def _say(self, connection: Connection, load: Load, status: UnitState, reason: str) -> Load:
        is_settled = status in SIDE_STATES | {UnitState.PUBLISHED}
        is_open = not is_settled or _warns(connection, load.load_id)
        new = replace(load, status=status, reason=reason, is_open=is_open)
        here = models.load.c.load_id == new.load_id
        connection.execute(update(models.load).where(here).values(vars(new)))
        if status not in WORKING:
            _replace_earlier(connection, new)
            self._name_unit(connection, new)
            self._log(connection, new)
        return new

    def _name_unit(self, connection: Connection, load: Load) -> None:
        """Give a unit of which no whole year was loaded the name of what there is."""
        now = self._database.now()
        old = units.find(connection, load.tenant, load.year)
        if old is not None and old.status not in SIDE_STATES:
            return
        start = old or UnitStatus(load.tenant, load.fiscal_year, UnitState.PARTIAL, now)
        is_period = load.coverage not in SIDE_STATES
        name = UnitState.PARTIAL if is_period else UnitState(load.coverage)
        units.write(connection, replace(start, status=name, reason="", updated_at=now))

    def _log(self, connection: Connection, load: Load) -> None:
        why = f": {load.reason}" if load.reason else ""
        self._events.record(
            connection,
            "beside",
            f"{Coverage.parse(load.coverage).in_words}, beside the year: {load.status}{why}",
            tenant=load.tenant,
            fiscal_year=load.fiscal_year,
            run_id=load.run_id,
            load_id=load.load_id,
        )


def _replace_earlier(connection: Connection, load: Load) -> None:
    """Close what this load, which has come to an end, takes the place of."""
    table = models.load.c
    same = table.landed_sha256 == load.landed_sha256
    # What is held may be another company's, and then it answers nothing.
    if load.coverage == UnitState.EVIDENCE.value and load.status in SIDE_STATES:
        same = or_(same, table.source_kind == load.source_kind)
    replaced = and_(
        table.tenant == load.tenant,
        table.fiscal_year == load.fiscal_year,
        table.coverage == load.coverage,
        table.source == load.source,
        table.load_id != load.load_id,
        table.is_open,
        same,
    )
    connection.execute(update(models.load).where(replaced).values(is_open=False))


def _warns(connection: Connection, load_id: str) -> bool:
    """Return whether a control that warns is broken; what was accepted of the rest is settled."""
    table = models.control_result.c
    broken = and_(table.outcome == Answer.BROKEN, table.severity == Severity.WARNS)
    query = select(exists().where(table.load_id == load_id, broken))
    return bool(connection.execute(query).scalar())


def _is_side_load() -> ColumnElement[bool]:
    return models.load.c.coverage != WHOLE_YEAR


def _is_unfinished() -> ColumnElement[bool]:
    return and_(models.load.c.is_open, models.load.c.status.in_(WORKING), _is_side_load())


def _where(
    connection: Connection, condition: ColumnElement[bool], *, limit: int | None = None
) -> list[Load]:
    query = select(models.load).where(condition).order_by(models.load.c.load_id.desc())
    return [Load(**row._asdict()) for row in connection.execute(query.limit(limit))]
