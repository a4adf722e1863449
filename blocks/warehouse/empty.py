"""A tenant's file before its first publication: every table and view, and no row.

To make the tables and to bind the views takes as long as publishing a small year, so a process does
it once and keeps the content, about 1 MB.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.duck import open_duckdb, quoted
from blocks.durable import remove, temporary_name
from blocks.warehouse.migrate import create, definition

BLOCK_BYTES: Final = 65_536
"""Block size of a tenant's file: with DuckDB's own 262,144 an almost empty one takes 4 MB."""

_made: Final[dict[str, bytes]] = {}
"""By what it was made from; of one release there is one."""


def empty_file(spill: Path) -> bytes:
    """Return the content of an empty file in the present shape; ``spill``: a folder to make it in.

    Two threads that ask at once may both make it, which does no harm.
    """
    made_from = definition()
    if made_from not in _made:
        _made[made_from] = _make(spill)
    return _made[made_from]


def _make(spill: Path) -> bytes:
    path = temporary_name(spill, "empty")
    try:
        with open_duckdb(spill=spill, rows=0) as db:
            _write(db, path)
        return path.read_bytes()
    finally:
        remove(path)


def _write(db: DuckDBPyConnection, path: Path) -> None:
    db.execute("begin")
    db.execute(f"attach {quoted(path)} as empty (block_size {BLOCK_BYTES})")
    create(db, "empty")
    db.execute("commit")
    db.execute("checkpoint empty; detach empty")
