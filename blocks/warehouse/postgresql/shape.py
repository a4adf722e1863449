"""Bringing the database to the shape of this release: tables, views, policies, comments.

An empty one is made at head. One of an earlier release is taken on by the numbered steps of
``data/sql/postgresql``, then gets the tables that it lacks. The views are those of a tenant's file,
by the same texts, and read with the rights of who asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from blocks.duck import open_duckdb, quoted
from blocks.settings import REFERENCE, SQL
from blocks.warehouse.descriptions import comment_of, descriptions
from blocks.warehouse.migrate import VIEWS, Shape, current_shape
from blocks.warehouse.postgresql.copying import copy_in
from blocks.warehouse.postgresql.errors import OtherShape
from blocks.warehouse.postgresql.server import SCHEMA, Server, one
from blocks.warehouse.postgresql.tables import OWN, definitions, table_columns

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor

STEPS: Final = SQL / "postgresql"
FIRST_VERSION: Final = 7
"""Of the tables with which a database can have been made."""

REFERENCE_TABLES: Final = ("statement_line",)
"""Made by a file among the views, from tables of ``data/reference``."""

_LARGE: Final = re.compile(r"^(movement|opening) as \(", re.MULTILINE)

_RELATIONS: Final = """
select relname, relkind = 'v'
from pg_class
where relnamespace = to_regnamespace('published') and relkind in ('r', 'v')
order by oid
"""


def bring_up(server: Server) -> None:
    """Make the schema, or take it on to the present shape; a process looks once.

    Raises:
        OtherShape: A later release made it.
    """
    if server.has_shape:
        return
    with server.reading() as db:
        is_present = _shape(db, server) == current_shape()
    if not is_present:
        with server.writing() as db:
            found = _shape(db, server)
            if found != current_shape():
                _change(db, found)
    server.has_shape = True


def _shape(db: Cursor, server: Server) -> Shape | None:
    if one(db, "select to_regclass('published.warehouse_shape')") is None:
        return None
    ((version, derived),) = db.execute(
        "select version, derived from published.warehouse_shape"
    ).fetchall()
    known = current_shape().version
    if not FIRST_VERSION <= version <= known:
        raise OtherShape(address=server.address, version=version, first=FIRST_VERSION, known=known)
    return Shape(version=version, derived=derived)


def _change(db: Cursor, found: Shape | None) -> None:
    if found is None:
        db.execute(f"create schema if not exists {SCHEMA}")
        db.execute(OWN)
    views = [name for name, is_view in reversed(db.execute(_RELATIONS).fetchall()) if is_view]
    if views:
        db.execute(f"drop view {', '.join(views)}")
    for path in sorted(STEPS.glob("[0-9][0-9][0-9][0-9]_*.sql")):
        if found is not None and int(path.name[:4]) > found.version:
            db.execute(path.read_text(encoding="utf-8"))
    there = frozenset(name for name, _ in db.execute(_RELATIONS).fetchall())
    for statement in definitions(there):
        db.execute(statement)
    db.execute((STEPS / "policies.sql").read_text(encoding="utf-8"))
    _derive(db)
    target = current_shape()
    db.execute("update warehouse_shape set version = $version, derived = $derived", dict(target))


def _derive(db: Cursor) -> None:
    """Fill the reference tables, make the views anew, describe everything, and let readers in."""
    for name, content in _reference_tables().items():
        db.execute(f"truncate {name}")
        copy_in(db, name, content.to_batches())
        # Else statements are planned for one line, and worked out anew for each.
        db.execute(f"analyze {name}")
    for path in sorted(VIEWS.glob("*.sql")):
        if path.stem.partition("_")[2] not in REFERENCE_TABLES:
            db.execute(_inlined(path.read_text(encoding="utf-8")))
    for name, is_view in db.execute(_RELATIONS).fetchall():
        if is_view:
            db.execute(f"alter view {name} set (security_invoker = true)")
    db.execute("; ".join(_comments(db)))
    for (reader,) in db.execute(
        "select distinct reader from reader_tenant inner join pg_roles on rolname = reader"
    ).fetchall():
        let_in(db, reader)


def _inlined(view: str) -> str:
    """Have the large parts of a view worked out for the years that are asked for, not for all.

    PostgreSQL works out a part that is named twice before it looks at what is asked.
    """
    return _LARGE.sub(r"\1 as not materialized (", view)


def let_in(db: Cursor, reader: str) -> None:
    """Give a role the right to read; of which rows, the policies say."""
    from psycopg.sql import SQL as TEXT  # noqa: PLC0415 - only who has a server has it
    from psycopg.sql import Identifier  # noqa: PLC0415 - as above

    role = Identifier(reader)
    db.execute(TEXT("grant usage on schema published to {}").format(role))
    db.execute(TEXT("grant select on all tables in schema published to {}").format(role))


def _reference_tables() -> dict[str, pa.Table]:
    """Return the reference tables, by the statements that make them in a file."""
    with TemporaryDirectory() as folder, open_duckdb(spill=Path(folder)) as db:
        db.execute(f"set variable reference = {quoted(REFERENCE)}")
        for path in sorted(VIEWS.glob("*.sql")):
            if path.stem.partition("_")[2] in REFERENCE_TABLES:
                db.execute(path.read_text(encoding="utf-8"))
        return {name: db.table(name).to_arrow_table() for name in REFERENCE_TABLES}


def _comments(db: Cursor) -> Iterator[str]:
    known = descriptions()
    for name, is_view in db.execute(_RELATIONS).fetchall():
        if (name, "") in known:
            kind = "view" if is_view else "table"
            yield f"comment on {kind} {name} is {quoted(known[name, ''])}"
        if not is_view:
            for column in table_columns().get(name, ()):
                comment = comment_of(known, name, column.name)
                if comment:
                    yield f"comment on column {name}.{column.name} is {quoted(comment)}"
