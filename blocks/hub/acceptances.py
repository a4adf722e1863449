"""Acceptances: what a person lets pass, always starting from a load that was shown to them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from blocks.hub import loads, models
from blocks.hub.database import Database
from blocks.hub.events import Events, cut
from blocks.hub.loads import Load
from blocks.hub.refusals import (
    AcceptanceEnded,
    AcceptanceIncomplete,
    BreaksUnseen,
    NothingBlocks,
    OtherCompany,
    UnknownAcceptance,
    UnknownBreak,
)
from ledger.acceptance import LASTING, OF_ONE_LOAD, Acceptance, acceptable, is_foreign, unaccepted
from ledger.controls import Break, ControlResult
from ledger.fiscal_year import FiscalYear
from ledger.text import is_explained, number_of
from ledger.unit import Unit


class Acceptances:
    """Gives and withdraws acceptances, and says what is still open."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def accept(
        self,
        load_id: str,
        *,
        reason: str,
        accepted_by: str,
        control: str = "",
        fingerprints: Collection[str] = (),
        expires_at: dt.datetime | None = None,
    ) -> list[Acceptance]:
        """Accept breaks that hold a load: all, those of one control, or those named.

        Nothing is accepted unless everything asked for can be.

        Args:
            load_id: The load whose findings the person has seen.
            reason: Why it is right to publish nevertheless; never empty.
            accepted_by: Who decides.
            control: Only this control's breaks; empty means of every control that blocks.
            fingerprints: Only these breaks; empty means all.
            expires_at: When the acceptance ends even if the break stays the same.

        Raises:
            Refused: No reason or no person, an expiry in the past, nothing that blocks, another
                company's books, a fingerprint that the load has not, or a control whose breaks are
                not all known.
        """
        now = self._database.now()
        _refuse_empty(reason, accepted_by, expires_at=expires_at, now=now)
        with self._database.writing() as connection:
            load = loads.required(connection, load_id)
            results = loads.results(connection, load_id)
            _refuse_foreign(results, load)
            blocking = _blocking(results, control, load_id=load_id)
            given = [
                Acceptance(
                    tenant=load.tenant,
                    fiscal_year="" if result.control in LASTING else load.fiscal_year,
                    control=result.control,
                    fingerprint=fingerprint,
                    occurrences=occurrences,
                    expected=item.expected if item else None,
                    actual=item.actual if item else None,
                    difference=item.difference if item else None,
                    reason=cut(reason.strip()),
                    accepted_by=accepted_by.strip(),
                    accepted_at=now,
                    expires_at=expires_at,
                    load_id=load_id,
                )
                for result, fingerprint, occurrences, item in _asked(blocking, fingerprints)
            ]
            _refuse_unknown(fingerprints, given)
            saved = [_save(connection, item) for item in given]
            for of_control in _by_control(saved):
                count = number_of(sum(item.occurrences for item in of_control), "break")
                first = of_control[0]
                what = f"({count}) accepted by {first.accepted_by}: {first.reason}"
                self._log(connection, first, what)
        return saved

    def of_unit(
        self, tenant: str, year: FiscalYear, *, at: dt.datetime | None = None
    ) -> list[Acceptance]:
        """Return the acceptances that speak for a unit at a moment (now, unless given)."""
        with self._database.reading() as connection:
            of_year = models.acceptance.c.fiscal_year.in_([year.key, ""])
            return _found(connection, tenant, and_(of_year, _speaks(at or self._database.now())))

    def of_load(self, load: Load) -> list[Acceptance]:
        """Return what speaks for a load: what is valid of its year, and what ended with it."""
        table = models.acceptance
        used = and_(table.c.load_id == load.load_id, table.c.control.in_(OF_ONE_LOAD))
        of_year = table.c.fiscal_year.in_([load.fiscal_year, ""])
        with self._database.reading() as connection:
            speaks = or_(_speaks(self._database.now()), used)
            return _found(connection, load.tenant, and_(of_year, speaks))

    def of_tenant(self, tenant: str) -> list[Acceptance]:
        """Return all acceptances of a tenant that are valid now, oldest first."""
        with self._database.reading() as connection:
            return _found(connection, tenant, _speaks(self._database.now()))

    def unaccepted(
        self, tenant: str, year: FiscalYear, results: Iterable[ControlResult]
    ) -> list[ControlResult]:
        """Return what still holds a load with these results; empty means it may be published."""
        now = self._database.now()
        return unaccepted(results, self.of_unit(tenant, year, at=now), at=now)

    def withdraw(self, acceptance_id: int, *, reason: str, withdrawn_by: str) -> None:
        """End an acceptance now; it stays on record.

        Raises:
            Refused: No reason or no person is given, or no such acceptance is valid.
        """
        now = self._database.now()
        _refuse_empty(reason, withdrawn_by, expires_at=None, now=now)
        table = models.acceptance
        with self._database.writing() as connection:
            query = select(table).where(table.c.id == acceptance_id)
            row = connection.execute(query).one_or_none()
            if row is None or not Acceptance(**row._asdict()).is_valid(now):
                raise UnknownAcceptance(acceptance_id=acceptance_id)
            connection.execute(
                update(table).where(table.c.id == acceptance_id).values(expires_at=now)
            )
            self._log(
                connection,
                Acceptance(**row._asdict()),
                f"(acceptance {acceptance_id}) withdrawn by {withdrawn_by.strip()}: {reason}",
            )

    def _log(self, connection: Connection, item: Acceptance, what: str) -> None:
        self._events.record(
            connection,
            "acceptance",
            f"{item.control} {what}",
            tenant=item.tenant,
            fiscal_year=item.fiscal_year,
            load_id=item.load_id,
        )


def _save(connection: Connection, item: Acceptance) -> Acceptance:
    row = {name: value for name, value in vars(item).items() if name != "id"}
    query = insert(models.acceptance).values(row).returning(models.acceptance.c.id)
    return replace(item, id=connection.execute(query).scalar_one())


def _by_control(given: Iterable[Acceptance]) -> list[list[Acceptance]]:
    groups: dict[str, list[Acceptance]] = defaultdict(list)
    for item in given:
        groups[item.control].append(item)
    return list(groups.values())


def end_of_load(connection: Connection, load_id: str, *, at: dt.datetime) -> None:
    """End within a transaction what was accepted of a load: whoever refuses it takes it back."""
    _end(connection, models.acceptance.c.load_id == load_id, at=at)


def end_of_published(connection: Connection, unit: Unit, *, at: dt.datetime) -> None:
    """End within a transaction what was accepted of one load alone: something is published now."""
    table = models.acceptance
    of_year = and_(table.c.tenant == unit.tenant, table.c.fiscal_year == unit.year.key)
    _end(connection, and_(of_year, table.c.control.in_(OF_ONE_LOAD)), at=at)


def _end(connection: Connection, which: ColumnElement[bool], *, at: dt.datetime) -> None:
    connection.execute(update(models.acceptance).where(which, _speaks(at)).values(expires_at=at))


def _speaks(at: dt.datetime) -> ColumnElement[bool]:
    end = models.acceptance.c.expires_at
    return or_(end.is_(None), end > at)


def _refuse_empty(
    reason: str, person: str, *, expires_at: dt.datetime | None, now: dt.datetime
) -> None:
    if not is_explained(reason, who=person):
        raise AcceptanceIncomplete
    if expires_at is not None and expires_at <= now:
        raise AcceptanceEnded(expires_at=f"{expires_at:%Y-%m-%d %H:%M} UTC")


def _refuse_foreign(results: Iterable[ControlResult], load: Load) -> None:
    if is_foreign(results):
        raise OtherCompany(load_id=load.load_id, tenant=load.tenant)


def _blocking(found: Iterable[ControlResult], control: str, *, load_id: str) -> list[ControlResult]:
    """Return the results that can be accepted one way or another, or refuse."""
    blocking = [result for result in found if result.holds and control in {"", result.control}]
    if not blocking:
        raise NothingBlocks(load_id=load_id, where=f" in {control}" if control else "")
    for result in blocking:
        if not acceptable(result):
            raise BreaksUnseen(
                control=result.control, break_count=result.break_count, known=len(result.breaks)
            )
    return blocking


def _asked(
    blocking: Iterable[ControlResult], fingerprints: Collection[str]
) -> list[tuple[ControlResult, str, int, Break | None]]:
    return [
        (result, *item)
        for result in blocking
        for item in acceptable(result, fingerprints=fingerprints)
    ]


def _refuse_unknown(fingerprints: Collection[str], given: list[Acceptance]) -> None:
    if unknown := set(fingerprints) - {item.fingerprint for item in given}:
        raise UnknownBreak(fingerprints=", ".join(sorted(unknown)))


def _found(connection: Connection, tenant: str, which: ColumnElement[bool]) -> list[Acceptance]:
    table = models.acceptance
    query = select(table).where(table.c.tenant == tenant, which).order_by(table.c.id)
    return [Acceptance(**row._asdict()) for row in connection.execute(query)]
