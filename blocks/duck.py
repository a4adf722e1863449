"""DuckDB connections with limits on memory and disk, and errors in our own words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb
from duckdb import DuckDBPyConnection

from blocks.durable import NoSpaceError, remove, temporary_name

MEMORY_LIMIT_MB: Final = 1_000
"""What one connection may hold before it sorts and joins on disk; the process needs some more."""

SPILL_LIMIT_GB: Final = 50
"""What one connection may put into its temporary folder."""

NO_ROOM: Final = ("No space left on device", "Disk quota exceeded", "disk is full")
"""How DuckDB passes on the operating system's word for a full disk."""


@contextmanager
def open_duckdb(path: Path | None, *, spill: Path) -> Iterator[DuckDBPyConnection]:
    """Open a file for writing, or an in-memory database when ``path`` is None; close it after.

    Read a published file by `attach_read_only`, never by this: within one process DuckDB hands
    out the database it already has open under a path, even after another file took its place.

    Args:
        path: The file, which nobody else has open.
        spill: Folder in which a folder for what does not fit in `MEMORY_LIMIT_MB` is made when
            needed, and removed.
    """
    temporary = temporary_name(spill, "duckdb")
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{MEMORY_LIMIT_MB}MB",
        "temp_directory": str(temporary),
        "max_temp_directory_size": f"{SPILL_LIMIT_GB}GB",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    try:
        with duckdb.connect(str(path or ":memory:"), config=config) as connection:
            yield connection
    finally:
        remove(temporary)


def attach_read_only(connection: DuckDBPyConnection, path: Path, name: str) -> None:
    """Make a DuckDB file readable as database ``name``, as it is at this moment."""
    connection.execute(f"attach {quoted(path)} as {name} (read_only)")


def quoted(text: str | Path) -> str:
    """Return a SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


@contextmanager
def duckdb_space_checked(doing: str, folder: Path) -> Iterator[None]:
    """Turn DuckDB's errors for a full disk into `NoSpaceError`."""
    try:
        yield
    except duckdb.Error as problem:
        if any(words in str(problem) for words in NO_ROOM):
            raise NoSpaceError(doing=doing, folder=folder) from problem
        raise
