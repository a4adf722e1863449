"""Questions to a tenant's published books, answered with tables: no caller holds a connection."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pyarrow as pa
from duckdb import DuckDBPyConnection

from blocks.duck import PARAMETER, SCRATCH
from blocks.settings import SQL
from blocks.warehouse.attach import PUBLISHED
from blocks.warehouse.migrate import VIEWS
from ledger.fiscal_year import FiscalYear

REPORTS: Final = SQL / "report"
"""One file a question; its header says the grain, the parameters and the units."""

STATEMENTS: Final = frozenset(
    {"income_statement", "balance_sheet", "income_statement_month", "balance_sheet_month"}
)
"""The questions for which a year is best summed up first (`sum_up`)."""

WORKED_OUT: Final = ("3_statement_account", "4_statement_amount")
OVER_THEM: Final = ("5_income_statement", "6_balance_sheet")
"""The views from the trial balance to the statements, in the order in which they are made: those
that are worth a table, and what is quick over them."""

_AS_VIEW: Final = re.compile(r"create or replace view (\w+) as")


def ask_report(db: DuckDBPyConnection, name: str, parameters: Mapping[str, object]) -> pa.Table:
    """Ask a question of `REPORTS` of a connection whose plain names are the published ones."""
    return _answer(db, *question(name, parameters))


def question(name: str, parameters: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """Return the text of a question, and those of the parameters that it names."""
    query = (REPORTS / f"{name}.sql").read_text(encoding="utf-8")
    named = set(PARAMETER.findall(query))
    return query, {key: value for key, value in parameters.items() if key in named}


def sum_up(db: DuckDBPyConnection, fiscal_year: str) -> None:
    """Have plain names be the published ones, with a year's statements worked out once.

    They lie in views over its trial balance, and name it several times, each time over all
    postings.
    """
    db.execute(
        f"create table {SCRATCH}.trial_balance as from trial_balance where fiscal_year = $year",
        {"year": fiscal_year},
    )
    db.execute(f"set search_path = '{SCRATCH}.main,{PUBLISHED}.main'")
    for statement in over_trial_balance(r"create table \1 as"):
        db.execute(statement)


def over_trial_balance(making: str) -> Iterator[str]:
    r"""Yield what makes the statements over a table `trial_balance`, the large parts as tables.

    Args:
        making: The words that make a table from a query, ``\1`` for its name.
    """
    for name in WORKED_OUT:
        yield _AS_VIEW.sub(making, _view(name))
    yield from map(_view, OVER_THEM)


def _view(name: str) -> str:
    return (VIEWS / f"{name}.sql").read_text(encoding="utf-8")


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
