"""A tenant's file before its first publication: every table and view, and no row.

To make the tables and to bind the views takes as long as publishing a small year, so a process does
it once and keeps the content, about 1 MB.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.duck import quoted
from blocks.durable import remove, temporary_name
from blocks.warehouse.migrate import create, definition

BLOCK_BYTES: Final = 65_536
"""Block size of a tenant's file: with DuckDB's own 262,144 an almost empty one takes 4 MB."""

STORAGE_VERSION: Final = "v1.2.0"
"""What a tenant's file is written as: DuckDB 1.2 and all later ones read it. DuckDB's own choice is
the version of the writing library, which no older client opens."""

NEW_FILE: Final = f"storage_version '{STORAGE_VERSION}', block_size {BLOCK_BYTES}"
"""How a file is attached that does not exist yet."""

_made: Final[dict[str, bytes]] = {}
"""By what it was made from; of one release there is one."""


def empty_file(db: DuckDBPyConnection, spill: Path) -> bytes:
    """Return the content of an empty file in the present shape.

    Two threads that ask at once may both make it, which does no harm.

    Args:
        db: Any connection: what is done here is done beside it, on the same engine.
        spill: A folder to make the file in.
    """
    made_from = definition()
    if made_from not in _made:
        _made[made_from] = _make(db, spill)
    return _made[made_from]


def _make(db: DuckDBPyConnection, spill: Path) -> bytes:
    path = temporary_name(spill, "empty")
    try:
        with db.cursor() as second:
            _write(second, path)
        return path.read_bytes()
    finally:
        remove(path)


def _write(db: DuckDBPyConnection, path: Path) -> None:
    name = path.name.replace(".", "_")  # two threads that share an engine would share a name
    db.execute("begin")
    db.execute(f"attach {quoted(path)} as {name} ({NEW_FILE})")
    create(db, name)
    db.execute("commit")
    db.execute(f"checkpoint {name}")
    db.execute(f"detach {name}")
