"""Loads: each attempt to bring a unit up to date, and what the controls said about it.

The findings of a load outlive its run, so that a held one can be shown, judged and accepted later.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, delete, func, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.events import cut
from blocks.hub.load_ids import new_load_id
from blocks.hub.refusals import LoadIdTaken, UnknownLoad
from blocks.hub.states import WHOLE_YEAR, UnitState
from blocks.hub.tenants import require
from ledger.acceptance import is_foreign
from ledger.controls import MAX_BREAKS_KEPT, Break, ControlResult, warned_in_words
from ledger.fiscal_year import FiscalYear
from ledger.rollback import Rollback

MAX_LOADS: Final = 200
"""Most loads one question returns, newest first."""


@dataclass(frozen=True)
class Load:
    """One attempt to load a unit from a source.

    `source_kind` is the source's own (``4E`` for SIE), `digest` the staged rows' version,
    `stage_folder` where they lie, `landed_sha256` the bytes they came from. `asked_sha256` are the
    bytes of all that the source was asked beside them, `evidence_sha256` the hash of the part that
    it is asked every time (empty: nothing). `coverage` is that of `blocks.staging`: only a whole
    year has a say in its unit's status. `organisation_number` and `error_count` (damaged places)
    are the source's. `dated`: when its books are of (`ledger.file_order`). `is_refresh`: the year
    stays whose it was (`UnitStatus.ledger_source`). `reason`: of the status. `is_open`: something
    is still to be done about it: a hold waits for a person (`blocks.hub.holds`), a load of less
    than a year for its verdict (`blocks.hub.side_loads`). `passed_by`: the version of the controls
    by which nothing held it, empty until then.
    """

    tenant: str
    fiscal_year: str
    source: str
    source_kind: str = ""
    landed_sha256: str = ""
    evidence_sha256: str = ""
    asked_sha256: str = ""
    stage_folder: str = ""
    digest: str = ""
    status: UnitState = UnitState.STAGED
    run_id: str = ""
    coverage: str = WHOLE_YEAR
    organisation_number: str = ""
    error_count: int = 0
    dated: str = ""
    is_refresh: bool = False
    reason: str = ""
    is_open: bool = False
    """Set by the hub."""
    passed_by: str = ""
    """Set by `Loads.passed`."""
    rollback_to: str = ""
    """Of a load that brings an earlier one back, as the three below (`Load.rollback`)."""
    rollback_number: int = 0
    rollback_by: str = ""
    rollback_reason: str = ""
    load_id: str = ""
    """Given by the hub when empty."""
    created_at: dt.datetime | None = None
    """Set by the hub."""

    @property
    def year(self) -> FiscalYear:
        """The fiscal year as the ledger's value."""
        return FiscalYear.parse(self.fiscal_year)

    @property
    def rollback(self) -> Rollback | None:
        """The decision by which it brings an earlier load back; None of any other load."""
        if not self.rollback_to:
            return None
        return Rollback(
            self.rollback_to, self.rollback_number, self.rollback_by, self.rollback_reason
        )

    @property
    def judged_date(self) -> str:
        """When its books are of, as it is judged: what a person asked for is never too old."""
        return "" if self.rollback_to else self.dated

    def is_as(self, other: Load) -> bool:
        """Return whether a judgement of the other load is one of this load too.

        That is so when all that the controls were shown is the same: the rows, whose they are, how
        much of the year they cover, how much of the source was damaged, what it was asked.
        """
        return self._shown == other._shown

    @property
    def _shown(self) -> tuple[object, ...]:
        return (
            self.tenant,
            self.fiscal_year,
            self.digest,
            self.organisation_number,
            self.coverage,
            self.error_count,
            self.evidence_sha256,
        )


class Loads:
    """The loads and their findings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, load: Load) -> Load:
        """Remember a load; the same id again (a resumed run) replaces what was said of it.

        Raises:
            UnknownTenant: The hub has no such tenant.
            Refused: The id belongs to a load of another unit.
        """
        now = self._database.now()
        with self._database.writing(tenant=load.tenant) as connection:
            require(connection, load.tenant)
            old = _find(connection, load.load_id) if load.load_id else None
            _refuse_other_unit(old, load)
            new = replace(
                load,
                load_id=load.load_id or new_load_id(now),
                created_at=old.created_at if old else now,
                is_open=load.coverage != WHOLE_YEAR,
                organisation_number=load.organisation_number[: models.NAME_CHARS],
                passed_by="",
            )
            here = models.load.c.load_id == new.load_id
            query = update(models.load).where(here) if old else insert(models.load)
            connection.execute(query.values(vars(new)))
        return new

    def get(self, load_id: str) -> Load:
        """Return the load.

        Raises:
            Refused: There is none of that id.
        """
        with self._database.reading() as connection:
            return required(connection, load_id)

    def find(self, load_id: str) -> Load | None:
        """Return the load, None when the hub does not know it (any more)."""
        with self._database.reading() as connection:
            return _find(connection, load_id)

    def named(self, load_ids: Collection[str]) -> dict[str, Load]:
        """Return the loads of these ids, by id, as far as the hub knows them."""
        query = select(models.load).where(models.load.c.load_id.in_(load_ids))
        with self._database.reading() as connection:
            return {row.load_id: Load(**row._asdict()) for row in connection.execute(query)}

    def published(self, tenant: str, year: FiscalYear) -> Load | None:
        """Return the load by which the unit was last published, or found to be; None without one.

        The warehouse may name an earlier load of the same rows: one that changes nothing is judged
        and remembered here alone.
        """
        load, unit = models.load, models.unit.c
        query = (
            select(load)
            .join_from(load, models.unit, unit.published_load_id == load.c.load_id)
            .where(unit.tenant == tenant, unit.fiscal_year == year.key)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Load(**row._asdict())

    def passed(self, load_id: str, *, passed_by: str) -> None:
        """Remember by which version of the controls nothing holds a load."""
        here = models.load.c.load_id == load_id
        with self._database.writing() as connection:
            connection.execute(update(models.load).where(here).values(passed_by=passed_by))

    def restaged(self, load_id: str, *, stage_folder: str, digest: str) -> None:
        """Remember where a load lies that was staged anew, and its rows' version."""
        here = models.load.c.load_id == load_id
        stage = {"stage_folder": stage_folder, "digest": digest}
        with self._database.writing() as connection:
            connection.execute(update(models.load).where(here).values(stage))

    def of_unit(self, tenant: str, year: FiscalYear, *, limit: int = MAX_LOADS) -> list[Load]:
        """Return the loads of a unit, newest first, at most `limit` (and `MAX_LOADS`)."""
        table = models.load
        query = (
            select(table)
            .where(table.c.tenant == tenant, table.c.fiscal_year == year.key)
            .order_by(table.c.created_at.desc(), table.c.load_id.desc())
            .limit(min(limit, MAX_LOADS))
        )
        return self._listed(query)

    def of_landed(self, tenant: str, hashes: Collection[str]) -> list[Load]:
        """Return the loads of a tenant that were made of these bytes, oldest first."""
        table = models.load
        query = (
            select(table)
            .where(table.c.tenant == tenant, table.c.landed_sha256.in_(hashes))
            .order_by(table.c.created_at, table.c.load_id)
        )
        return self._listed(query)

    def received(self, tenant: str) -> set[str]:
        """Return the hashes of all that loads of a tenant were made of, and asked beside it."""
        table = models.load
        named = (table.c.landed_sha256, table.c.asked_sha256, table.c.evidence_sha256)
        with self._database.reading() as connection:
            rows = connection.execute(select(*named).where(table.c.tenant == tenant).distinct())
            return {sha256 for row in rows for sha256 in row if sha256}

    def open_of(self, tenant: str) -> list[Load]:
        """Return what is open of a tenant: holds, and what stands unsettled beside a unit."""
        table = models.load
        query = select(table).where(table.c.is_open, table.c.tenant == tenant)
        return self._listed(query)

    def save_results(self, load_id: str, results: Sequence[ControlResult]) -> None:
        """Remember what the controls said about a load, in the place of what they said before.

        At most `MAX_BREAKS_KEPT` breaks of a control are kept; the count stays that of all.

        Raises:
            Refused: There is no load of that id.
        """
        with self._database.writing() as connection:
            tenant = required(connection, load_id).tenant
            _forget_results(connection, [load_id])
            key = {"tenant": tenant, "load_id": load_id}
            _insert(connection, models.control_result, (key | row for row in _results(results)))
            _insert(connection, models.control_break, (key | row for row in _breaks(results)))

    def results(self, load_id: str) -> list[ControlResult]:
        """Return what the controls said about a load, in the order they were given."""
        with self._database.reading() as connection:
            return results(connection, load_id)

    def judged(self, load: Load) -> Load | None:
        """Return the published load whose findings speak for one that changed nothing.

        It has the same rows and was judged; what was held with them meanwhile does not speak.
        """
        with self._database.reading() as connection:
            return judged(connection, load.tenant, load.fiscal_year, digest=load.digest)

    def judged_of_unit(self, tenant: str, year: FiscalYear) -> Load | None:
        """Return the load whose findings speak for what is published of a unit."""
        published = self.published(tenant, year)
        return self.judged(published) if published else None

    def prune_results(self, *, older_than: dt.timedelta) -> int:
        """Forget the findings of old loads that no unit speaks of, and say of how many loads.

        The latest load of a unit and the published one keep theirs, and so does what is open. So
        does the last one that was judged and published: later ones may have changed nothing.
        """
        unit, load = models.unit.c, models.load
        with self._database.writing() as connection:
            judged = (
                select(func.max(load.c.load_id))
                .where(
                    load.c.status == UnitState.PUBLISHED,
                    load.c.load_id.in_(select(models.control_result.c.load_id)),
                )
                .group_by(load.c.tenant, load.c.fiscal_year)
            )
            spoken_of = select(unit.load_id).union(select(unit.published_load_id), judged)
            old = select(load.c.load_id).where(
                load.c.created_at < self._database.now() - older_than,
                ~load.c.is_open,
                load.c.load_id.not_in(spoken_of),
                load.c.load_id.in_(select(models.control_result.c.load_id)),
            )
            load_ids = list(connection.execute(old).scalars())
            _forget_results(connection, load_ids)
        return len(load_ids)

    def _listed(self, query: Select[Any]) -> list[Load]:
        with self._database.reading() as connection:
            return [Load(**row._asdict()) for row in connection.execute(query)]


def required(connection: Connection, load_id: str) -> Load:
    """Return the load within a transaction, or raise `Refused`."""
    if found := _find(connection, load_id):
        return found
    raise UnknownLoad(load_id=load_id)


def has_passed(connection: Connection, load_id: str) -> bool:
    """Say within a transaction whether the controls have let a load pass."""
    load = _find(connection, load_id) if load_id else None
    return load is not None and load.passed_by != ""


def is_refresh(connection: Connection, load_id: str) -> bool:
    """Say within a transaction whether a load leaves its year whose it was."""
    load = _find(connection, load_id) if load_id else None
    return load is not None and load.is_refresh


def judged(connection: Connection, tenant: str, year: str, *, digest: str) -> Load | None:
    """Return within a transaction the published load whose findings speak for these rows."""
    table = models.load
    query = (
        select(table)
        .where(
            table.c.tenant == tenant,
            table.c.fiscal_year == year,
            table.c.digest == digest,
            table.c.status == UnitState.PUBLISHED,
            table.c.load_id.in_(select(models.control_result.c.load_id)),
        )
        .order_by(table.c.load_id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Load(**row._asdict())


def warned(connection: Connection, tenant: str, year: str, *, digest: str) -> str:
    """Say within a transaction what the status of these published rows warns of."""
    load = judged(connection, tenant, year, digest=digest)
    return cut(warned_in_words(results(connection, load.load_id))) if load else ""


def results(connection: Connection, load_id: str) -> list[ControlResult]:
    """Return what the controls said about a load, within a transaction."""
    breaks: dict[int, list[Break]] = {}
    for position, item in _stored_breaks(connection, load_id):
        breaks.setdefault(position, []).append(item)
    table = models.control_result
    query = select(table).where(table.c.load_id == load_id).order_by(table.c.position)
    return [
        ControlResult(
            control=row.control,
            severity=row.severity,
            outcome=row.outcome,
            reason=row.reason,
            breaks=tuple(breaks.get(row.position, ())),
            break_count=row.break_count,
            set_fingerprint=row.set_fingerprint,
        )
        for row in connection.execute(query)
    ]


def settle_holds(connection: Connection, tenant: str, year: FiscalYear, *, held: str = "") -> None:
    """Close a unit's hold, since a later load of the whole year has come to its end.

    Another company's books take the place of nothing: what was held before them is still missing.

    Args:
        connection: A transaction that may write.
        tenant: Whose unit.
        year: Which fiscal year.
        held: The load that is held from now on; empty means none.
    """
    table = models.load
    of_year = (table.c.tenant == tenant, table.c.fiscal_year == year.key)
    is_hold = (table.c.is_open, table.c.coverage == WHOLE_YEAR)
    others = select(table.c.load_id).where(*of_year, *is_hold, table.c.load_id != held)
    open_loads = list(connection.execute(others).scalars())
    if held and is_foreign(results(connection, held)):
        open_loads = [one for one in open_loads if is_foreign(results(connection, one))]
    closed = table.c.load_id.in_(open_loads)
    connection.execute(update(table).where(closed).values(is_open=False))
    connection.execute(update(table).where(*of_year, table.c.load_id == held).values(is_open=True))


def _stored_breaks(connection: Connection, load_id: str) -> Iterator[tuple[int, Break]]:
    table = models.control_break
    query = select(table).where(table.c.load_id == load_id)
    for row in connection.execute(query.order_by(table.c.result_position, table.c.position)):
        values = row._asdict()
        position = values.pop("result_position")
        for name in ("tenant", "load_id", "position"):
            del values[name]
        yield position, Break(**values)


def _find(connection: Connection, load_id: str) -> Load | None:
    query = select(models.load).where(models.load.c.load_id == load_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else Load(**row._asdict())


def _refuse_other_unit(old: Load | None, new: Load) -> None:
    if old and (old.tenant, old.fiscal_year) != (new.tenant, new.fiscal_year):
        raise LoadIdTaken(
            load_id=new.load_id,
            tenant_there=old.tenant,
            fiscal_year_there=old.fiscal_year,
            tenant=new.tenant,
            fiscal_year=new.fiscal_year,
        )


def _results(results: Sequence[ControlResult]) -> Iterator[dict[str, object]]:
    for position, result in enumerate(results):
        yield {
            "position": position,
            "control": result.control,
            "severity": result.severity,
            "outcome": result.outcome,
            "reason": cut(result.reason),
            "break_count": max(result.break_count, len(result.breaks)),
            "set_fingerprint": result.set_fingerprint,
        }


def _breaks(results: Sequence[ControlResult]) -> Iterator[dict[str, object]]:
    for result_position, result in enumerate(results):
        for position, item in enumerate(result.breaks[:MAX_BREAKS_KEPT]):
            yield {"result_position": result_position, "position": position, **vars(item)}


def _insert(connection: Connection, table: Table, rows: Iterable[dict[str, object]]) -> None:
    if batch := list(rows):
        connection.execute(insert(table), batch)


def _forget_results(connection: Connection, load_ids: Sequence[str]) -> None:
    for table in (models.control_break, models.control_result):
        for load_id in load_ids:
            connection.execute(delete(table).where(table.c.load_id == load_id))
