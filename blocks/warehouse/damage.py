"""A tenant's file that cannot be read: told apart from every other trouble, and named.

Any part of the file may be damaged without anybody reading it, so the error comes where it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import duckdb

from blocks.warehouse.files import TenantFiles
from ledger.errors import TerminalError

MAGIC_AT: Final = 8
MAGIC: Final = b"DUCK"
"""What stands in a DuckDB file behind a sum of 8 bytes."""

_DAMAGED: Final = (
    "Corrupt database file",
    "not a valid DuckDB database file",
    "Could not read enough bytes",
    "Serialization Error",
    "warehouse_shape does not exist",
)
"""DuckDB's words, after which trying again changes nothing."""


class PublishedDamaged(TerminalError):
    """A tenant's published books are gone or cannot be read."""

    sentence = (
        "The published books of {tenant} cannot be read: {finding} ({place}). Nothing was written. "
        "What was received is in the lake still: `tasma ledger rebuild {tenant}` publishes it "
        "again and keeps the damaged file."
    )


def damaged(files: TenantFiles, finding: str) -> PublishedDamaged:
    """Return the error that names a tenant's file and what is wrong with it."""
    return PublishedDamaged(tenant=files.tenant, finding=finding, place=files.database)


@contextmanager
def damage_named(files: TenantFiles) -> Iterator[None]:
    """Turn what DuckDB says of a damaged file into `PublishedDamaged`."""
    try:
        yield
    except duckdb.Error as problem:
        words = next((words for words in _DAMAGED if words in str(problem)), "")
        if not words:
            raise
        raise damaged(files, f"DuckDB says {words!r}") from problem


def first_sight(files: TenantFiles) -> str:
    """Say what is wrong with a file as its first bytes show it; empty when nothing is.

    Cheap enough to be asked about every tenant. Damage further in shows when it is read.
    """
    try:
        with files.database.open("rb") as file:
            head = file.read(MAGIC_AT + len(MAGIC))
    except FileNotFoundError:
        return "the file is gone"
    except OSError as problem:
        return f"the file cannot be opened: {problem.strerror}"
    return "" if head[MAGIC_AT:] == MAGIC else "the file is no database any more"
