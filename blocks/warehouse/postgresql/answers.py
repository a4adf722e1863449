"""Answers of the database as Arrow tables, of the types that DuckDB would give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from blocks.warehouse.postgresql.copying import copy_out
from blocks.warehouse.reports import over_trial_balance
from ledger.fiscal_year import FiscalYear

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor

_SCHEMA: Final = "published"

TYPES: Final = {
    "text": pa.string(),
    "name": pa.string(),
    "bool": pa.bool_(),
    "int4": pa.int32(),
    "int8": pa.int64(),
    "date": pa.date32(),
    "timestamptz": pa.timestamp("us", "UTC"),
}
WIDEST: Final = (38, 2)
"""Digits and scale of a number whose type says none: a sum of amounts."""


def answer(db: Cursor, query: str, parameters: Mapping[str, object]) -> pa.Table:
    """Return what a query answers; it is held in memory."""
    schema = _schema_of(db, query, parameters)
    pieces = list(copy_out(db, query, schema, parameters))
    return pa.concat_tables([schema.empty_table(), *pieces]).combine_chunks()


def sum_up(db: Cursor, fiscal_year: str) -> None:
    """Have plain names be of a year, until the transaction ends, its statements worked out once.

    As `blocks.warehouse.reports.sum_up`.
    """
    db.execute(
        "create temp table trial_balance on commit drop as"
        " select * from published.trial_balance where fiscal_year = $year",
        {"year": fiscal_year},
    )
    db.execute("set local search_path = pg_temp, published")
    db.execute("analyze trial_balance")
    for statement in over_trial_balance(r"create temp table \1 on commit drop as"):
        db.execute(statement)


def relation(db: Cursor, name: str, *, year: FiscalYear | None) -> pa.Table:
    """Return a published table or view, of one year or of all, ordered by its columns."""
    where = "where fiscal_year = $year" if year else ""
    query = f"select * from {name} {where}"  # noqa: S608 - a name of ours
    known = {"year": year.key} if year else {}
    places = range(1, len(_schema_of(db, query, known)) + 1)
    return answer(db, f"{query} order by {', '.join(map(str, places))}", known)


def relations(db: Cursor) -> list[str]:
    """Return the names of the published tables and views that hold tenants' rows, in order."""
    found = db.execute(
        "select table_name from information_schema.columns where table_schema = $schema"
        " and column_name = 'tenant' order by table_name",
        {"schema": _SCHEMA},
    )
    return [name for (name,) in found.fetchall()]


def _schema_of(db: Cursor, query: str, parameters: Mapping[str, object]) -> pa.Schema:
    db.execute(f"select * from ({query}) as asked limit 0", parameters)  # noqa: S608 - our own SQL file
    types = db.connection.adapters.types
    return pa.schema([(its.name, _type_of(its, types)) for its in db.description or ()])


def _type_of(column: Any, types: Any) -> pa.DataType:
    name = types[column.type_code].name
    if name == "numeric":
        known = column.precision is not None
        return pa.decimal128(*((column.precision, column.scale) if known else WIDEST))
    return TYPES[name]
