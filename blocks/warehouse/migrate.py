"""The shape of a tenant's file: numbered migrations, then views and reference tables anew.

``data/sql/schema/NNNN_*.sql`` change tables and run once each, in order. ``data/sql/views/*.sql``
hold what can be made from them at any time (``create or replace``); all run, in order of name,
whenever one of them or a table in ``data/reference`` has changed, and the comments are written
anew. They find the latter's folder by ``getvariable('reference')``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection
from pydantic import BaseModel, ConfigDict

from blocks.duck import quoted
from blocks.settings import REFERENCE, SQL
from blocks.warehouse.descriptions import describe
from blocks.warehouse.errors import NewerSchema
from ledger.errors import TerminalError

SCHEMA: Final = SQL / "schema"
VIEWS: Final = SQL / "views"


class Shape(BaseModel):
    """What a file was last brought to: the last migration, and a hash over views and references."""

    model_config = ConfigDict(frozen=True)

    version: int
    derived: str


def current_shape() -> Shape:
    """Return the shape that this release gives a file."""
    derived = hashlib.sha256()
    for path in (*_views(), *sorted(REFERENCE.glob("*.csv"))):
        derived.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return Shape(version=max(_migrations()), derived=derived.hexdigest())


class NoSchemaVersion(TerminalError):
    """A tenant's warehouse file does not say its schema version."""

    sentence = (
        "The tenant's warehouse file does not say its schema version: it was not made by Täsmä, or "
        "is damaged. Restore it, or erase the tenant's warehouse and load again."
    )


def shape_of(db: DuckDBPyConnection, database: str) -> Shape:
    """Read the shape of an attached file."""
    query = f"select version, derived from {database}.warehouse_shape"  # noqa: S608 - a name of ours
    row = db.execute(query).fetchone()
    if row is None:
        raise NoSchemaVersion
    return Shape(version=row[0], derived=row[1])


def definition() -> str:
    """Return a hash over everything that a new file is made from."""
    made_from = hashlib.sha256(current_shape().derived.encode())
    for _, path in sorted(_migrations().items()):
        made_from.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return made_from.hexdigest()


def create(db: DuckDBPyConnection, database: str) -> None:
    """Bring an attached database, which is empty, to the current shape."""
    columns = "version integer not null, derived varchar not null"
    with _using(db, database):
        db.execute(f"create table warehouse_shape ({columns})")
        db.execute("insert into warehouse_shape values (0, '')")
    migrate(db, database, shape=Shape(version=0, derived=""))


def has_current_tables(shape: Shape) -> bool:
    """Return whether a file has every change of its tables; its views may be older.

    Raises:
        NewerSchema: As `is_current`.
    """
    return is_current(shape) or shape.version == current_shape().version


def is_current(shape: Shape) -> bool:
    """Return whether a file needs no migration.

    Raises:
        NewerSchema: The file is ahead of this release.
    """
    target = current_shape()
    if shape.version > target.version:
        raise NewerSchema(version=shape.version, known=target.version)
    return shape == target


def migrate(db: DuckDBPyConnection, database: str, *, shape: Shape) -> None:
    """Bring an attached file from ``shape`` to the current one."""
    if is_current(shape):
        return
    target = current_shape()
    with _using(db, database):
        _run_migrations(db, after=shape.version)
        derive(db)
        describe(db, REFERENCE)
        db.execute(
            "update warehouse_shape set version = $version, derived = $derived", dict(target)
        )


@contextmanager
def _using(db: DuckDBPyConnection, database: str) -> Iterator[None]:
    """Have plain names mean those of a database, until the block ends."""
    (before,) = db.execute("select current_catalog()").fetchone() or ("memory",)
    db.execute(f"use {database}")
    yield
    db.execute(f"use {before}")


def _run_migrations(db: DuckDBPyConnection, *, after: int) -> None:
    for number, path in sorted(_migrations().items()):
        if number > after:
            db.execute(path.read_text(encoding="utf-8"))


def derive(db: DuckDBPyConnection) -> None:
    """Make views and reference tables of the chosen database, from the tables that it has."""
    db.execute(f"set variable reference = {quoted(REFERENCE)}")
    for path in _views():
        db.execute(path.read_text(encoding="utf-8"))


def _migrations() -> dict[int, Path]:
    return {int(path.name[:4]): path for path in SCHEMA.glob("[0-9][0-9][0-9][0-9]_*.sql")}


def _views() -> list[Path]:
    return sorted(VIEWS.glob("*.sql"))
