"""The shape of a tenant's file: numbered migrations, then views and reference tables anew.

``data/sql/schema/NNNN_*.sql`` change tables and run once each, in order. ``data/sql/views/*.sql``
hold what can be made from them at any time (``create or replace``); all run, in order of name,
whenever one of them or a table in ``data/reference`` has changed. They find the latter's folder by
``getvariable('reference')``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection
from pydantic import BaseModel, ConfigDict

from blocks.duck import quoted
from blocks.settings import REFERENCE, SQL
from ledger.errors import TerminalError

SCHEMA: Final = SQL / "schema"
VIEWS: Final = SQL / "views"


class NewerSchemaError(TerminalError):
    """A file was written by a later release than this one."""

    def __init__(self, *, version: int, known: int) -> None:
        """Name both versions."""
        super().__init__(
            f"The tenant's warehouse file has schema version {version}; this release knows up to "
            f"{known}. Run the newer release of Täsmä, or publish the tenant anew with this one."
        )


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


def shape_of(db: DuckDBPyConnection, schema: str) -> Shape:
    """Read a file's shape; ``schema`` is where its tables are, such as ``published_file.main``."""
    row = db.execute(f"select version, derived from {schema}.warehouse_shape").fetchone()  # noqa: S608 - a name of ours
    if row is None:
        raise TerminalError(
            "The tenant's warehouse file does not say its schema version: it was not made by "
            "Täsmä, or is damaged. Restore it, or erase the tenant's warehouse and load again."
        )
    return Shape(version=row[0], derived=row[1])


def create_tables(db: DuckDBPyConnection) -> None:
    """Give the connection's present schema, which is empty, every table and view."""
    db.execute("create table warehouse_shape (version integer not null, derived varchar not null)")
    db.execute("insert into warehouse_shape values (0, '')")
    migrate(db, Shape(version=0, derived=""))


def migrate(db: DuckDBPyConnection, shape: Shape) -> None:
    """Bring the connection's present schema from ``shape`` to the current one.

    Raises:
        NewerSchemaError: The file is ahead of this release.
    """
    target = current_shape()
    if shape.version > target.version:
        raise NewerSchemaError(version=shape.version, known=target.version)
    for number, path in sorted(_migrations().items()):
        if number > shape.version:
            db.execute(path.read_text(encoding="utf-8"))
    if shape.derived != target.derived or shape.version != target.version:
        _derive(db)
    db.execute("update warehouse_shape set version = $version, derived = $derived", dict(target))


def _derive(db: DuckDBPyConnection) -> None:
    db.execute(f"set variable reference = {quoted(REFERENCE)}")
    for path in _views():
        db.execute(path.read_text(encoding="utf-8"))


def _migrations() -> dict[int, Path]:
    return {int(path.name[:4]): path for path in SCHEMA.glob("[0-9][0-9][0-9][0-9]_*.sql")}


def _views() -> list[Path]:
    return sorted(VIEWS.glob("*.sql"))
