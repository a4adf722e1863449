"""What each published table, view and column is: comments in the file.

``data/reference/table_comments.csv`` has them: a row without a column is about the table, and ``*``
is what a column of that name is wherever no row of its own says otherwise.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.duck import quoted
from blocks.settings import REFERENCE

COMMENTS: Final = "table_comments.csv"
EVERYWHERE: Final = "*"

REPLACED: Final = "replaced_"
"""Begins the name of a table that keeps the rows that loads took out of another."""


@dataclass(frozen=True)
class Column:
    """A column of a published table or view; `comment` is empty when nobody has described it."""

    relation: str
    name: str
    type: str
    is_required: bool
    comment: str


def descriptions(folder: Path | None = None) -> dict[tuple[str, str], str]:
    """Return what is written down, by relation and column; the column is empty for a relation."""
    path = (folder or REFERENCE) / COMMENTS
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["relation"], row["column"]): row["comment"] for row in csv.DictReader(file)}


def describe(db: DuckDBPyConnection, folder: Path) -> None:
    """Comment every table, view and column of the chosen database."""
    known = descriptions(folder)
    kinds = relation_kinds(db)
    statements = [
        f"comment on {kind} {name} is {quoted(known[name, ''])}"
        for name, kind in kinds.items()
        if (name, "") in known
    ]
    statements += [
        f"comment on column {column.relation}.{column.name} is {quoted(column.comment)}"
        for column in columns(db, known)
        if column.comment
    ]
    db.execute("; ".join(statements))


def comment_of(known: Mapping[tuple[str, str], str], relation: str, column: str) -> str:
    """Return what a column is: by its own row, by the table it keeps rows of, or by its name."""
    live = relation.removeprefix(REPLACED)
    places = ((relation, column), (live, column), (EVERYWHERE, column))
    return next((known[place] for place in places if place in known), "")


def relation_kinds(db: DuckDBPyConnection) -> dict[str, str]:
    """Return ``table`` or ``view`` of each relation of the chosen database, by name."""
    rows = db.execute(
        "select table_name, if(table_type = 'VIEW', 'view', 'table')"
        " from information_schema.tables"
        " where table_catalog = current_catalog() and table_schema = 'main' order by table_name"
    ).fetchall()
    return dict(rows)


def columns(db: DuckDBPyConnection, known: Mapping[tuple[str, str], str]) -> list[Column]:
    """Return the columns of the chosen database, in order, with what is known of each."""
    rows = db.execute(
        "select table_name, column_name, lower(data_type), not is_nullable from duckdb_columns()"
        " where database_name = current_catalog() and schema_name = 'main'"
        " order by table_name, column_index"
    ).fetchall()
    return [
        Column(
            relation,
            name,
            kind,
            is_required,
            comment_of(known, relation, name),
        )
        for relation, name, kind, is_required in rows
    ]
