"""Many tenants' files read as one: a script for any DuckDB client.

It attaches each file read-only, makes one view over each *table* of all of them, and the views of
``data/sql/views`` over those, once: a union of each tenant's own views would be planned view by
view.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.duck import quoted
from blocks.warehouse.attach import PUBLISHED, open_published
from blocks.warehouse.descriptions import relation_kinds
from blocks.warehouse.files import TenantFiles
from blocks.warehouse.migrate import VIEWS
from ledger.errors import TerminalError
from ledger.text import number_of

MAX_TENANTS: Final = 200
"""Files that one client opens at once."""

OF_EACH: Final = frozenset({"warehouse_shape", "statement_line"})
"""Tables that are the same in every file, or about the file alone."""

HEAD: Final = """\
-- Täsmä: the published books of {tenants} as one. In a DuckDB client:
--     duckdb -init FILE
-- Tables and views are those of docs/tables.md; column tenant says whose a row is. What is shown is
-- what was published when this ran: run it again in a new client for what came since.
"""


class TooManyTenants(TerminalError):
    """More tenants were to be attached than one client opens."""

    sentence = (
        "{count:,} tenants were to be attached, and at most {most} can be at once. Name those that "
        "are wanted, or take all of them with `tasma ledger export --all FOLDER`."
    )


def attach_script(tenants: Sequence[TenantFiles]) -> str:
    """Return the statements that make one database of several tenants' files.

    Files of earlier releases are brought to the present shape first.

    Raises:
        NoLedger: Nothing is published for one of the tenants.
        TooManyTenants: They are more than `MAX_TENANTS`.
    """
    if len(tenants) > MAX_TENANTS:
        raise TooManyTenants(count=len(tenants), most=MAX_TENANTS)
    tables: list[str] = []
    for files in tenants:
        with open_published(files) as db:
            tables = tables or _tables(db)
    parts = [HEAD.format(tenants=number_of(len(tenants), "tenant"))]
    parts += [
        f"attach {quoted(files.database.absolute())} as {_name(files)} (read_only);"
        for files in tenants
    ]
    parts += [_union(table, tenants) for table in tables]
    parts.append(f"create view statement_line as from {_name(tenants[0])}.statement_line;")
    parts += [
        f"{path.read_text(encoding='utf-8').rstrip().removesuffix(';')};"
        for path in sorted(VIEWS.glob("*.sql"))
        if path.stem != "1_statement_line"
    ]
    return "\n".join(parts) + "\n"


def _tables(db: DuckDBPyConnection) -> list[str]:
    db.execute(f"use {PUBLISHED}")
    return [
        name for name, kind in relation_kinds(db).items() if kind == "table" and name not in OF_EACH
    ]


def _union(table: str, tenants: Sequence[TenantFiles]) -> str:
    parts = " union all ".join(f"from {_name(files)}.{table}" for files in tenants)
    return f"create view {table} as {parts};"


def _name(files: TenantFiles) -> str:
    return f'"tenant {files.tenant}"'
