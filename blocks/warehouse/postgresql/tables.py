"""The tables in PostgreSQL: those of a tenant's DuckDB file, column by column, with keys.

They are made from the shape that ``data/sql/schema`` comes to, so that a number has the same digits
and scale on both sides. Texts sort by their bytes, as in DuckDB and Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pyarrow as pa

from blocks.duck import open_duckdb
from blocks.warehouse.descriptions import (
    Column,
    columns,
    descriptions,
    relation_kinds,
)
from blocks.warehouse.migrate import create

TYPES: Final = {
    "varchar": 'text collate "C"',
    "date": "date",
    "integer": "integer",
    "bigint": "bigint",
    "boolean": "boolean",
    "timestamp with time zone": "timestamptz",
}
"""What a type of DuckDB is called; decimals are numeric with the same digits and scale."""

ARROW: Final = {
    "varchar": pa.string(),
    "date": pa.date32(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
}
"""How values of a type of DuckDB travel."""

_OF_ARROW: Final = {ARROW[name]: kind for name, kind in TYPES.items()}
_DECIMAL: Final = re.compile(r"decimal\((\d+),\s*(\d+)\)")

UNIT: Final = "tenant, fiscal_year"

KEYS: Final = {
    "voucher": f"{UNIT}, voucher_key",
    "posting": f"{UNIT}, voucher_key, row_number",
    "posting_correction": f"{UNIT}, voucher_key, row_number",
    "load": f"{UNIT}, load_number",
    "load_table": f"{UNIT}, load_id, table_name",
    "statement_scheme": "tenant",
}
"""Of tables in which a row is put into the place of another."""

INDEXES: Final = {
    "posting_dimension": f"{UNIT}, voucher_key",
    "connected_file": f"{UNIT}, voucher_key",
    "voucher_change": f"{UNIT}, load_id",
    "control_result": f"{UNIT}, load_id",
    "control_break": f"{UNIT}, load_id",
    "account_place": "tenant",
}
"""Of tables without a key; all others by unit, and what was replaced by the load too."""

OF_A_FILE: Final = frozenset({"warehouse_shape"})
"""Tables that only a file needs."""

OWN: Final = """
create table warehouse_shape (version integer not null, derived text not null);
insert into warehouse_shape values (0, '');

-- tenants of which something is published; version: the transaction that last changed it
create table published_tenant (tenant text collate "C" primary key, version xid8 not null);

-- the highest lease token that has acted on a unit
create table fence (
    tenant text collate "C" not null,
    fiscal_year text collate "C" not null,
    token bigint not null,
    primary key (tenant, fiscal_year)
);

-- which role reads whose books
create table reader_tenant (
    reader text collate "C" not null,
    tenant text collate "C" not null,
    primary key (reader, tenant)
);
"""
"""Tables that a file does without, having names, locks and rights of its own."""


@cache
def table_columns() -> dict[str, list[Column]]:
    """Return the columns of every table of a tenant's file in the present shape, in order."""
    with TemporaryDirectory() as folder, open_duckdb(spill=Path(folder)) as db:
        db.execute("attach ':memory:' as published")
        create(db, "published")
        db.execute("use published")
        known = descriptions()
        tables = [name for name, kind in relation_kinds(db).items() if kind == "table"]
        every = columns(db, known)
    return {
        table: [column for column in every if column.relation == table]
        for table in tables
        if table not in OF_A_FILE
    }


def books_tables() -> list[str]:
    """Return the tables that hold tenants' rows."""
    return [
        table
        for table, its in table_columns().items()
        if any(column.name == "tenant" for column in its)
    ]


def definitions(there: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the statements that make the tables that are not there yet."""
    for table, its in table_columns().items():
        if table in there:
            continue
        lines = [
            f"{column.name} {postgresql_type(column.type)}{' not null' * column.is_required}"
            for column in its
        ]
        if table in KEYS:
            lines.append(f"primary key ({KEYS[table]})")
        yield f"create table {table} ({', '.join(lines)})"
        if table not in KEYS and table in books_tables():
            replaced = ", replaced_by" if table.startswith("replaced_") else ""
            yield f"create index on {table} ({INDEXES.get(table, UNIT + replaced)})"


def postgresql_type_of(kind: pa.DataType) -> str:
    """Return what a type of Arrow is called in PostgreSQL."""
    if pa.types.is_decimal(kind):
        return f"numeric({kind.precision}, {kind.scale})"
    return _OF_ARROW[kind]


def arrow_type(duckdb_type: str) -> pa.DataType:
    """Return the type of Arrow in which a column's values travel."""
    digits = _DECIMAL.fullmatch(duckdb_type)
    return pa.decimal128(*map(int, digits.groups())) if digits else ARROW[duckdb_type]


def postgresql_type(duckdb_type: str) -> str:
    """Return what a column's type is called in PostgreSQL."""
    return TYPES.get(duckdb_type) or duckdb_type.replace("decimal", "numeric")
