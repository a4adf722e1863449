"""DuckDB connections with limits on memory and disk, and errors in our own words."""

from __future__ import annotations

import atexit
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

import duckdb
from duckdb import DuckDBPyConnection

from blocks.durable import NoSpace, remove, temporary_name

MEMORY_LIMIT_MB: Final = 1_000
"""What one connection may hold before it sorts and joins on disk; the process needs some more."""

SPILL_LIMIT_GB: Final = 50
"""What one connection may put into its temporary folder."""

ONE_CORE_ROWS: Final = 100_000
"""Up to so many rows one core is enough: sharing out work of a millisecond costs more than it."""

PARAMETER: Final = re.compile(r"\$([a-z_][a-z0-9_]*)")
"""How the statements of our files name a parameter."""

SCRATCH: Final = "scratch"
"""Name of the database in memory in which a connection makes what it needs."""

IDLE_ENGINES: Final = 2
"""How many engines wait for the next caller."""

IDLE_MEMORY_MB: Final = 64
"""What an engine may hold on to while it waits; one that holds more is closed."""

NO_ROOM: Final = ("No space left on device", "Disk quota exceeded", "disk is full")
"""How DuckDB passes on the operating system's word for a full disk."""


_idle: list[DuckDBPyConnection] = []
"""Engines that wait. To start one takes as long as thirty small queries."""

_idle_lock: Final = Lock()


@contextmanager
def open_duckdb(*, spill: Path, rows: int | None = None) -> Iterator[DuckDBPyConnection]:
    """Yield a connection to an empty in-memory database; nothing that is done there stays.

    Published files are attached to it (`attach_read_only`), never opened by their path: within one
    process DuckDB hands out the database it already has open under a path, even after another file
    took its place.

    Args:
        spill: Folder in which a folder for what does not fit in `MEMORY_LIMIT_MB` is made when
            needed, and removed.
        rows: How many rows the work is about, if that is known: little work gets one core.
    """
    temporary = temporary_name(spill, "duckdb")
    engine = _take()
    try:
        is_small = rows is not None and rows <= ONE_CORE_ROWS
        engine.execute(f"set temp_directory = {quoted(temporary)}")
        engine.execute("set threads = 1" if is_small else "reset threads")
        # Temporary tables, variables and the chosen database go with this connection, everything
        # else with the databases that it attaches.
        with engine.cursor() as connection:
            connection.execute(f"attach ':memory:' as {SCRATCH}; use {SCRATCH}")
            yield connection
        _detach_all(engine)
        keep = _is_light(engine) and not temporary.exists()
    except BaseException:
        engine.close()
        raise
    finally:
        remove(temporary)
    if keep:
        _keep(engine)
    else:
        engine.close()


def attach_read_only(connection: DuckDBPyConnection, path: Path, name: str) -> None:
    """Make a DuckDB file readable as database ``name``, as it is at this moment."""
    connection.execute(f"attach {quoted(path)} as {name} (read_only)")


def lock(connection: DuckDBPyConnection) -> None:
    """Let no query open a file, load anything, see Python's variables or change a setting any more.

    What is attached or registered can still be read. To forbid access to the outside is not enough:
    the path of every attached file stays allowed, for writing over it too.
    """
    for setting in (
        "python_enable_replacements = false",
        "enable_external_access = false",
        "disabled_filesystems = 'LocalFileSystem'",
        "lock_configuration = true",
    ):
        connection.execute(f"set {setting}")


def quoted(text: str | Path) -> str:
    """Return a SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


@contextmanager
def duckdb_space_checked(doing: str, folder: Path) -> Iterator[None]:
    """Turn DuckDB's errors for a full disk into `NoSpace`."""
    try:
        yield
    except duckdb.Error as problem:
        if any(words in str(problem) for words in NO_ROOM):
            raise NoSpace(doing=doing, folder=folder) from problem
        raise


def _take() -> DuckDBPyConnection:
    with _idle_lock:
        return _idle.pop() if _idle else _start()


def _start() -> DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{MEMORY_LIMIT_MB}MB",
        "max_temp_directory_size": f"{SPILL_LIMIT_GB}GB",
        # Files are written as copies that are thrown away if anything fails. A log beside them, as
        # DuckDB writes unless a commit goes straight into the file, would be of no use.
        "checkpoint_threshold": "0 bytes",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    engine = duckdb.connect(":memory:", config=config)
    engine.execute("set global TimeZone = 'UTC'")  # moments are shown alike on every machine
    return engine


def _is_light(engine: DuckDBPyConnection) -> bool:
    query = "select coalesce(sum(memory_usage_bytes), 0) from duckdb_memory()"
    (held,) = engine.execute(query).fetchone() or (0,)
    return bool(held <= IDLE_MEMORY_MB * 2**20)


def _detach_all(engine: DuckDBPyConnection) -> None:
    names = engine.execute(
        "select database_name from duckdb_databases()"
        " where not internal and database_name <> 'memory'"
    ).fetchall()
    for (name,) in names:
        engine.execute(f"detach {name}")


def _keep(engine: DuckDBPyConnection) -> None:
    with _idle_lock:
        has_room = len(_idle) < IDLE_ENGINES
        if has_room:
            _idle.append(engine)
    if not has_room:
        engine.close()


@atexit.register
def close_idle() -> None:
    """Close the engines that wait; DuckDB complains about those that are open at the end."""
    with _idle_lock:
        while _idle:
            _idle.pop().close()
