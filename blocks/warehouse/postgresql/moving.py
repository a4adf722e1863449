"""Moving a tenant's books out of their file into the database: all of them, checked, or nothing.

Every table goes as it is, what loads replaced and their records too, so that the books of any
moment, the change lists and the digests say the same there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import pyarrow as pa
from duckdb import DuckDBPyConnection
from pyarrow import csv

from blocks.books_files import read_fence
from blocks.digest import unit_digest
from blocks.duck import attach_read_only
from blocks.durable import rename_synced
from blocks.steps import reached
from blocks.warehouse.attach import PUBLISHED, open_engine, open_published
from blocks.warehouse.errors import FenceDamaged
from blocks.warehouse.files import TenantFiles, writing
from blocks.warehouse.loads import current_load, published_years
from blocks.warehouse.postgresql.copying import copy_in, copy_out
from blocks.warehouse.postgresql.digests import digest_published
from blocks.warehouse.postgresql.fence import raise_fence
from blocks.warehouse.postgresql.server import Server
from blocks.warehouse.postgresql.shape import bring_up
from blocks.warehouse.postgresql.side_tables import fitting
from blocks.warehouse.postgresql.tables import arrow_type, books_tables, table_columns
from blocks.warehouse.postgresql.tenants import is_known, note
from blocks.warehouse.records import MovedBooks, MovedTable
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor

ROWS_AT_ONCE: Final = 122_880

_WRITTEN: Final = csv.WriteOptions(include_header=False)


class BooksMovedUnlike(TerminalError):
    """Of books that were moved, something is not what it was."""

    sentence = (
        "{tenant}: {what} came to {found} in {address}, and is {expected} in the file. Nothing of "
        "the tenant is there now, and its file is as it was. `tasma ledger verify` looks at it."
    )


class BooksThereAlready(TerminalError):
    """Books were to be moved to where the tenant has others."""

    sentence = (
        "{tenant} has other books in {address} already: {what} differs from its file. Nothing was "
        "moved. If those there are right, move the file away; if the file's are, erase them there."
    )


def move_books(server: Server, files: TenantFiles, *, now: dt.datetime) -> MovedBooks:
    """Copy all that is published of a tenant in one transaction, and give its file another name.

    Nobody publishes for the tenant meanwhile. A move that died between the two finds the same rows
    there, and goes on with the name.

    Raises:
        NoLedger, PublishedDamaged, FenceDamaged: Its file is not there, or cannot be read.
        BooksMovedUnlike, BooksThereAlready: Nothing is there that was not.
        WriterBusy: A publication of the tenant did not end.
    """
    bring_up(server)
    with open_published(files):
        pass  # brings a file of an earlier release to the present shape
    with writing(files), open_engine(files) as engine:
        attach_read_only(engine, files.database, PUBLISHED)
        expected = tuple(_counted(name, _in_file(engine, name)) for name in books_tables())
        tokens = _tokens(files)
        with server.writing(files.tenant) as db:
            was_there = is_known(db, files.tenant)
            if not was_there:
                for name in books_tables():
                    _copy(db, engine, name)
                reached("publish.rows_inserted")
            _check(db, files.tenant, expected, address=server.address, was_there=was_there)
            _check_digests(db, files.tenant, address=server.address)
            for year, token in tokens.items():
                raise_fence(db, files.tenant, year, token)
            note(db, files.tenant)
        reached("publish.committed")
        kept = tuple(_set_aside(files, now))
    return MovedBooks(files.tenant, expected, kept)


def _copy(db: Cursor, engine: DuckDBPyConnection, table: str) -> None:
    columns = ", ".join(_schema(table).names)
    db.execute(f"create temp table coming (like {table}) on commit drop")
    pieces = (batch for piece in _in_file(engine, table, ordered=False) for batch in piece)
    copy_in(db, "coming", pieces, columns=columns.split(", "))
    db.execute(f"insert into {table} ({columns}) select {columns} from coming")  # noqa: S608 - names of ours only
    db.execute("drop table coming")


def _in_file(
    engine: DuckDBPyConnection, table: str, *, ordered: bool = True
) -> Iterator[list[pa.RecordBatch]]:
    """Yield a table's rows in pieces, as the server takes their texts."""
    schema = _schema(table)
    columns = ", ".join(schema.names)
    order = f" order by {columns}" if ordered else ""
    query = f"select {columns} from {PUBLISHED}.{table}{order}"  # noqa: S608 - names of ours only
    for batch in engine.sql(query).to_arrow_reader(ROWS_AT_ONCE):
        yield fitting(pa.Table.from_batches([batch]).cast(schema)).to_batches()


def _in_server(db: Cursor, tenant: str, table: str) -> Iterator[list[pa.RecordBatch]]:
    schema = _schema(table)
    columns = ", ".join(schema.names)
    query = f"select {columns} from {table} where tenant = $tenant order by {columns}"  # noqa: S608 - names of ours only
    for piece in copy_out(db, query, schema, {"tenant": tenant}):
        yield piece.to_batches()


def _counted(table: str, pieces: Iterable[list[pa.RecordBatch]]) -> MovedTable:
    digest, count = hashlib.sha256(), 0
    for piece in pieces:
        for batch in piece:
            sink = pa.BufferOutputStream()
            csv.write_csv(batch, sink, _WRITTEN)
            digest.update(sink.getvalue())
            count += batch.num_rows
    return MovedTable(table, count, digest.hexdigest())


def _check(
    db: Cursor, tenant: str, expected: Iterable[MovedTable], *, address: str, was_there: bool
) -> None:
    for item in expected:
        found = _counted(item.table, _in_server(db, tenant, item.table))
        if found == item:
            continue
        what = f"table {item.table}"
        if was_there:
            raise BooksThereAlready(tenant=tenant, address=address, what=what)
        raise BooksMovedUnlike(
            tenant=tenant,
            what=what,
            found=_in_words(found),
            address=address,
            expected=_in_words(item),
        )


def _in_words(table: MovedTable) -> str:
    return f"{table.rows:,} rows of digest {table.sha256[:16]}"


def _check_digests(db: Cursor, tenant: str, *, address: str) -> None:
    """Let only books pass whose rows are those that their loads published."""
    for year in published_years(db):
        record = current_load(db, year)
        found = unit_digest(digest_published(db, Unit(tenant, year)).tables)
        if record is None or record.digest != found:
            raise BooksMovedUnlike(
                tenant=tenant,
                what=f"the digest of {year}",
                found=found[:16],
                address=address,
                expected=f"{record.digest[:16] if record else 'none'} by the load record",
            )


def _tokens(files: TenantFiles) -> dict[FiscalYear, int]:
    finding, tokens = read_fence(files.root, files.tenant)
    if finding:
        raise FenceDamaged(tenant=files.tenant, place=files.fence, finding=finding)
    return {FiscalYear.parse(key): token for key, token in tokens.items()}


def _set_aside(files: TenantFiles, now: dt.datetime) -> Iterator[str]:
    """Give the file another name, first of all: with its fence alone nobody publishes."""
    for path in (files.database, files.fence):
        if path.exists():
            kept = path.with_name(f"{path.name}.moved-{now:%Y%m%dT%H%M%SZ}")
            rename_synced(path, kept)
            yield str(kept)


def _schema(table: str) -> pa.Schema:
    return pa.schema([(column.name, arrow_type(column.type)) for column in table_columns()[table]])
