"""The status of each unit: one row per tenant and fiscal year, and nowhere else.

It tells of loads of the whole year alone; what else came stands in `blocks.hub.side_loads`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from blocks.hub import acceptances, loads, models
from blocks.hub.database import Database
from blocks.hub.errors import LeaseLost
from blocks.hub.events import Events, cut
from blocks.hub.leases import latest_token, unit_resource
from blocks.hub.refusals import StatusImpossible
from blocks.hub.states import SIDE_STATES, WORKING, UnitState, may_follow
from blocks.hub.tenants import require
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit


@dataclass(frozen=True)
class UnitStatus:
    """Where one unit stands.

    `status`, `reason`, `source`, `load_id`, `digest` and `run_id` tell of the latest load, held
    and failed ones too. `last_published_at`, `published_*`, `voucher_count` and `posting_count`
    tell of the last good one, which stays until another takes its place. `last_published_at` is
    renewed by a load that found nothing changed. `ledger_source`: the system or format whose the
    ledger of the year is; only it, or a person, replaces it. A load that only refreshes the year
    leaves it whose it was. `damage`: what was found wrong with the published rows, until they are
    put right; empty when nothing was.
    """

    tenant: str
    fiscal_year: str
    status: UnitState
    updated_at: dt.datetime
    reason: str = ""
    source: str = ""
    load_id: str = ""
    digest: str = ""
    run_id: str = ""
    lease_token: int = 0
    last_published_at: dt.datetime | None = None
    published_load_id: str = ""
    published_digest: str = ""
    published_source: str = ""
    ledger_source: str = ""
    voucher_count: int = 0
    posting_count: int = 0
    damage: str = ""

    @property
    def year(self) -> FiscalYear:
        """The fiscal year as the ledger's value."""
        return FiscalYear.parse(self.fiscal_year)


_ENDS: Final = frozenset({UnitState.PUBLISHED, UnitState.HELD})
"""What a load of the whole year comes to: an earlier hold is replaced by it, not by a failure."""


class Units:
    """Reads and changes the status of units."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def set_status(
        self,
        tenant: str,
        year: FiscalYear,
        status: UnitState,
        *,
        reason: str = "",
        load_id: str = "",
        source: str = "",
        digest: str = "",
        run_id: str = "",
        voucher_count: int | None = None,
        posting_count: int | None = None,
        token: int | None = None,
    ) -> UnitStatus:
        """Say where a unit stands now, and log it.

        What is left empty keeps its value as long as `load_id` (or no load) is the row's own, and
        is emptied when another load takes over. The load's own status follows.

        Args:
            tenant: Whose books.
            year: Which fiscal year.
            status: The new status; `blocks.hub.states` says which may follow which.
            reason: Why, in words that the person who has to act understands.
            load_id: The load it is about; empty means the one the row is about.
            source: Where the load came from, such as ``sie``.
            digest: The load's row digest.
            run_id: The run that says so.
            voucher_count: Vouchers published; only taken with ``published``.
            posting_count: Postings published; only taken with ``published``.
            token: The caller's lease token; refused once somebody has a higher one.

        Raises:
            UnknownTenant: The hub has no such tenant.
            Refused: The status cannot follow the present one.
            LeaseLost: A later holder has the unit, or has set its status.
        """
        facts = {"load_id": load_id, "source": source, "digest": digest, "run_id": run_id}
        counts = {"voucher_count": voucher_count, "posting_count": posting_count}
        with self._database.writing(tenant=tenant) as connection:
            require(connection, tenant)
            now = self._database.now()
            found = find(connection, tenant, year)
            old = found or UnitStatus(tenant, year.key, status=status, updated_at=now)
            _refuse_impossible(old, status, is_new=found is None)
            _refuse_late(connection, old, token, run_id=run_id)
            new = replace(
                _of_load(old, status, facts),
                status=status,
                reason=cut(reason),
                updated_at=now,
                lease_token=old.lease_token if token is None else token,
            )
            if status is UnitState.PUBLISHED:
                owner = _owner(new, connection, is_whole_year=True)
                new = _published(new, counts, owner=owner)
                acceptances.end_of_published(connection, Unit(tenant, year), at=now)
            write(connection, new)
            if status in _ENDS:
                held = new.load_id if status is UnitState.HELD else ""
                loads.settle_holds(connection, tenant, year, held=held)
            self._log(connection, new, before=found)
        return new

    def set_period(
        self,
        tenant: str,
        year: FiscalYear,
        *,
        load_id: str,
        source: str,
        digest: str,
        voucher_count: int,
        posting_count: int,
        reason: str = "",
        run_id: str = "",
        token: int | None = None,
    ) -> UnitStatus:
        """Say that a period of a year was published.

        A hold or a failure of the whole year is answered by no part of it, and stays; the year's
        ledger becomes the load's source's only when it was nobody's.

        Args:
            tenant: Whose books.
            year: Which fiscal year.
            load_id: The load of the period.
            source: Where it came from.
            digest: Of all that is published of the year now.
            voucher_count: Vouchers of the year now.
            posting_count: Postings of the year now.
            reason: What is warned of.
            run_id: The run that says so.
            token: The caller's lease token; refused once somebody has a higher one.

        Raises:
            UnknownTenant: The hub has no such tenant.
            LeaseLost: A later holder has the unit.
        """
        counts = {"voucher_count": voucher_count, "posting_count": posting_count}
        with self._database.writing(tenant=tenant) as connection:
            require(connection, tenant)
            now = self._database.now()
            found = find(connection, tenant, year)
            old = found or UnitStatus(tenant, year.key, UnitState.PUBLISHED, now)
            _refuse_late(connection, old, token, run_id=run_id)
            load = replace(
                old,
                status=UnitState.PUBLISHED,
                reason=cut(reason),
                load_id=load_id,
                source=source,
                digest=digest,
                run_id=run_id,
                updated_at=now,
                lease_token=old.lease_token if token is None else token,
            )
            owner = _owner(load, connection, is_whole_year=False)
            good = _published(load, counts, owner=owner)
            is_settled = old.status in SIDE_STATES | {UnitState.PUBLISHED}
            new = good if is_settled else _with(good, _of_year(old))
            write(connection, new)
            acceptances.end_of_published(connection, Unit(tenant, year), at=now)
            self._log(connection, good, before=found)
        return new

    def set_damage(self, tenant: str, year: FiscalYear, finding: str, *, because: str = "") -> None:
        """Say what is wrong with a year's published rows, or with an empty finding that nothing is.

        It is logged when that is news.

        Args:
            tenant: Whose books.
            year: Which fiscal year.
            finding: What was found.
            because: Why nothing is wrong any more.
        """
        with self._database.writing(tenant=tenant) as connection:
            unit = find(connection, tenant, year)
            if unit is None or unit.damage == cut(finding):
                return
            here = and_(models.unit.c.tenant == tenant, models.unit.c.fiscal_year == year.key)
            connection.execute(update(models.unit).where(here).values(damage=cut(finding)))
            self._events.record(
                connection,
                "damage",
                finding or because,
                tenant=tenant,
                fiscal_year=year.key,
                load_id=unit.published_load_id,
            )

    def find(self, tenant: str, year: FiscalYear) -> UnitStatus | None:
        """Return the unit's status, None when nothing was ever said of it."""
        with self._database.reading() as connection:
            return find(connection, tenant, year)

    def of_tenant(self, tenant: str) -> list[UnitStatus]:
        """Return the tenant's units in order of fiscal year."""
        with self._database.reading() as connection:
            return of_tenant(connection, tenant)

    def published_of(self, tenant: str) -> list[UnitStatus]:
        """Return the tenant's units of which something is published, in order of fiscal year."""
        return [unit for unit in self.of_tenant(tenant) if unit.published_digest]

    def in_states(self, states: Collection[UnitState]) -> list[UnitStatus]:
        """Return the units of all tenants that are in one of the states."""
        with self._database.reading() as connection:
            return _where(connection, models.unit.c.status.in_(states))

    def fail_run(self, run_id: str, *, reason: str) -> list[UnitStatus]:
        """Mark as failed what a dead run left in a working state, and return those units."""
        mine = and_(models.unit.c.run_id == run_id, models.unit.c.status.in_(WORKING))
        with self._database.writing() as connection:
            left = _where(connection, mine) if run_id else []
            return [self._fail(connection, unit, cut(reason)) for unit in left]

    def _fail(self, connection: Connection, unit: UnitStatus, reason: str) -> UnitStatus:
        now = self._database.now()
        failed = replace(unit, status=UnitState.FAILED, reason=reason, updated_at=now)
        write(connection, failed)
        self._log(connection, failed, before=unit)
        return failed

    def _log(self, connection: Connection, new: UnitStatus, *, before: UnitStatus | None) -> None:
        old = before.status if before else "new"
        message = f"{old} -> {new.status}" + (f": {new.reason}" if new.reason else "")
        self._events.record(
            connection,
            "status",
            message,
            tenant=new.tenant,
            fiscal_year=new.fiscal_year,
            run_id=new.run_id,
            load_id=new.load_id,
        )


def find(connection: Connection, tenant: str, year: FiscalYear) -> UnitStatus | None:
    """Return the unit's status within a transaction."""
    here = and_(models.unit.c.tenant == tenant, models.unit.c.fiscal_year == year.key)
    return next(iter(_where(connection, here)), None)


def of_tenant(connection: Connection, tenant: str) -> list[UnitStatus]:
    """Return the tenant's units within a transaction, in order of fiscal year."""
    return _where(connection, models.unit.c.tenant == tenant)


def write(connection: Connection, unit: UnitStatus) -> None:
    """Insert or replace the row of one unit; the load in hand takes over its status."""
    table = models.unit
    here = and_(table.c.tenant == unit.tenant, table.c.fiscal_year == unit.fiscal_year)
    if not connection.execute(update(table).where(here).values(vars(unit))).rowcount:
        connection.execute(insert(table).values(vars(unit)))
    load_in_hand = models.load.c.load_id == unit.load_id
    connection.execute(update(models.load).where(load_in_hand).values(status=unit.status))
    # An open hold that is judged again stays held for its reason until it comes to an end.
    speaks = load_in_hand
    if unit.status not in _ENDS | {UnitState.REJECTED}:
        speaks = and_(load_in_hand, ~models.load.c.is_open)
    connection.execute(update(models.load).where(speaks).values(reason=unit.reason))


def forget(connection: Connection, unit: UnitStatus) -> None:
    """Take away the row of a unit that the tenant never had; its loads and events stay."""
    table = models.unit.c
    here = and_(table.tenant == unit.tenant, table.fiscal_year == unit.fiscal_year)
    connection.execute(delete(models.unit).where(here))


def _where(connection: Connection, condition: ColumnElement[bool]) -> list[UnitStatus]:
    table = models.unit
    query = select(table).where(condition).order_by(table.c.tenant, table.c.fiscal_year)
    return [UnitStatus(**row._asdict()) for row in connection.execute(query)]


def _refuse_impossible(old: UnitStatus, new: UnitState, *, is_new: bool) -> None:
    if not may_follow(new, None if is_new else old.status):
        raise StatusImpossible(
            tenant=old.tenant,
            fiscal_year=old.fiscal_year,
            is_now="unknown" if is_new else old.status,
            wanted=new,
        )


def _refuse_late(
    connection: Connection, old: UnitStatus, token: int | None, *, run_id: str
) -> None:
    resource = unit_resource(old.tenant, old.year)
    latest = max(old.lease_token, latest_token(connection, resource))
    if token is not None and token < latest:
        raise LeaseLost(resource, holder=run_id or "this run", token=token)


def _of_load(old: UnitStatus, status: UnitState, facts: dict[str, str]) -> UnitStatus:
    """Keep what is known of the load in hand; a fetch and another load begin with nothing."""
    is_other = bool(facts["load_id"]) and facts["load_id"] != old.load_id
    begins = status is UnitState.FETCHING or is_other
    kept = replace(old, load_id="", source="", digest="", run_id="") if begins else old
    return _with(kept, {name: value for name, value in facts.items() if value})


def _owner(unit: UnitStatus, connection: Connection, *, is_whole_year: bool) -> str:
    """Return whose the ledger of the year is once the load in hand is published."""
    if loads.is_refresh(connection, unit.load_id):
        return unit.ledger_source
    return unit.source if is_whole_year else unit.ledger_source or unit.source


def _of_year(unit: UnitStatus) -> dict[str, object]:
    """Return what a status says of the load of the whole year that is in hand."""
    names = ("status", "reason", "load_id", "source", "digest", "run_id", "updated_at")
    return {name: getattr(unit, name) for name in names}


def _published(unit: UnitStatus, counts: Mapping[str, int | None], *, owner: str) -> UnitStatus:
    """Take the load in hand for the last good one; counts that were not said stay."""
    good = replace(
        unit,
        last_published_at=unit.updated_at,
        published_load_id=unit.load_id,
        published_digest=unit.digest,
        published_source=unit.source,
        ledger_source=owner,
    )
    return _with(good, {name: count for name, count in counts.items() if count is not None})


def _with(unit: UnitStatus, values: Mapping[str, object]) -> UnitStatus:
    return UnitStatus(**{**vars(unit), **values})
