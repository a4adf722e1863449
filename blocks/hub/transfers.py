"""Transfers: what became of each thing that a feed says is to go elsewhere, and its log.

The log is only added to. How a thing goes on once it is queued, the outbox says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

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


class Transfers:
    """The transfers of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, transfer: Transfer, *, run_id: str = "", level: LogLevel | None = None) -> bool:
        """Keep where a thing stands; a line of the log goes with what has changed.

        The stamp of the first time stays whatever comes later. `level`: of the line; by default
        an error when it is refused.

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
                values["booked_by"] = row["booked_by"] or values["booked_by"]
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
        row_at = {"at": self._database.now()}
        connection.execute(insert(models.transfer_log).values(**row, **row_at, **values))


def _of(table: Any, tenant: str, source: str) -> ColumnElement[bool]:
    return and_(table.c.tenant == tenant, table.c.source == source)


def _values(transfer: Transfer) -> dict[str, Any]:
    return {one.name: getattr(transfer, one.name) for one in fields(transfer)} | {
        "detail": cut(transfer.detail)
    }


def _transfer(row: Any) -> Transfer:
    return Transfer(**{one.name: row[one.name] for one in fields(Transfer)})
