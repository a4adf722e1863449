"""A tenant's books laid out as a DuckDB file, for what compares them with staged Parquet files.

One moment's rows, in a folder that goes with the block. Controls, plans, exports and the books of
an earlier load are thereby asked by the same texts, wherever the books are kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
from duckdb import DuckDBPyConnection

from blocks.durable import clean_temporary, remove, space_checked, temporary_name
from blocks.warehouse.attach import PUBLISHED, attach_copy, detach, open_engine
from blocks.warehouse.descriptions import REPLACED
from blocks.warehouse.files import TenantFiles
from blocks.warehouse.loads import published_years
from blocks.warehouse.postgresql.copying import copy_out
from blocks.warehouse.postgresql.server import Server
from blocks.warehouse.postgresql.tables import arrow_type, books_tables, table_columns
from blocks.warehouse.postgresql.tenants import is_known
from ledger.fiscal_year import FiscalYear
from ledger.schemas import VOUCHER_TABLES

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor

BELOW_VOUCHERS: Final = frozenset(VOUCHER_TABLES) - {"voucher"}
ONE_DAY: Final = dt.timedelta(days=1)


@contextmanager
def laid_out(
    server: Server,
    spill: Path,
    tenant: str,
    *,
    years: Collection[FiscalYear] | None,
    touching: bool,
) -> Iterator[TenantFiles]:
    """Yield files with what is published of a tenant; none when nothing is.

    Args:
        server: Where it is published.
        spill: A folder on this machine for the time being.
        tenant: Whose.
        years: As `Warehouse._laid_out`.
        touching: As there; then the vouchers are those of all years, since one may have moved to
            any, and what loads replaced is left out, since nobody judges by it.
    """
    spill.mkdir(parents=True, exist_ok=True)
    clean_temporary(spill)
    files = TenantFiles(temporary_name(spill, f"books-{tenant}"), tenant)
    try:
        files.spill.mkdir(parents=True)
        with space_checked(f"laying out the books of {tenant}", spill):
            _fill(server, files, years=years, touching=touching)
        yield files
    finally:
        remove(files.root)


def _fill(
    server: Server,
    files: TenantFiles,
    *,
    years: Collection[FiscalYear] | None,
    touching: bool,
) -> None:
    with server.reading(files.tenant) as db:
        if not is_known(db, files.tenant):
            return
        near = _near(published_years(db), years) if touching else years
        with open_engine(files) as engine:
            attach_copy(engine, files, files.database)
            engine.execute("begin")
            for table in books_tables():
                wanted = _years_of(table, near, touching=touching)
                if wanted != []:
                    _take(db, engine, files.tenant, table, wanted)
            engine.execute("commit")
            detach(engine)


def _near(
    known: Collection[FiscalYear], years: Collection[FiscalYear] | None
) -> Collection[FiscalYear]:
    """Return the published years that overlap some years, or adjoin them."""
    return [
        it
        for it in known
        if years is None
        or any(
            it.start_date <= year.end_date + ONE_DAY and year.start_date <= it.end_date + ONE_DAY
            for year in years
        )
    ]


def _years_of(
    table: str, years: Collection[FiscalYear] | None, *, touching: bool
) -> list[str] | None:
    """Return the keys of the years of which a table's rows are needed; None for all."""
    if table.startswith(REPLACED) and touching:
        return []
    is_large = table in BELOW_VOUCHERS or table.startswith(REPLACED)
    if years is None or not (is_large or (table == "voucher" and not touching)):
        return None
    return sorted({year.key for year in years})


def _take(
    db: Cursor, engine: DuckDBPyConnection, tenant: str, table: str, years: list[str] | None
) -> None:
    schema = pa.schema(
        [(column.name, arrow_type(column.type)) for column in table_columns()[table]]
    )
    query = (
        f"select {', '.join(schema.names)} from {table} where tenant = $tenant"  # noqa: S608 - names of ours only
        + (" and fiscal_year = any ($years)" if years is not None else "")
    )
    for piece in copy_out(db, query, schema, {"tenant": tenant, "years": years}):
        engine.register("piece", piece)
        engine.execute(f"insert into {PUBLISHED}.{table} by name from piece")
        engine.unregister("piece")
