"""Copy a hub from its file into PostgreSQL: all of it, checked row by row, or nothing."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Table, func, insert, inspect, select, text

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.leases import live
from blocks.hub.migrate import make_tables
from blocks.hub.sqlite import SqliteFile
from ledger.errors import TerminalError

ROWS_AT_ONCE: Final = 1_000
"""How many rows of a table are held in memory."""

NUL: Final = "\0"

GO_ON: Final = text("select setval(pg_get_serial_sequence(:table, :column), :last)")


class HubTargetNotInServer(TerminalError):
    """A hub was to be moved to where it would be a file again."""

    sentence = (
        "A hub is moved out of its file into PostgreSQL: expected an address like "
        "postgresql+psycopg://user:password@host/database, got {address}. A file is moved by "
        "`tasma backup FOLDER` and `tasma restore FOLDER`."
    )


class HubTargetTaken(TerminalError):
    """A hub was to be moved to where something lies."""

    sentence = (
        "The database {address} has tables already ({tables}), and a hub is moved into an empty "
        "one. Nothing was done. Make another database for it."
    )


class HubMovedUnlike(TerminalError):
    """Of a hub that was moved, something is not what it was."""

    sentence = (
        "Table {table} has {rows:,} rows in the hub's file, and not the same ones after they were "
        "copied to {address}. Nothing is there now, and the file is as it was. See that nothing "
        "else writes into that database; `tasma doctor` looks at the file."
    )


class HubTextUnfit(TerminalError):
    """A hub has a text that PostgreSQL does not take."""

    sentence = (
        "Table {table} of the hub has a text with a NUL character in column {column}, which "
        "PostgreSQL does not take. Nothing was moved; whoever wrote it has to write it anew."
    )


@dataclass(frozen=True)
class Counted:
    """A table's rows: how many, and the SHA-256 of their values in order of the table's key."""

    table: str
    rows: int
    sha256: str


def copy_hub(hub: Database, target: Database) -> tuple[Counted, ...]:
    """Copy all of a hub in a file into an empty database, in one transaction there.

    Nobody writes into the file meanwhile. Whatever is not the same there, by count or digest,
    undoes everything.

    Raises:
        HubTargetNotInServer, HubTargetTaken: As their names say; nothing was done.
        LeaseTaken: A run works on something.
        HubTextUnfit, HubMovedUnlike: Nothing is there.
        HubBusy, HubUnusable: One of the two databases.
    """
    there = target.storage
    if isinstance(there, SqliteFile):
        raise HubTargetNotInServer(address=there.address)
    with hub.writing() as source, there.transaction(writes=True) as connection:
        for lease in live(source, hub.now()):
            raise lease.taken
        _require_empty(connection, there.address)
        make_tables(connection)
        tables = tuple(
            _moved(source, connection, table, address=there.address)
            for table in models.metadata.sorted_tables
        )
        _go_on_counting(source, connection)
    return tables


def _require_empty(connection: Connection, address: str) -> None:
    if found := inspect(connection).get_table_names():
        raise HubTargetTaken(address=address, tables=", ".join(sorted(found)[:3]))


def _moved(source: Connection, target: Connection, table: Table, *, address: str) -> Counted:
    def copied() -> Iterator[tuple[Any, ...]]:
        rows = _rows(source, table)
        while batch := list(itertools.islice(rows, ROWS_AT_ONCE)):
            _require_fit(table, batch)
            names = table.columns.keys()
            target.execute(insert(table), [dict(zip(names, row, strict=True)) for row in batch])
            yield from batch

    counted = _counted(table, copied())
    if counted != _counted(table, _rows(target, table)):
        raise HubMovedUnlike(table=table.name, rows=counted.rows, address=address)
    return counted


def _rows(connection: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    query = select(table).order_by(*table.primary_key).execution_options(yield_per=ROWS_AT_ONCE)
    return (tuple(row) for row in connection.execute(query))


def _counted(table: Table, rows: Iterable[tuple[Any, ...]]) -> Counted:
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(repr(row).encode())
        count += 1
    return Counted(table.name, count, digest.hexdigest())


def _require_fit(table: Table, rows: list[tuple[Any, ...]]) -> None:
    for row in rows:
        for column, value in zip(table.columns.keys(), row, strict=True):
            if isinstance(value, str) and NUL in value:
                raise HubTextUnfit(table=table.name, column=column)


def _go_on_counting(source: Connection, target: Connection) -> None:
    """Let ids go on above all that were ever given: one that was given twice is somebody else's."""
    ever = dict(source.execute(text("select name, seq from sqlite_sequence")).tuples().all())
    for table in models.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        last = ever.get(table.name) or source.execute(select(func.max(column))).scalar()
        if last:
            named = {"table": table.name, "column": column.name, "last": last}
            target.execute(GO_ON, named)
