"""Transfers: what became of each thing that a feed says is to go elsewhere, and its log.

The log is only added to. How a thing goes on once it is queued, the outbox says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.events import cut
from blocks.hub.states import LogLevel, TransferState
from blocks.hub.tenants import require


@dataclass(frozen=True)
class Transfer:
    """One thing of a source. `item`: its id, such as of a payment; `subject`: of its document.

    `booked_by`: who has it in the books: a mode, stamped when it was triggered; never changed.
    `revision`: which is sent. `code`, `detail`: why it waits, is refused or left. `day`: by which
    its period goes.
    """

    tenant: str
    source: str
    item: str
    subject: str
    kind: str
    revision: int
    booked_by: str
    state: TransferState
    code: str = ""
    detail: str = ""
    triggered_at: dt.datetime | None = None
    day: dt.date | None = None


@dataclass(frozen=True)
class LogLine:
    """One line of a document's log. `text`: in words, or what a target answered, verbatim."""

    at: dt.datetime
    level: LogLevel
    item: str
    code: str
    text: str
    run_id: str


@dataclass(frozen=True)
class Flag:
    """What a log warns of."""

    subject: str
    item: str
    code: str
    text: str


class Transfers:
    """The transfers of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, transfer: Transfer, *, run_id: str = "", level: LogLevel | None = None) -> bool:
        """Keep where a thing stands; a line of the log goes with what has changed.

        The stamp with which it was queued stays whatever comes later. `level`: of the line; by
        default an error when it is refused.

        Returns:
            Whether anything changed.
        """
        table = models.transfer
        here = and_(_of(table, transfer.tenant, transfer.source), table.c.item == transfer.item)
        values = _values(transfer)
        with self._database.writing() as connection:
            require(connection, transfer.tenant)
            row = connection.execute(select(table).where(here)).mappings().one_or_none()
            if row is not None:
                is_settled = row["state"] is TransferState.QUEUED or not values["booked_by"]
                if is_settled:
                    values["booked_by"] = row["booked_by"]
                if all(row[name] == value for name, value in values.items()):
                    return False
            values["updated_at"] = self._database.now()
            if row is None:
                connection.execute(insert(table).values(**values))
            else:
                connection.execute(update(table).where(here).values(**values))
            is_refused = transfer.state is TransferState.REFUSED
            self._log(
                connection,
                transfer,
                level=level or (LogLevel.ERROR if is_refused else LogLevel.INFO),
                code=transfer.code or str(transfer.state),
                text=transfer.detail or f"{transfer.kind}: {transfer.state}",
                run_id=run_id,
            )
        return True

    def release(self, transfer: Transfer, stamp: str, *, who: str) -> None:
        """Give what was left to a journal another stamp, by a person's word; it is decided anew."""
        table = models.transfer
        here = and_(_of(table, transfer.tenant, transfer.source), table.c.item == transfer.item)
        values = {"booked_by": stamp, "state": TransferState.WAITS, "code": "released"}
        with self._database.writing() as connection:
            connection.execute(update(table).where(here).values(**values))
            text = f"{transfer.booked_by or 'nothing'} before, {stamp} from now on, by {who}"
            self._log(connection, transfer, level=LogLevel.INFO, code="released", text=text)

    def leave(self, transfer: Transfer, *, who: str) -> None:
        """Leave a thing out for good, by a person's word."""
        table = models.transfer
        here = and_(_of(table, transfer.tenant, transfer.source), table.c.item == transfer.item)
        with self._database.writing() as connection:
            connection.execute(update(table).where(here).values(code="left_by_person"))
            text = f"left out by {who}"
            code = "left_by_person"
            self._log(connection, transfer, level=LogLevel.INFO, code=code, text=text)

    def say(
        self,
        transfer: Transfer,
        *,
        level: LogLevel,
        code: str,
        text: str,
        run_id: str = "",
        is_once: bool = True,
    ) -> bool:
        """Add a line to a document's log. `is_once`: not when the item has it already.

        Returns:
            Whether it was added.
        """
        table = models.transfer_log
        here = and_(
            _of(table, transfer.tenant, transfer.source),
            table.c.item == transfer.item,
            table.c.code == code,
            table.c.text == cut(text),
        )
        with self._database.writing() as connection:
            require(connection, transfer.tenant)
            if is_once and connection.execute(select(table.c.id).where(here)).first():
                return False
            self._log(connection, transfer, level=level, code=code, text=text, run_id=run_id)
        return True

    def find(self, tenant: str, source: str, item: str) -> Transfer | None:
        """Return where a thing stands, or None while nothing triggered it."""
        table = models.transfer
        query = select(table).where(_of(table, tenant, source), table.c.item == item)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return _transfer(row) if row else None

    def listed(
        self, tenant: str, source: str, *, states: Sequence[TransferState] = (), subject: str = ""
    ) -> list[Transfer]:
        """Return a tenant's transfers in order of their ids."""
        table = models.transfer
        query = select(table).where(_of(table, tenant, source)).order_by(table.c.item)
        if states:
            query = query.where(table.c.state.in_(states))
        if subject:
            query = query.where(table.c.subject == subject)
        with self._database.reading() as connection:
            return [_transfer(row) for row in connection.execute(query).mappings()]

    def refused(self, tenant: str = "") -> dict[tuple[str, str], int]:
        """Count what is refused of the routes in use, by tenant and source: of all, or of one."""
        table, route = models.transfer, models.route
        routes = select(route.c.tenant, route.c.source).where(route.c.detached_at.is_(None))
        used = (routes.where(route.c.tenant == tenant) if tenant else routes).distinct().subquery()
        query = (
            select(table.c.tenant, table.c.source, func.count())
            .join(used, and_(table.c.tenant == used.c.tenant, table.c.source == used.c.source))
            .where(table.c.state == TransferState.REFUSED)
            .group_by(table.c.tenant, table.c.source)
        )
        with self._database.reading() as connection:
            return {(of, source): count for of, source, count in connection.execute(query)}

    def flags(self, tenant: str, source: str) -> list[Flag]:
        """Return what the logs of a tenant's documents warn of, each once, oldest first."""
        table = models.transfer_log
        columns = (table.c.subject, table.c.item, table.c.code, table.c.text)
        query = select(*columns, func.min(table.c.id)).where(_of(table, tenant, source))
        query = query.where(table.c.level != LogLevel.INFO).group_by(*columns)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(func.min(table.c.id)))
            return [Flag(row.subject, row.item, row.code, row.text) for row in rows]

    def log(self, tenant: str, source: str, subject: str) -> list[LogLine]:
        """Return a document's log, oldest first."""
        table = models.transfer_log
        query = select(table).where(_of(table, tenant, source), table.c.subject == subject)
        with self._database.reading() as connection:
            return [
                LogLine(row.at, row.level, row.item, row.code, row.text, row.run_id)
                for row in connection.execute(query.order_by(table.c.id))
            ]

    def _log(
        self, connection: Connection, transfer: Transfer, *, text: str, **values: object
    ) -> None:
        row = {"tenant": transfer.tenant, "source": transfer.source, "item": transfer.item}
        row |= {"subject": transfer.subject, "text": cut(text)}
        values = {"run_id": "", "at": self._database.now(), **values}
        connection.execute(insert(models.transfer_log).values(**row, **values))


def _of(table: Any, tenant: str, source: str) -> ColumnElement[bool]:
    return and_(table.c.tenant == tenant, table.c.source == source)


def _values(transfer: Transfer) -> dict[str, Any]:
    return {one.name: getattr(transfer, one.name) for one in fields(transfer)} | {
        "detail": cut(transfer.detail)
    }


def _transfer(row: Any) -> Transfer:
    return Transfer(**{one.name: row[one.name] for one in fields(Transfer)})
