"""A tenant's file: one writer at a time, who works on a copy and swaps it in when it is whole."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blocks.books_files import fence_of, file_of
from blocks.durable import checked_slug, clean_temporary, remove, rename_synced, sync
from blocks.steps import reached
from blocks.warehouse.errors import WriterBusy

WRITER_WAIT_S: Final = 600.0
"""How long a writer waits for the one before it; seconds."""

WRITER_POLL_S: Final = 0.02
"""How often it looks; seconds."""


@dataclass(frozen=True)
class TenantFiles:
    """The files of one tenant in the warehouse folder."""

    root: Path
    tenant: str

    def __post_init__(self) -> None:
        checked_slug(self.tenant)

    @property
    def database(self) -> Path:
        """What is published; replaced, never written to."""
        return file_of(self.root, self.tenant)

    @property
    def copy(self) -> Path:
        """The writer's copy."""
        return self.root / f"{self.tenant}.duckdb.tmp"

    @property
    def lock(self) -> Path:
        """Locked by whoever writes."""
        return self.root / f"{self.tenant}.lock"

    @property
    def fence(self) -> Path:
        """The highest token per fiscal year."""
        return fence_of(self.root, self.tenant)

    @property
    def spill(self) -> Path:
        """Where connections put what does not fit in memory."""
        return self.root / "spill"


@contextmanager
def writing(files: TenantFiles, *, wait_s: float = WRITER_WAIT_S) -> Iterator[None]:
    """Be the only writer of a tenant, in all processes of this machine, until the block ends.

    The lock is the kernel's and dies with its process, so whatever a dead writer left is removed
    here, where nobody else can be using it.

    Raises:
        WriterBusy: Another writer did not finish in ``wait_s``.
    """
    files.root.mkdir(parents=True, exist_ok=True)
    handle = _lock(files, deadline=time.monotonic() + wait_s, wait_s=wait_s)
    try:
        _remove_copy(files)
        clean_temporary(files.spill)
        yield
    finally:
        os.close(handle)


@contextmanager
def swapping(files: TenantFiles) -> Iterator[Path]:
    """Yield the path of a copy of the tenant's file; it replaces the file if the block succeeds.

    Only inside `writing`. The path does not exist yet when the tenant has no file.
    """
    try:
        if files.database.exists():
            shutil.copyfile(files.database, files.copy)
        reached("publish.copied")
        yield files.copy
        sync(files.copy)
        reached("publish.closed")
        rename_synced(files.copy, files.database)
        reached("publish.swapped")
    finally:
        _remove_copy(files)


def _lock(files: TenantFiles, *, deadline: float, wait_s: float) -> int:
    while True:
        handle = os.open(files.lock, os.O_RDWR | os.O_CREAT, 0o600)
        if _try_lock(handle) and _is_still(files.lock, handle):
            return handle
        os.close(handle)
        if time.monotonic() > deadline:
            raise WriterBusy(tenant=files.tenant, waited_s=wait_s)
        time.sleep(WRITER_POLL_S)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(path: Path, handle: int) -> bool:
    # An erase removes the lock file while it holds it: a lock on a removed file guards nothing.
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _remove_copy(files: TenantFiles) -> None:
    remove(files.copy)
    remove(files.copy.with_name(f"{files.copy.name}.wal"))
