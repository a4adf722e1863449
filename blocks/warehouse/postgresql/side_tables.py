"""What is published of a year beside its ledger, in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from blocks.postgresql import NUL, SHOWN_NUL
from blocks.steps import reached
from blocks.warehouse.postgresql.copying import copy_in, copy_out
from blocks.warehouse.postgresql.fence import raise_fence
from blocks.warehouse.postgresql.server import Server
from blocks.warehouse.postgresql.tenants import note
from blocks.warehouse.side_tables import ordered
from ledger.fiscal_year import FiscalYear
from ledger.schemas import SIDE_TABLES

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor


def publish_side_tables(
    server: Server, tenant: str, year: FiscalYear, tables: Mapping[str, pa.Table], *, token: int
) -> bool:
    """Replace a year's rows of some tables of `SIDE_TABLES`, and say whether anything changed.

    Raises:
        As `Warehouse.publish_side_tables`.
    """
    fit_rows = {name: fitting(rows) for name, rows in tables.items()}
    with server.writing(tenant) as db:
        raise_fence(db, tenant, year, token)
        changed = {
            name: rows
            for name, rows in fit_rows.items()
            if not ordered(rows).equals(read_side_table(db, name, year=year))
        }
        for name, rows in changed.items():
            _replace(db, tenant, year, name, rows)
        if changed:
            note(db, tenant)
            reached("documents.rows_replaced")
    return bool(changed)


def fitting(rows: pa.Table) -> pa.Table:
    """Return rows with a mark for each NUL in a text, such as a file's name (`SHOWN_NUL`)."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_string(field.type):
            column = pc.replace_substring(rows[field.name], NUL, SHOWN_NUL)
            rows = rows.set_column(place, field, column)
    return rows


def read_side_table(db: Cursor, name: str, *, year: FiscalYear | None) -> pa.Table:
    """Return the rows of a table of `SIDE_TABLES`, of one year or of all, in one order."""
    schema = SIDE_TABLES[name]
    where = "where fiscal_year = $year" if year else ""
    query = f"select {', '.join(schema.names)} from {name} {where}"  # noqa: S608 - names of ours only
    pieces = copy_out(db, query, schema, {"year": year.key} if year else {})
    return ordered(pa.concat_tables([schema.empty_table(), *pieces]))


def _replace(db: Cursor, tenant: str, year: FiscalYear, name: str, rows: pa.Table) -> None:
    unit = {"tenant": tenant, "year": year.key}
    columns = ", ".join(rows.column_names)
    db.execute(f"delete from {name} where tenant = $tenant and fiscal_year = $year", unit)  # noqa: S608 - names of ours only
    db.execute(
        f"create temp table coming on commit drop as select {columns} from {name} where false"  # noqa: S608 - as above
    )
    copy_in(db, "coming", rows.to_batches(), columns=rows.column_names)
    db.execute(
        f"insert into {name} (tenant, fiscal_year, {columns})"  # noqa: S608 - as above
        f" select $tenant, $year, {columns} from coming",
        unit,
    )
    db.execute("drop table coming")
