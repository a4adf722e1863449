"""Questions to a tenant's published books, answered with tables: no caller holds a connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa
from duckdb import DuckDBPyConnection

from blocks.settings import SQL
from ledger.fiscal_year import FiscalYear

REPORTS: Final = SQL / "report"
"""One file a question; its header says the grain, the parameters and the units."""


def ask_report(db: DuckDBPyConnection, name: str, parameters: Mapping[str, object]) -> pa.Table:
    """Ask a question of `REPORTS` of a connection whose plain names are the published ones."""
    return _answer(db, (REPORTS / f"{name}.sql").read_text(encoding="utf-8"), parameters)


def ask_relation(db: DuckDBPyConnection, name: str, *, year: FiscalYear | None) -> pa.Table:
    """Return a published table or view, of one year or of all, ordered by its columns."""
    where = "where fiscal_year = $year" if year else ""
    known = {"year": year.key} if year else {}
    return _answer(db, f"from {name} {where} order by all", known)


def relations(db: DuckDBPyConnection) -> list[str]:
    """Return the names of the published tables and views, in order."""
    query = (
        "select table_name from information_schema.tables"
        " where table_catalog = current_catalog() and table_schema = 'main' order by table_name"
    )
    return [name for (name,) in db.execute(query).fetchall()]


def rows_of(table: pa.Table) -> list[tuple[Any, ...]]:
    """Return the rows of an answer, each in the order of its columns."""
    columns = [column.to_pylist() for column in table.columns]
    return list(zip(*columns, strict=True))


def _answer(db: DuckDBPyConnection, query: str, parameters: Mapping[str, object]) -> pa.Table:
    found = db.sql(query, params=dict(parameters)).to_arrow_table()
    # DuckDB's own buffers would keep the file in use for as long as somebody has the answer.
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, found.schema) as stream:
        stream.write_table(found)
    return pa.ipc.open_stream(sink.getvalue()).read_all()
