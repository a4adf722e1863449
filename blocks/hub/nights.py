"""Nights: what each came to for each tenant's books in each system, exactly once (decision 0041).

Which tenants a night has, and in which shard, is written in one transaction when it begins. A row
is then moved on by whoever works on it, and only from where that one found it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.events import cut
from blocks.hub.states import NightState
from blocks.hub.tenants import require
from ledger.outcome import Outcome

ROW, ZONE, OUTAGE = models.night_tenant, models.night_zone, models.night_outage

MAX_ROWS: Final = 100_000
"""Most rows that one question returns; a night of ten thousand tenants has about as many."""


@dataclass(frozen=True)
class Member:
    """A tenant's books in one system, in one shard of a night."""

    tenant: str
    system: str
    shard: int


@dataclass(frozen=True)
class NightRow:
    """What a night came to so far. `outcome`: of `ledger.outcome`, empty until there is one.

    `run_id`: who said so last; of what was handed on, the tenant's own run. `deaths`: how often a
    shard died while it looked. `took_s`: of the look, or of the own run.
    """

    tenant: str
    system: str
    night: dt.date
    zone: str
    shard: int
    state: NightState
    updated_at: dt.datetime
    outcome: str = ""
    reason: str = ""
    run_id: str = ""
    deaths: int = 0
    calls: int = 0
    took_s: float = 0.0
    held_since: dt.datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done, or to be done again."""
        return self.state is not NightState.ENDED or self.outcome == Outcome.FAILED


class Nights:
    """The rows of all nights."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, zone: str, night: dt.date, members: Iterable[Member]) -> bool:
        """Write down who is in a night; one that has begun stays as it is, and is False."""
        now = self._database.now()
        with self._database.writing() as connection:
            here = and_(ZONE.c.zone == zone, ZONE.c.night == night)
            if connection.execute(select(ZONE.c.night).where(here)).first():
                return False
            head = {"zone": zone, "night": night, "begun_at": now}
            connection.execute(insert(ZONE).values(head))
            # A run that somebody started for this night by hand may have written its row already.
            written = select(ROW.c.tenant, ROW.c.system).where(ROW.c.night == night)
            known = {tuple(row) for row in connection.execute(written)}
            rows = [
                vars(NightRow(one.tenant, one.system, night, zone, one.shard, _WAITING, now))
                for one in members
                if (one.tenant, one.system) not in known
            ]
            if rows:
                connection.execute(insert(ROW), rows)
        return True

    def find(self, tenant: str, system: str, night: dt.date) -> NightRow | None:
        """Return a row, None when the night does not have it."""
        with self._database.reading() as connection:
            return _find(connection, tenant, system, night)

    def of_shard(self, zone: str, night: dt.date, shard: int) -> list[NightRow]:
        """Return the rows of a shard in order of tenant."""
        return self._listed(ROW.c.night == night, ROW.c.zone == zone, ROW.c.shard == shard)

    def of_night(self, night: dt.date) -> list[NightRow]:
        """Return the rows of a night, of all zones, in order of tenant."""
        return self._listed(ROW.c.night == night)

    def latest(self) -> dt.date | None:
        """Return the night that began last."""
        query = select(ZONE.c.night).order_by(ZONE.c.night.desc()).limit(1)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def take(self, row: NightRow, *, run_id: str) -> NightRow | None:
        """Take a row in hand; None when there is nothing left to do about it.

        One that was in hand already is so because a shard died with it. What was handed on is
        returned as it is: its run is to be made.
        """
        with self._database.writing(tenant=row.tenant) as connection:
            found = _find(connection, row.tenant, row.system, row.night)
            if found is None or not found.is_open:
                return None
            if found.state is NightState.HANDED_ON:
                return found
            died = found.state is NightState.LOOKING
            taken = {"state": NightState.LOOKING, "run_id": run_id, "outcome": ""}
            self._write(connection, found, taken | {"deaths": found.deaths + died})
            return _find(connection, row.tenant, row.system, row.night)

    def put_back(self, row: NightRow, *, reason: str) -> bool:
        """Let a row that is in hand wait again; say whether it was in hand."""
        return self._moved(row, {"state": NightState.WAITING, "reason": cut(reason)})

    def hand_on(self, row: NightRow, *, reason: str, calls: int = 0, took_s: float = 0.0) -> bool:
        """Say that a row that is in hand is for a run of its own; say whether it was in hand."""
        handed = {"state": NightState.HANDED_ON, "reason": cut(reason), "run_id": ""}
        return self._moved(row, {**handed, "calls": calls, "took_s": took_s})

    def handed_to(self, row: NightRow, *, run_id: str) -> bool:
        """Note the run of what was handed on; False when that has ended by now."""
        return self._moved(row, {"run_id": run_id}, state=NightState.HANDED_ON)

    def settle(
        self,
        row: NightRow,
        outcome: Outcome,
        *,
        reason: str = "",
        calls: int = 0,
        took_s: float = 0.0,
        held_since: dt.datetime | None = None,
    ) -> bool:
        """Write what a look came to; False when somebody else has meanwhile."""
        what = {"calls": calls, "took_s": took_s, "held_since": held_since}
        end = {"state": NightState.ENDED, "outcome": str(outcome), "reason": cut(reason)}
        return self._moved(row, {**end, **what})

    def end(
        self,
        tenant: str,
        system: str,
        night: dt.date,
        outcome: Outcome,
        *,
        reason: str = "",
        run_id: str = "",
        took_s: float = 0.0,
    ) -> None:
        """Write what a run of its own came to; it is the last to know, so it always may."""
        end: dict[str, Any] = {
            "state": NightState.ENDED,
            "outcome": str(outcome),
            "reason": cut(reason),
            "run_id": run_id,
            "took_s": took_s,
            "held_since": None,
        }
        with self._database.writing(tenant=tenant) as connection:
            zone = require(connection, tenant).time_zone
            now = self._database.now()
            new = NightRow(tenant, system, night, zone, 0, NightState.ENDED, now)
            if not self._write(connection, new, end):
                connection.execute(insert(ROW).values(vars(new) | end))

    def fail_run(self, run_id: str, *, reason: str) -> int:
        """Say of what a run of its own left without an outcome that it failed; count it."""
        mine = and_(ROW.c.run_id == run_id, ROW.c.state == NightState.HANDED_ON)
        end = {
            "state": NightState.ENDED,
            "outcome": str(Outcome.FAILED),
            "reason": cut(reason),
            "updated_at": self._database.now(),
        }
        if not run_id:
            return 0
        with self._database.writing() as connection:
            return connection.execute(update(ROW).where(mine).values(end)).rowcount

    def tell_outage(self, system: str, night: dt.date) -> bool:
        """Note an outage of a system; say whether it is the first of the night, to be told."""
        with self._database.writing() as connection:
            here = and_(OUTAGE.c.system == system, OUTAGE.c.night == night)
            if connection.execute(select(OUTAGE.c.system).where(here)).first():
                return False
            row = {"system": system, "night": night, "began_at": self._database.now()}
            connection.execute(insert(OUTAGE).values(row))
        return True

    def prune(self, *, older_than: dt.timedelta) -> int:
        """Forget the nights before that, and say how many rows there were."""
        before = (self._database.now() - older_than).date()
        with self._database.writing() as connection:
            for table in (ZONE, OUTAGE):
                connection.execute(delete(table).where(table.c.night < before))
            return connection.execute(delete(ROW).where(ROW.c.night < before)).rowcount

    def _listed(self, *conditions: ColumnElement[bool]) -> list[NightRow]:
        query = select(ROW).where(*conditions).order_by(ROW.c.tenant, ROW.c.system)
        with self._database.reading() as connection:
            rows: Sequence[Any] = connection.execute(query.limit(MAX_ROWS)).all()
        return [NightRow(**row._asdict()) for row in rows]

    def _moved(
        self, row: NightRow, values: dict[str, Any], *, state: NightState = NightState.LOOKING
    ) -> bool:
        """Change a row that is in a state; say whether it was."""
        with self._database.writing(tenant=row.tenant) as connection:
            return self._write(connection, row, values, ROW.c.state == state)

    def _write(
        self,
        connection: Connection,
        row: NightRow,
        values: dict[str, Any],
        *conditions: ColumnElement[bool],
    ) -> bool:
        here = (_here(row.tenant, row.system, row.night), *conditions)
        stated = {**values, "updated_at": self._database.now()}
        return bool(connection.execute(update(ROW).where(*here).values(stated)).rowcount)


_WAITING: Final = NightState.WAITING


def _find(connection: Connection, tenant: str, system: str, night: dt.date) -> NightRow | None:
    query = select(ROW).where(_here(tenant, system, night))
    row = connection.execute(query).one_or_none()
    return None if row is None else NightRow(**row._asdict())


def _here(tenant: str, system: str, night: dt.date) -> ColumnElement[bool]:
    return and_(ROW.c.tenant == tenant, ROW.c.system == system, ROW.c.night == night)
