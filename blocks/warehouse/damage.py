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
        "`tasma ledger rebuild {tenant}` publishes them again from what was received, which lies "
        "in the lake, and keeps the damaged file."
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
