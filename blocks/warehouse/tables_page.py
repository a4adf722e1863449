"""docs/tables.md: every published table, view and column, from the comments of the file.

``python -m blocks.warehouse.tables_page > docs/tables.md`` writes it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.duck import open_duckdb
from blocks.warehouse.descriptions import Column, columns, descriptions, relation_kinds
from blocks.warehouse.migrate import create

HEAD: Final = """\
# What is published

Every table and view of a tenant's DuckDB file (`warehouse/<tenant>.duckdb` of the home), of `tasma
ledger export TENANT FOLDER` and of `Warehouse.published`. The same words are comments in the file
(`select table_name, column_name, comment from duckdb_columns()`); [analysts.md](analysts.md) says
how to ask.

Written by `python -m blocks.warehouse.tables_page > docs/tables.md` from
`data/reference/table_comments.csv`; do not edit by hand.
"""


def page(db: DuckDBPyConnection) -> str:
    """Return docs/tables.md of a database in the present shape."""
    known = descriptions()
    kinds, every = relation_kinds(db), columns(db, known)
    parts = [HEAD]
    for name, kind in sorted(kinds.items(), key=lambda item: (item[1], item[0])):
        parts += _section(name, kind, known, [item for item in every if item.relation == name])
    return "\n".join(parts) + "\n"


def _section(
    name: str, kind: str, known: Mapping[tuple[str, str], str], found: list[Column]
) -> Iterator[str]:
    yield f"## {name} ({kind})\n"
    yield f"{known.get((name, ''), '')}.\n"
    yield "| column | type | |"
    yield "| --- | --- | --- |"
    for column in found:
        required = "" if kind == "view" or column.is_required else ", or NULL"
        yield f"| {column.name} | {column.type}{required} | {column.comment} |"
    yield ""


def main() -> None:
    """Print the page, of an empty file made for it."""
    with TemporaryDirectory() as folder, open_duckdb(spill=Path(folder)) as db:
        db.execute("attach ':memory:' as published")
        create(db, "published")
        db.execute("use published")
        sys.stdout.write(page(db))


if __name__ == "__main__":
    main()
