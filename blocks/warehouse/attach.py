"""Getting at a tenant's file as database ``published``, in the shape that this release knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.duck import attach_read_only, open_duckdb, quoted
from blocks.durable import remove, space_checked, temporary_name
from blocks.warehouse.damage import damage_named
from blocks.warehouse.empty import NEW_FILE, empty_file
from blocks.warehouse.errors import NoLedger
from blocks.warehouse.files import TenantFiles, swapping, writing
from blocks.warehouse.migrate import has_current_tables, is_current, migrate, shape_of

PUBLISHED: Final = "published"
"""Database name under which a tenant's file is attached."""

STORAGE_VERSION_AT: Final = 12
STORAGE_VERSION_BYTES: Final = 8
"""Where a DuckDB file's header has the version: behind a sum of 8 bytes and ``DUCK``."""

STORAGE_VERSION_HEADER: Final = (65).to_bytes(STORAGE_VERSION_BYTES, "little")
"""What stands there in a file of `STORAGE_VERSION` (blocks.warehouse.empty)."""

EARLIER: Final = "earlier"
"""Database name of a file that is copied into a new one."""

ROW_GROUP_ROWS: Final = 30_720
"""Rows that are compressed together, each group by one core. With DuckDB's own 122,880 a year of
100,000 vouchers is one group, and publishing it takes twice as long."""


@contextmanager
def open_engine(files: TenantFiles, *, rows: int | None = None) -> Iterator[DuckDBPyConnection]:
    """Yield an in-memory connection to which the tenant's file can be attached.

    Args:
        files: The tenant's.
        rows: As of `open_duckdb`.

    Raises:
        PublishedDamaged: What was attached cannot be read.
    """
    with damage_named(files), open_duckdb(spill=files.spill, rows=rows) as db:
        yield db


@contextmanager
def open_published(files: TenantFiles) -> Iterator[DuckDBPyConnection]:
    """Yield an in-memory connection with the tenant's file attached read-only.

    Raises:
        NoLedger: The tenant has no file.
        NewerSchema: A later release wrote it.
        PublishedDamaged: It cannot be read.
    """
    with open_engine(files) as db:
        if not attach_published(db, files):
            raise NoLedger(tenant=files.tenant)
        yield db


def attach_published(db: DuckDBPyConnection, files: TenantFiles) -> bool:
    """Attach the tenant's file read-only, migrated first if need be; say whether there is one."""
    if not files.database.exists():
        return False
    attach_read_only(db, files.database, PUBLISHED)
    if not is_current(shape_of(db, PUBLISHED)):
        detach(db)
        _migrate_file(files)
        attach_read_only(db, files.database, PUBLISHED)
    return True


def attach_published_or_nothing(db: DuckDBPyConnection, files: TenantFiles) -> None:
    """Attach the tenant's file read-only, or empty tables when nothing is published yet."""
    if not attach_published(db, files):
        empty = temporary_name(files.spill, "empty")
        try:
            with space_checked(f"looking at what is published for {files.tenant}", files.root):
                empty.write_bytes(empty_file(db, files.spill))
            attach_read_only(db, empty, PUBLISHED)
        finally:
            remove(empty)  # what is attached stays open


def attach_copy(db: DuckDBPyConnection, files: TenantFiles, copy: Path) -> None:
    """Attach the writer's copy, made if need be, in the current shape and storage version.

    It is called outside of a transaction. A file whose tables change, or that an older client could
    not open, is written anew once: what the changes left behind would stay in it for ever.
    """
    if not copy.exists():
        copy.write_bytes(empty_file(db, files.spill))
    if not is_for_any_client(copy):
        _rewrite(db, files, copy)
        return
    _attach_writable(db, copy)
    shape = shape_of(db, PUBLISHED)
    if not has_current_tables(shape):
        detach(db)
        _rewrite(db, files, copy)
        return
    migrate(db, PUBLISHED, shape=shape)


def is_for_any_client(path: Path) -> bool:
    """Return whether a file is written in the storage version that we write."""
    with path.open("rb") as file:
        file.seek(STORAGE_VERSION_AT)
        return file.read(STORAGE_VERSION_BYTES) == STORAGE_VERSION_HEADER


def _attach_writable(db: DuckDBPyConnection, path: Path, *, new: str = "") -> None:
    # The file knows its block size, but not its row groups': DuckDB would add groups of its own
    # size and melt old and new together.
    options = ", ".join(filter(None, (f"row_group_size {ROW_GROUP_ROWS}", new)))
    db.execute(f"attach {quoted(path)} as {PUBLISHED} ({options})")


def _rewrite(db: DuckDBPyConnection, files: TenantFiles, copy: Path) -> None:
    """Change the copy's tables, write them into a new file, and attach that.

    DuckDB lowers the version of no existing file, and gives back no block that a change leaves.
    """
    earlier = temporary_name(files.spill, EARLIER)
    copy.replace(earlier)
    try:
        db.execute(f"attach {quoted(earlier)} as {EARLIER}")
        migrate(db, EARLIER, shape=shape_of(db, EARLIER))
        _attach_writable(db, copy, new=NEW_FILE)
        db.execute(f"copy from database {EARLIER} to {PUBLISHED}")
        db.execute(f"detach {EARLIER}")
    finally:
        remove(earlier)


def detach(db: DuckDBPyConnection) -> None:
    """Let go of the file."""
    db.execute(f"detach {PUBLISHED}")


def _migrate_file(files: TenantFiles) -> None:
    # Should another process have been faster, the copy is made for nothing, which does no harm.
    with (
        writing(files),
        swapping(files) as copy,
        open_engine(files) as db,
    ):
        attach_copy(db, files, copy)
        db.execute(f"checkpoint {PUBLISHED}")
        detach(db)
